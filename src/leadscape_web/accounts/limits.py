"""How much may a key, a user or a place ask within a minute, and what is said when it was too much?

Counted by minutes of the clock, in the database, so that all workers count together, and through a connection of their
own, so that a refused request is counted too. Whom it counts is kept as a hash.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, TypeVar

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leadscape_web.accounts.counters import COUNTERS
from leadscape_web.accounts.limit_numbers import DOWNLOADS, KEY, PLACE, USER, WRITES

__all__ = [
    "DOWNLOADS",
    "KEY",
    "PLACE",
    "USER",
    "WRITES",
    "CostlyMiddleware",
    "Stand",
    "costly",
    "stand_of",
    "told",
]
View = TypeVar("View", bound=Callable[..., Any])
SECONDS: Final = 60
FILES: Final = frozenset({"csv", "xlsx"})
_COSTLY: Final = "leadscape_costly"


@dataclass(frozen=True)
class Stand:
    """How much of a limit is left.

    Attributes
    ----------
    name
        Of the limit; where several hold, the one of which least is left.
    most, left
        Requests a minute, and how many of them remain.
    seconds
        Until the next minute begins.
    """

    name: str
    most: int
    left: int
    seconds: int

    @property
    def over(self) -> bool:
        """Whether this request is one too many."""
        return self.left < 0


def stand_of(subjects: Mapping[str, str]) -> Stand | None:
    """Count a request for each subject, by the name of its limit; how the tightest stands. Null: no limit holds."""
    limits: Mapping[str, int] = settings.LIMITS
    held = [(name, limits[name], subject) for name, subject in subjects.items() if limits.get(name)]
    if not held:
        return None
    # In one order, so that two requests never wait for each other.
    held.sort()
    with connections[COUNTERS].cursor() as cursor:
        counted = ", ".join("leadscape_count_asked(%s, %s)" for _ in held)
        parameters = [each for name, _, subject in held for each in (_hashed(name, subject), SECONDS)]
        cursor.execute(f"select {counted}", parameters)
        asked = cursor.fetchone() or ()
    seconds = SECONDS - int(time.time()) % SECONDS
    stands = [
        Stand(name, most, most - number, seconds) for (name, most, _), number in zip(held, asked, strict=True)
    ]
    return min(stands, key=lambda stand: stand.left / stand.most)


def told(response: HttpResponse, stand: Stand | None) -> HttpResponse:
    """The response with what is left in its headers, and when to come again where nothing is."""
    if stand is not None:
        response["RateLimit-Policy"] = f'"{stand.name}";q={stand.most};w={SECONDS}'
        response["RateLimit"] = f'"{stand.name}";r={max(stand.left, 0)};t={stand.seconds}'
        if stand.over:
            response["Retry-After"] = str(stand.seconds)
    return response


def costly(view: View) -> View:
    """Mark a view as one whose every answer is a file that takes work."""
    setattr(view, _COSTLY, True)
    return view


class CostlyMiddleware:
    """Counts files that somebody takes from pages, signed in or by a link: lists, and what :func:`costly` marks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with what is left where the answer was counted."""
        return told(self.get_response(request), getattr(request, "stand", None))

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuse a file that is one too many."""
        if not (request.GET.get("format") in FILES or getattr(view, _COSTLY, False)):
            return None
        known = request.user.is_authenticated
        if hasattr(request, "scopes") or not (known or "token" in kwargs):
            return None
        # Whoever comes by a personal link is counted by the place, which they cannot invent, and by the link, which
        # many places may use.
        place = str(request.user.pk) if known else get_adapter().get_client_ip(request)
        subjects = [place, *([f"link {kwargs['token']}"] if "token" in kwargs else [])]
        stands = [one for subject in subjects if (one := stand_of({DOWNLOADS: subject})) is not None]
        stand = request.stand = min(stands, key=lambda one: one.left, default=None)  # type: ignore[attr-defined]
        if stand is None or not stand.over:
            return None
        said = {
            "title": "Too many downloads at a time",
            "what": f"You have taken {stand.most} files within a minute.",
            "why": "Each takes work for which others would have to wait.",
            "next_step": f"Wait {stand.seconds} seconds, then load this page again.",
        }
        return render(request, "govuk/problem.html", {**said, "has_errors": True}, status=429)


def _hashed(name: str, subject: str) -> str:
    return sha256(f"{settings.SECRET_KEY} {name} {subject}".encode()).hexdigest()
