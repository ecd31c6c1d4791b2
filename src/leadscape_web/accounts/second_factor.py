"""Who has a second factor, in which session it was proved, what asks for it again, and how its secrets are kept."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from allauth.account import app_settings
from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

PROVED: Final = "second_factor"
"""Key of the session: a code was given in it, or the app was set up in it. Never told from what the user has."""
REQUIRED: Final = "required"
CODE: Final = "mfa"
"""What allauth calls a code among the ways in which somebody proved who they are."""
ELSEWHERE: Final = "openid"
"""The kind of code that was given to the provider whose account somebody signs in with."""


def has_one(user: Any) -> bool:
    """Whether the user has a second factor, proved in this session or not."""
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()


def is_proved(request: HttpRequest) -> bool:
    """Whether the second factor was proved in this very session."""
    if request.session.get(PROVED):
        return True
    if found := bool(_codes_given(request)):
        request.session[PROVED] = True
    return found


def is_demanded(request: HttpRequest) -> bool:
    """Whether the signed-in user must prove a second factor, or set one up, before anything else."""
    return settings.SECOND_FACTOR == REQUIRED and not is_proved(request)


def note_set_up(request: HttpRequest) -> None:
    """The app was set up in this session, with a code of its own."""
    record_authentication(request, request.user, method=CODE, type=Authenticator.Type.TOTP.value)  # type: ignore[arg-type]
    request.session[PROVED] = True


def note_elsewhere(request: HttpRequest, user: Any) -> None:
    """The provider whose account the user signs in with has asked for a second factor, and its word counts."""
    record_authentication(request, user, method=CODE, type=ELSEWHERE)


def proved_elsewhere(request: HttpRequest, user: Any) -> bool:
    """Whether it has, for this user, in this session."""
    return any(
        one["method"] == CODE and one.get("type") == ELSEWHERE
        for one in get_authentication_records(request, user)
    )


def forget(request: HttpRequest) -> None:
    """The user has taken theirs away, so nothing is proved any more."""
    request.session.pop(PROVED, None)
    if records := request.session.get(AUTHENTICATION_METHODS_SESSION_KEY):
        kept = [one for one in records if one["method"] != CODE or one.get("type") == ELSEWHERE]
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = kept


def after_code(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that opens only shortly after a code was given, for whoever has a second factor."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        given = _codes_given(request)
        recent = given and time.time() - given[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
        if not recent and request.user.is_authenticated and has_one(request.user):
            return suspend_request(request, reverse("mfa_reauthenticate"))
        return view(request, *args, **kwargs)

    return asked


def _codes_given(request: HttpRequest) -> list[dict[str, Any]]:
    records = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    return [one for one in records if one["method"] == CODE]


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


def forget_factors(user_id: object, using: str) -> None:
    """Take away every second factor of a user who is erased, as the owner role and with a reason set."""
    Authenticator.objects.using(using).filter(user_id=user_id).delete()
