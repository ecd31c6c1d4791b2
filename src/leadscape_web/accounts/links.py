"""Signed personal links: what is sent, what is kept, and how the database comes to know which one is being used.

The link holds 256 random bits and nothing else; only its sha256 is kept. Whoever opens it is nobody who is signed in:
the rules of the tables show what belongs to the hash (``leadscape_link()``), and to no other.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Final

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leadscape_web.accounts.context import set_context

BYTES: Final = 32
BAD_LINKS: Final = "20/m/ip,200/h/ip"
"""Few enough that guessing is hopeless, many enough to mistype. Links that work are never counted."""


def make_link() -> tuple[str, str]:
    """A new token, for the link, and its hash, to be kept."""
    token = secrets.token_urlsafe(BYTES)
    return token, hash_of(token)


def hash_of(token: str) -> str:
    """What is kept of a token, as hex."""
    return sha256(token.encode()).hexdigest()


def with_link(token: str) -> None:
    """From here to the end of the request the database shows what belongs to the link.

    Whoever is signed in beside is left aside: the link alone says what is seen.
    """
    set_context(user="", link=hash_of(token))


def is_one_too_many(request: HttpRequest) -> bool:
    """Count one link that does not work; whether this place opened too many of them."""
    rates = {"bad_link": BAD_LINKS}
    allowed = ratelimit.consume(request, app="leadscape", action="bad_link", config=rates, limit_get=True)
    return allowed is None


def dead_link(request: HttpRequest) -> HttpResponse:
    """The page of a link that does not work: the same whether it never was, was replaced, ended or ran out.

    After too many from one place it says that, so that nobody guesses on. Whoever has one that works is never stopped.
    """
    if is_one_too_many(request):
        return render(request, "accounts/link_too_many.html", status=429)
    return render(request, "accounts/link_dead.html", status=404)


def kept_by_nobody(response: HttpResponse) -> HttpResponse:
    """A page of a personal link, or of one that does not work: in no cache and in no index."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
