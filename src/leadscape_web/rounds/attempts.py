"""How often may somebody open links that do not work? Few enough that guessing is hopeless, many enough to mistype."""

from __future__ import annotations

from typing import Final

from allauth.core.internal import ratelimit
from django.http import HttpRequest

ACTION: Final = "rounds_link"
RATES: Final = {ACTION: "20/m/ip,200/h/ip"}


def too_many(request: HttpRequest) -> bool:
    """Whether this place opened too many links that do not work. Links that work are not counted."""
    return not _ask(request, dry_run=True)


def count_attempt(request: HttpRequest) -> None:
    """Count one link that does not work."""
    _ask(request, dry_run=False)


def _ask(request: HttpRequest, *, dry_run: bool) -> bool:
    allowed = ratelimit.consume(
        request, app="rounds", action=ACTION, config=RATES, dry_run=dry_run, limit_get=True
    )
    return allowed is not None
