"""Change a year over the last three results, net of what the nation and the intake changed, with an interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from scipy.stats import norm

from leadscape.core.tables import check_table
from leadscape.need.adjusted.tables import DIRECTIONS, Trends

if TYPE_CHECKING:
    from leadscape.need.adjusted.performance import Adjusted


def measure_trends(adjusted: Adjusted) -> pl.DataFrame:
    """The slope of each school's differences from expected.

    Parameters
    ----------
    adjusted
        One measure, adjusted over several periods.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.need.adjusted.tables.Trends`.

    Notes
    -----
    With r_t the difference from expected in year t and w_t = 1 / (within + D_t), the slope is Σ w (t - t̄) r / Σ w (t -
    t̄)² with variance 1 / Σ w (t - t̄)², t̄ weighted. It is not pooled: of few pupils the interval is wide, and says
    so. Years count, not rows: a year without results leaves a hole, it is not skipped.
    """
    config = adjusted.config
    z = float(norm.ppf(0.5 + config.confidence / 2))
    year = pl.col("period").str.slice(0, 4).cast(pl.Float64)
    rows = (
        adjusted.performance.filter(pl.col("adjusted").is_not_null())
        .with_columns(year=year, w=1 / (adjusted.within + pl.col("sampling_variance")))
        .sort("urn", "year")
    )
    recent = rows.group_by("urn", maintain_order=True).tail(config.trend_periods)
    mean = (pl.col("w") * pl.col("year")).sum().over("urn") / pl.col("w").sum().over("urn")
    recent = recent.with_columns(gap=pl.col("year") - mean)
    found = recent.group_by("urn").agg(
        periods=pl.len().cast(pl.Int64),
        first_period=pl.col("period").first(),
        last_period=pl.col("period").last(),
        years=pl.col("year").last() - pl.col("year").first(),
        top=(pl.col("w") * pl.col("gap") * pl.col("raw_difference")).sum(),
        precision=(pl.col("w") * pl.col("gap") ** 2).sum(),
    )
    schools = adjusted.performance.select("urn", "measure", "pupils_group").unique(maintain_order=True)
    enough = (pl.col("periods") >= config.trend_periods) & (pl.col("years") <= config.trend_years_max)
    slope = pl.when(enough).then(pl.col("top") / pl.col("precision"))
    reach = z / pl.col("precision").sqrt()
    frame = (
        # A school of which no result could be adjusted has none: a count, not a measure.
        schools.join(found, on="urn", how="left", maintain_order="left")
        .with_columns(pl.col("periods").fill_null(pl.lit(0, pl.Int64)))
        .with_columns(slope=slope, low=slope - reach, high=slope + reach)
    )
    direction = (
        pl.when(pl.col("slope").is_null()).then(pl.lit("cannot tell"))
        .when(pl.col("low") > 0).then(pl.lit("rising"))
        .when(pl.col("high") < 0).then(pl.lit("falling"))
        .otherwise(pl.lit("unclear"))
    )  # fmt: skip
    few = pl.format(f"{{}} results that can be compared, {config.trend_periods} needed", "periods")
    reason = pl.when(pl.col("slope").is_null()).then(
        pl.when(pl.col("periods") < config.trend_periods)
        .then(few)
        .otherwise(pl.lit("the results lie too far apart"))
    )
    frame = frame.with_columns(direction=direction.cast(pl.Enum(DIRECTIONS)), reason=reason)
    return check_table(frame.sort("urn"), Trends, "Trends")
