"""Tables of adjusted performance: a school in a year, a school over years, gaps, trends, sustained improvement."""

from __future__ import annotations

from typing import Final

import dataframely as dy
import polars as pl

from leadscape.core.tables import Table, status_column
from leadscape.need.tables import PERIOD_PATTERN
from leadscape.register.tables import urn_column

VARIANCES: Final = ("published interval", "binomial", "estimated from pupils", "none")
DIRECTIONS: Final = ("rising", "falling", "unclear", "cannot tell")
VERDICTS: Final = ("yes", "no", "cannot tell")


def _period(description: str, *, primary_key: bool = False, nullable: bool = False) -> dy.String:
    return dy.String(
        primary_key=primary_key, nullable=nullable, regex=PERIOD_PATTERN, description=description
    )


def _number(description: str) -> dy.Float64:
    return dy.Float64(nullable=True, description=description)


class AdjustedPerformance(Table):
    """One row is one school's measure in one period beside what its intake would lead one to expect.

    No row of the measure is missing. Where the value or the pupils behind it are not known, ``adjusted`` is null and
    ``reason`` says why: that school is not typical and not fine, it is unknown.
    """

    urn = urn_column(primary_key=True)
    measure = dy.String(primary_key=True)
    period = _period("Period of the results", primary_key=True)
    pupils_group = dy.String(primary_key=True)
    value = _number("As published, in the measure's unit")
    status = status_column("value")
    pupils = dy.Float64(nullable=True, min=0)
    expected = _number("What schools with such an intake had in that period, on average")
    raw_difference = _number("value less expected")
    adjusted = _number("Difference from expected, pooled: what is left when chance is taken out")
    low = _number("Lower end of the interval of adjusted")
    high = _number("Upper end of the interval of adjusted")
    reliability = dy.Float64(
        nullable=True,
        min=0,
        max=1,
        description="Share of the spread between schools that the figure resolves",
    )
    sampling_variance = dy.Float64(nullable=True, min=0, description="Of the value, in the unit squared")
    variance_from = dy.Enum(VARIANCES, description="Where the sampling variance comes from")
    used = dy.String(nullable=True, description="Characteristics of the intake known of this school")
    missing = dy.String(
        nullable=True, description="Characteristics used by the model and not known of this school"
    )
    reason = dy.String(nullable=True, description="Why there is no adjusted figure")

    @dy.rule()
    def adjusted_has_interval(cls) -> pl.Expr:
        """An estimate comes with its interval."""
        return pl.col("adjusted").is_null() | (pl.col("low").is_not_null() & pl.col("high").is_not_null())


class SchoolEffects(Table):
    """One row is one school over all periods of a measure: what stays from year to year.

    A missing row means that no period of the school has a figure that could be adjusted.
    """

    urn = urn_column(primary_key=True)
    measure = dy.String(primary_key=True)
    pupils_group = dy.String(primary_key=True)
    periods = dy.Int64(min=1)
    last_period = _period("The last with a figure")
    effect = dy.Float64(description="Lasting difference from expected, pooled")
    low = dy.Float64()
    high = dy.Float64()
    next_value = dy.Float64(description="To be expected next, if intake and nation stay as in last_period")
    next_low = dy.Float64(description="Lower end for a result of as many pupils")
    next_high = dy.Float64()


class Coefficients(Table):
    """One row is one coefficient of the adjustment: what intake goes with, not what it causes. None is missing."""

    term = dy.String(primary_key=True)
    estimate = dy.Float64(description="Change of the measure for one standard deviation, or for the category")
    se = dy.Float64(min=0)
    known_share = dy.Float64(
        nullable=True, min=0, max=1, description="Rows of which the characteristic is known"
    )
    note = dy.String(nullable=True, description="The year it describes, where that is another one")


class Gaps(Table):
    """One row is one school's gap between two groups of pupils in one period.

    A missing row means that no file has both groups. Where one is not known, so is the gap.
    """

    urn = urn_column(primary_key=True)
    measure = dy.String(primary_key=True)
    period = _period("Period of the results", primary_key=True)
    group = dy.String(primary_key=True)
    other_group = dy.String(primary_key=True)
    gap = _number("Value of group less value of other_group")
    low = _number("Lower end of its interval")
    high = _number("Upper end of its interval")
    pupils = dy.Float64(nullable=True, min=0)
    other_pupils = dy.Float64(nullable=True, min=0)
    status = status_column("gap")
    reason = dy.String(nullable=True)


class Trends(Table):
    """One row is one school's change a year in a measure, net of the nation's and of its intake.

    No school with a row of the measure is missing; with too few results it is ``cannot tell``.
    """

    urn = urn_column(primary_key=True)
    measure = dy.String(primary_key=True)
    pupils_group = dy.String(primary_key=True)
    periods = dy.Int64(min=0, description="Results used")
    first_period = _period("The first used", nullable=True)
    last_period = _period("The last used", nullable=True)
    slope = _number("Change a year, in the measure's unit")
    low = _number("Lower end of its interval")
    high = _number("Upper end of its interval")
    direction = dy.Enum(DIRECTIONS)
    reason = dy.String(nullable=True)


class SustainedImprovement(Table):
    """One row is one school judged by one rule, with what the rule saw. No school of the measure is missing."""

    urn = urn_column(primary_key=True)
    measure = dy.String(primary_key=True)
    rule = dy.String(primary_key=True)
    verdict = dy.Enum(VERDICTS)
    first_period = _period("The start", nullable=True)
    last_period = _period("The last year", nullable=True)
    context = _number("Disadvantage at the start, in its own unit")
    context_needed = _number("At least this")
    start = _number("Difference from the nation at the start")
    start_needed = _number("At most this")
    least_above = _number("The least of the years' differences from what the start led one to expect")
    mean_above = _number("Their mean")
    mean_above_low = _number("Lower bound of the mean")
    reason = dy.String(description="What decided")
