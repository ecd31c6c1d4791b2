"""Signing in as a person does, without a browser: passwords, authenticator apps, and what a page says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import re
import struct
import time
from typing import Any

PASSWORD = "correct horse battery staple"


def code_of(secret: str, steps: int = 0) -> str:
    """What an authenticator app with this secret shows now, or ``steps`` of 30 seconds later."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret.replace(" ", "")), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def text_of(response: Any) -> str:
    """The words of a page, without its markup."""
    page = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def give_password(user: Any, password: str = PASSWORD) -> Any:
    """Let the user have a password."""
    from leadscape_web.accounts.context import acting

    with acting(user, why="A password for a test"):
        user.set_password(password)
        user.save(update_fields=["password"])
    return user


def give_second_factor(user: Any) -> str:
    """Let the user have an authenticator app; its secret."""
    from allauth.mfa.models import Authenticator

    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.second_factor import locked

    secret = base64.b32encode(b"leadscape is invented"[:20]).decode()
    with acting(user, why="A second factor for a test"):
        Authenticator.objects.create(user=user, type="totp", data={"secret": locked(secret)})
    return secret


def sign_in(client: Any, address: str, password: str = PASSWORD, **more: Any) -> Any:
    """Send the form for signing in."""
    return client.post("/account/sign-in/", {"login": address, "password": password, **more})
