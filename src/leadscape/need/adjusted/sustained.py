"""Schools whose results rose from a low start in a challenging context and stayed up, net of regression to the mean.

A school that starts low rises on average without anything having changed, because part of a low start is chance. So
each later year is set beside what the start itself leads one to expect. With y_0 the difference from the nation at the
start, *a* the lasting variance between schools, *s* that from year to year and D the sampling variance,

    E(y_t | y_0) = r y_0, r = a / (a + s + D_0),   m = mean of y_t - r y_0 over the T later years,
    var m = a (1 - r) + (s + mean D_t) / T.

The model is fitted without intake, for which *from the nation* is what is left. A school is *yes* where every later
year is above expectation and the lower bound of m is above 0, in the context and from the start that the rule names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from scipy.stats import norm

from leadscape.core.tables import check_table
from leadscape.need.adjusted.tables import VERDICTS, SustainedImprovement

if TYPE_CHECKING:
    from leadscape.codebooks.sustained import SustainedRule
    from leadscape.need.adjusted.performance import Adjusted


def detect_sustained(adjusted: Adjusted, disadvantage: pl.DataFrame, rule: SustainedRule) -> pl.DataFrame:
    """Judge every school of a measure that is better when higher.

    Parameters
    ----------
    adjusted
        The measure, adjusted for the year alone (no intake).
    disadvantage
        ``urn``, ``context``: a figure that is higher where more pupils are disadvantaged; null where not known.
    rule
        What counts.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.need.adjusted.tables.SustainedImprovement`. What is not known makes a school
        ``cannot tell`` unless what is known already makes it ``no``; it never makes one ``yes``.
    """
    context_needed = disadvantage["context"].quantile(1 - rule.context_share_top, "linear")
    rows = adjusted.performance.with_columns(year=pl.col("period").str.slice(0, 4).cast(pl.Int64)).sort(
        "urn", "year"
    )
    last_year = rows["year"].max()
    first_year = int(last_year) - rule.years if isinstance(last_year, int) else 0
    window = rows.filter(pl.col("year").is_between(first_year, first_year + rule.years))
    start_needed = window.filter(pl.col("year") == first_year)["raw_difference"].quantile(
        rule.start_share_bottom, "linear"
    )
    start = window.filter(pl.col("year") == first_year).select(
        "urn", start="raw_difference", d_start="sampling_variance", first_period="period"
    )
    later = (
        window.filter(pl.col("year") > first_year)
        .join(start, on="urn")
        .with_columns(r=adjusted.between / (adjusted.between + adjusted.within + pl.col("d_start")))
        .with_columns(above=pl.col("raw_difference") - pl.col("r") * pl.col("start"))
        .filter(pl.col("above").is_not_null())
        .group_by("urn")
        .agg(
            years=pl.len(),
            last_period=pl.col("period").last(),
            least_above=pl.col("above").min(),
            mean_above=pl.col("above").mean(),
            spread=(adjusted.between * (1 - pl.col("r").first()))
            + (adjusted.within + pl.col("sampling_variance").mean()) / pl.len(),
        )
    )
    z = float(norm.ppf(rule.confidence))
    judged = (
        adjusted.performance.select("urn", "measure").unique(maintain_order=True)
        .join(disadvantage.select("urn", "context"), on="urn", how="left", maintain_order="left")
        .join(start, on="urn", how="left", maintain_order="left")
        .join(later, on="urn", how="left", maintain_order="left")
        .with_columns(
            rule=pl.lit(rule.id),
            context_needed=pl.lit(context_needed, pl.Float64),
            start_needed=pl.lit(start_needed, pl.Float64),
            mean_above_low=pl.col("mean_above") - z * pl.col("spread").sqrt(),
        )
    )  # fmt: skip
    years = pl.col("years")
    steps: list[tuple[pl.Expr, str, str]] = [
        (
            pl.col("context") < pl.col("context_needed"),
            "no",
            "fewer disadvantaged pupils than the rule asks for",
        ),
        (pl.col("start") > pl.col("start_needed"), "no", "did not start low"),
        (pl.col("least_above") <= 0, "no", "a year is not above what the start led one to expect"),
        (pl.col("context").is_null(), "cannot tell", "disadvantage is not known"),
        (pl.col("start").is_null(), "cannot tell", "the result of the first year is not known"),
        (years.is_null() | (years < rule.years), "cannot tell", "a later result is not known"),
        (pl.col("mean_above_low") <= 0, "no", "the rise may be chance or the usual return from a low start"),
    ]
    verdict, reason = pl.lit("yes"), pl.lit("above expectation every year, and clearly on average")
    for condition, word, why in reversed(steps):
        holds = condition.fill_null(value=False)
        verdict = pl.when(holds).then(pl.lit(word)).otherwise(verdict)
        reason = pl.when(holds).then(pl.lit(why)).otherwise(reason)
    frame = judged.with_columns(verdict=verdict.cast(pl.Enum(VERDICTS)), reason=reason)
    return check_table(frame.sort("urn"), SustainedImprovement, "Sustained improvement")
