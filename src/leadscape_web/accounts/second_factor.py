"""Who has a second factor, who must set one up first, and how its secrets are kept."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.http import HttpRequest

KNOWN: Final = "second_factor"
"""Key of the session: it is known that the user has one. It ends with the session, and so with a reset."""
REQUIRED: Final = "required"


def has_one(request: HttpRequest) -> bool:
    """Whether the signed-in user has a second factor. Asked of the database once a session."""
    if request.session.get(KNOWN):
        return True
    found = Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).exists()
    if found:
        request.session[KNOWN] = True
    return found


def is_demanded(request: HttpRequest) -> bool:
    """Whether the signed-in user must set one up before anything else."""
    return settings.SECOND_FACTOR == REQUIRED and not has_one(request)


def forget(request: HttpRequest) -> None:
    """Ask the database again: the user has taken theirs away."""
    request.session.pop(KNOWN, None)


def locked(secret: str) -> str:
    """A secret as it is stored: a copy of the database alone lets nobody in."""
    return _lock().encrypt(secret.encode()).decode()


def unlocked(stored: str) -> str:
    """The secret itself.

    Raises
    ------
    RuntimeError
        It was stored under another key.
    """
    try:
        return _lock().decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise RuntimeError(
            "A second factor was stored under another LEADSCAPE_SECRET_KEY. Set the former key again, or let an"
            " administrator reset the second factor of each user."
        ) from error


def _lock() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    made = (hashlib.blake2b(key.encode(), digest_size=32, person=b"second factor").digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in made])
