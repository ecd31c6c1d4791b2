"""How often may somebody open links that do not work? Few enough that guessing is hopeless, many enough to mistype."""

from __future__ import annotations

from typing import Final

from allauth.core.internal import ratelimit
from django.http import HttpRequest

ACTION: Final = "rounds_link"
RATES: Final = {ACTION: "20/m/ip,200/h/ip"}


def is_one_too_many(request: HttpRequest) -> bool:
    """Count one link that does not work; whether this place opened too many of them."""
    allowed = ratelimit.consume(request, app="rounds", action=ACTION, config=RATES, limit_get=True)
    return allowed is None
