"""How long somebody stays signed in: at most half a day, and not while nothing happens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, Final

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.signals import authentication_step_completed, password_reset
from allauth.mfa.signals import authenticator_removed
from django.conf import settings
from django.contrib.auth import SESSION_KEY, update_session_auth_hash
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
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
PASSING_SECONDS: Final = 600
"""How long the session of somebody lasts who is not signed in yet and went to a provider to do so."""
_LASTS: Final = "_session_expiry"
"""Django's key of the session: how long it lasts, where that is not what the settings say."""


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


def keep_briefly(request: HttpRequest) -> None:
    """Let the session of somebody who is not signed in end soon: whatever it holds is of use for minutes."""
    if not request.user.is_authenticated:
        request.session.set_expiry(PASSING_SECONDS)


def delete_sessions(user: User, using: str) -> int:
    """Delete every session that names a user who is erased, as the owner role; how many there were."""
    words = (str(user.pk), user.pk.hex, user.email)
    named = [
        session.pk
        for session in Session.objects.using(using).iterator()
        if any(word in json.dumps(session.get_decoded()) for word in words)
    ]
    return Session.objects.using(using).filter(pk__in=named).delete()[0]


def _start(request: HttpRequest, **_: Any) -> None:
    request.session[STARTED] = request.session[SEEN] = time.time()
    if request.session.get(_LASTS) == PASSING_SECONDS:
        request.session.set_expiry(None)


def _forget_address(request: HttpRequest, **_: Any) -> None:
    """How somebody proved who they are is kept in the session, and not by which address: the session has its user."""
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    kept = [{key: value for key, value in one.items() if key != "email"} for one in records]
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = kept


def _forget_second_factor(request: HttpRequest, **_: Any) -> None:
    second_factor.forget(request)


def _forget_attempts(request: HttpRequest, user: Any, **_: Any) -> None:
    get_adapter().forget_attempts(user)  # type: ignore[attr-defined]


def watch_sign_in() -> None:
    """Start the clock whenever somebody signs in; know when a second factor goes; let go of who has a new password."""
    user_logged_in.connect(_start, dispatch_uid="leadscape.session")
    authentication_step_completed.connect(_forget_address, dispatch_uid="leadscape.session")
    authenticator_removed.connect(_forget_second_factor, dispatch_uid="leadscape.session")
    password_reset.connect(_forget_attempts, dispatch_uid="leadscape.session")
