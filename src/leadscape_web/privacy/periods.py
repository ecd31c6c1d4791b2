"""How long is each kind of data kept, and who says so? Declared here; changed by editors of the nation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from leadscape_web.privacy.models import RetentionPeriod
from leadscape_web.studies.keeping import Period, periods_of_rooms

FEWEST_DAYS: Final = 1
MOST_DAYS: Final = 36500
ANNOUNCED_DAYS: Final = 7
"""Days for which a shorter period is announced before it erases anything."""


PERIODS: Final = (
    Period(
        "links",
        "Links to My data",
        "the day the notice was sent",
        90,
        "Long enough to answer after a school holiday, short enough that a forgotten letter opens nothing (our choice)",
    ),
    Period(
        "addresses",
        "E-mail addresses of people named",
        "the day they were recorded",
        365,
        "Needed to tell people once a round; UK GDPR, Article 5(1)(e)",
    ),
    Period(
        "requests",
        "What people wrote when they asked for a correction",
        "the day it was answered",
        365,
        "Long enough for a complaint to the regulator; UK GDPR, Article 5(1)(e)",
    ),
    Period(
        "removed_files",
        "Files of a study that were replaced",
        "the day they were replaced",
        365,
        "One round, so that an import can be looked into (our choice)",
    ),
    Period(
        "former_names",
        "Former spellings of names, once no stored file holds them any more",
        "the day another took their place",
        730,
        "Two rounds, so that a correction can be followed (our choice)",
    ),
    Period(
        "rows",
        "What stood in rows that were taken out of files because they name somebody who stays out",
        "the day an editor said so",
        7,
        "Long enough to put a row back that was taken out by mistake (our choice)",
    ),
    Period(
        "leaders",
        "Names of leaders whom no round has named again",
        "the date of the last wave that named them, or the day it was loaded if that is later",
        2190,
        "Six years: the paper’s own comparisons and most studies of leadership span less (our choice)",
    ),
)
"""What is held here; files before the spellings by which people are found in them."""


def periods() -> tuple[Period, ...]:
    """Everything that is kept for a time: what is held here, and what other rooms hold."""
    return (*PERIODS, *periods_of_rooms())


def by_code() -> dict[str, Period]:
    """The same by its code."""
    return {period.code: period for period in periods()}


@dataclass(frozen=True)
class CurrentPeriod:
    """A period as it holds now. ``changed_on``: null while it is the default."""

    period: Period
    days: int
    source: str
    changed_on: date | None


def current_periods(using: str = "default") -> tuple[CurrentPeriod, ...]:
    """All periods, in order, as they hold now."""
    changed = {row.code: row for row in RetentionPeriod.objects.using(using).filter(code__in=by_code())}
    return tuple(
        CurrentPeriod(period, row.days, row.source, row.changed_on)
        if (row := changed.get(period.code))
        else CurrentPeriod(period, period.days, period.source, None)
        for period in periods()
    )


def days_of(code: str, using: str = "default") -> int:
    """Days of one period as it holds now."""
    row = RetentionPeriod.objects.using(using).filter(code=code).first()
    return row.days if row else by_code()[code].days
