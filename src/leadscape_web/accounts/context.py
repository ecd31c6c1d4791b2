"""On whose behalf the database works: set per transaction, so that row-level security and audit know it.

PostgreSQL reads five settings that end with the transaction: ``leadscape.user`` (id of the user), ``leadscape.purpose``
(``sign-in`` while somebody proves who they are), ``leadscape.link`` (sha256 of the invitation or API key that is being
used), ``leadscape.why`` (reason of a change) and ``leadscape.request`` (groups what is changed together). Without them
the plain role sees no person and can change nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.contrib.auth import SESSION_KEY
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.http import HttpRequest, HttpResponse

SIGN_IN: Final = "sign-in"
SIGN_IN_PATHS: Final = ("/account/sign-in/", "/account/new-password/")
"""Where accounts are looked up before anybody is known; nowhere else."""
_SETTINGS: Final = ("user", "purpose", "link", "why", "request")


def set_context(using: str = DEFAULT_DB_ALIAS, **settings: str) -> None:
    """Set some of ``user``, ``purpose``, ``link``, ``why``, ``request`` until the end of the transaction."""
    unknown = set(settings) - set(_SETTINGS)
    if unknown:
        raise ValueError(f"no such context: {sorted(unknown)}")
    with connections[using].cursor() as cursor:
        chosen = ", ".join("set_config(%s, %s, true)" for _ in settings)
        cursor.execute(
            f"select {chosen}",
            [part for name, value in settings.items() for part in (f"leadscape.{name}", value)],
        )


def because(why: str, using: str = DEFAULT_DB_ALIAS) -> None:
    """Give the reason of the changes that follow. The database refuses to change an audited table without one."""
    set_context(using, why=why)


@contextmanager
def acting(
    user: object | None = None,
    *,
    why: str = "",
    purpose: str = "",
    request: str = "",
    using: str = DEFAULT_DB_ALIAS,
) -> Iterator[None]:
    """A transaction on behalf of ``user`` (a user, its id, or nobody). For commands, jobs and tests.

    ``request`` is the number that groups what is changed in it; a new one when not given.
    """
    key = getattr(user, "pk", user)
    with transaction.atomic(using=using):
        set_context(
            using,
            user=str(key) if key else "",
            purpose=purpose,
            link="",
            why=why,
            request=request or str(uuid.uuid4()),
        )
        yield
        # Inside an outer transaction (as in tests) the settings would otherwise outlive this block. After an error the
        # way back takes them along, and the connection would refuse to be asked.
        if not connections[using].needs_rollback:
            set_context(using, user="", purpose="", link="", why="", request="")


class ContextMiddleware:
    """One transaction a request, on behalf of whoever the session says. A refused or failed request changes nothing.

    Counters of attempts are kept through a connection of their own (see ``counters.py``), so they stay.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer within a transaction whose context is set."""
        user = request.session.get(SESSION_KEY, "")
        purpose = SIGN_IN if request.path_info.startswith(SIGN_IN_PATHS) else ""
        # The number under which the request is logged too.
        with acting(user, purpose=purpose, request=getattr(request, "number", "")):
            if user and not request.user.is_authenticated:
                # Deactivated, or all sessions were ended: whoever holds this one is nobody from here on.
                request.session.flush()
                set_context(user="")
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
            return response
