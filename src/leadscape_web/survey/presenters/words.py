"""Dates, responses and routes in words. Nothing that is missing is left blank or shown as zero."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from leadscape_web.govuk.wording import NOT_KNOWN

NAME_NOT_KNOWN: Final = "Name not known"
STARTED_NOT_KNOWN: Final = "Start not known"
NO_END: Final = "No end is known"
NO_KIND: Final = "No place in the taxonomy"
ROUTES: Final[Mapping[str, str]] = {
    "authority": "authority",
    "agency": "national agency",
    "network": "network",
    "editor": "an editor of this service",
}
RESPONSES: Final[Mapping[str, tuple[str, str]]] = {
    # What a response is called, and what may be read from it.
    "answered": ("Answered", "named leaders"),
    "answered_none": ("Answered that there is nobody to name", "an answer, so none is known"),
    "silent": ("Did not answer", "unknown: this is not zero"),
    "not_asked": ("Was not asked", "not collected: this is not zero"),
}


def day(moment: date) -> str:
    """``date(2006, 6, 30)`` as "30 June 2006"."""
    return f"{moment.day} {moment:%B %Y}"


def started(moment: date | None) -> str:
    """When something started."""
    return day(moment) if moment else STARTED_NOT_KNOWN


def ended(moment: date | None) -> str:
    """When something ended. No date means that nobody reported an end."""
    return day(moment) if moment else NO_END


def span(start: date | None, end: date | None) -> str:
    """A stretch of time inside a sentence: "from 1 January 2006, no end is known"."""
    begun = f"from {day(start)}" if start else STARTED_NOT_KNOWN.lower()
    return f"{begun} to {day(end)}" if end else f"{begun}, {NO_END.lower()}"


def routes(given: list[str]) -> str:
    """By which routes something reached us."""
    return ", ".join(ROUTES.get(route, route) for route in given) or NOT_KNOWN


def counted(n: int, one: str, many: str = "") -> str:
    """``counted(2, "school")`` is "2 schools"."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
