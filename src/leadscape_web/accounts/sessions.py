"""How long somebody stays signed in: at most half a day, and not while nothing happens."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from allauth.account.adapter import get_adapter
from allauth.account.signals import password_reset
from allauth.mfa.signals import authenticator_removed
from django.conf import settings
from django.contrib.auth import SESSION_KEY, update_session_auth_hash
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from leadscape_web.accounts import second_factor
from leadscape_web.accounts.context import because
from leadscape_web.accounts.models import User

STARTED: Final = "started_at"
SEEN: Final = "seen_at"
ENDED: Final = "ended_because"
"""Keys of the session: seconds since 1970 of sign-in and of the last request; why the one before ended."""
NOTED_EVERY_SECONDS: Final = 60
"""The session is written at most this often to say that it is in use."""


class SessionLimitMiddleware:
    """Ends a session that is too old, or in which nothing was asked for too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the session before anything is done with it."""
        session = request.session
        if SESSION_KEY in session:
            now = time.time()
            started = session.setdefault(STARTED, now)
            seen = session.setdefault(SEEN, now)
            ended = ""
            if now - started > settings.SESSION_COOKIE_AGE:
                ended = "long"
            elif now - seen > settings.SESSION_IDLE_MINUTES * 60:
                ended = "idle"
            if ended:
                session.flush()
                session[ENDED] = ended
            elif now - seen > NOTED_EVERY_SECONDS:
                session[SEEN] = now
        return self.get_response(request)


def user_in(request: HttpRequest) -> User:
    """Who is signed in. For views whose rule says that somebody is."""
    assert isinstance(request.user, User)
    return request.user


def end_all_sessions(user: User, why: str) -> None:
    """Sign the user out everywhere. Every session carries a sign of when all were last ended, and no longer fits."""
    because(why)
    user.sessions_ended_at = timezone.now()
    user.save(update_fields=["sessions_ended_at"])


def end_other_sessions(request: HttpRequest, why: str) -> None:
    """Sign the user out everywhere but here."""
    user = user_in(request)
    end_all_sessions(user, why)
    update_session_auth_hash(request, user)


def _start(request: HttpRequest, **_: Any) -> None:
    request.session[STARTED] = request.session[SEEN] = time.time()


def _forget_second_factor(request: HttpRequest, **_: Any) -> None:
    second_factor.forget(request)


def _forget_attempts(request: HttpRequest, user: Any, **_: Any) -> None:
    get_adapter().forget_attempts(user)  # type: ignore[attr-defined]


def watch_sign_in() -> None:
    """Start the clock whenever somebody signs in; know when a second factor goes; let go of who has a new password."""
    user_logged_in.connect(_start, dispatch_uid="leadscape.session")
    authenticator_removed.connect(_forget_second_factor, dispatch_uid="leadscape.session")
    password_reset.connect(_forget_attempts, dispatch_uid="leadscape.session")
