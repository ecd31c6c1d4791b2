"""How values are written on a page: dates, numbers, yes and no, and why something is missing."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone

from leadscape.core.missing import NOT_APPLICABLE, NOT_COLLECTED, NOT_PUBLISHED, SUPPRESSED, UNKNOWN

NOT_KNOWN: Final = "Not known"
MISSING_WORDS: Final[dict[str, str]] = {
    SUPPRESSED: "Suppressed",
    NOT_APPLICABLE: "Not applicable",
    NOT_COLLECTED: "Not collected",
    NOT_PUBLISHED: "Not published",
    UNKNOWN: NOT_KNOWN,
}
"""Why a value is missing, by its status beside it."""


def written(value: Any, decimals: int | None = None) -> Any:
    """A value as it is read; text stays as it is, with its own markup or none."""
    if value is None:
        return NOT_KNOWN
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{written_date(local.date())}, {local:%H:%M}"
    if isinstance(value, date):
        return written_date(value)
    if isinstance(value, int | float):
        return written_number(value, decimals)
    return value


def written_date(day: date) -> str:
    """A date as it is read: 30 June 2006."""
    return f"{day.day} {day:%B %Y}"


def local_day(at: datetime | None) -> date | None:
    """The day of a moment where the service is used, for columns of dates."""
    return timezone.localdate(at) if at else None


def to_the_second(at: datetime | None) -> str | None:
    """A moment as it is read where seconds matter: 30 June 2006, 14:05:09."""
    return f"{written(at)}:{at:%S}" if at else None


def written_number(value: float, decimals: int | None = None) -> str:
    """A number with commas; whole numbers without a point, others with as many decimals as asked for, or one."""
    if isinstance(value, float) and not math.isfinite(value):
        return NOT_KNOWN
    if decimals is None:
        decimals = 0 if isinstance(value, int) or float(value).is_integer() else 1
    return f"{value:,.{decimals}f}"
