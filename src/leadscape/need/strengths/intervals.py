"""Intervals of a school's figure, of a mean of several, and of the difference between two.

A percentage has Wilson's interval, other figures the published one or, where a codebook states the spread between
pupils, value ± z sd / √n. With [l, u] around x and [l', u'] around y the interval of x - y is

    x - y - √((x - l)² + (u' - y)²)  to  x - y + √((u - x)² + (y - l')²),

and for a mean Σ w x the squares of w (x - l) and w (u - x) are added up. A fixed y has no interval of its own.

Sources: Wilson (1927), Journal of the American Statistical Association 22, 209-212; Zou & Donner (2008), Statistics in
Medicine 27, 1693-1702.
"""

from __future__ import annotations

import polars as pl
from scipy.stats import norm

from leadscape.need.adjusted.sampling import PUBLISHED_REACH


def with_interval(rows: pl.DataFrame, unit: str, confidence: float, pupil_sd: float | None) -> pl.DataFrame:
    """``rows`` (``value``, ``pupils``, ``low``, ``high``) with ``own_low``, ``own_high``; null where unknown."""
    z = float(norm.ppf(0.5 + confidence / 2))
    half = (pl.col("high") - pl.col("low")) / 2
    published = (half > 0) & pl.col("value").is_not_null()
    n = pl.when(pl.col("pupils") > 0).then(pl.col("pupils"))
    reach = z / PUBLISHED_REACH
    low = pl.when(published).then(pl.col("value") - (pl.col("value") - pl.col("low")) * reach)
    high = pl.when(published).then(pl.col("value") + (pl.col("high") - pl.col("value")) * reach)
    if unit == "pct":
        p = pl.col("value") / 100
        centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        wide = z * (p * (1 - p) / n + z**2 / (4 * n**2)).sqrt() / (1 + z**2 / n)
        low, high = low.otherwise(100 * (centre - wide)), high.otherwise(100 * (centre + wide))
    elif pupil_sd is not None:
        low = low.otherwise(pl.col("value") - z * pupil_sd / n.sqrt())
        high = high.otherwise(pl.col("value") + z * pupil_sd / n.sqrt())
    return rows.with_columns(own_low=low, own_high=high)


def weighted_mean(value: str, low: str, high: str, weight: str, by: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Mean of ``value`` in each ``by``, weighted: ``by``, ``mean``, ``mean_low``, ``mean_high``, ``n``."""
    share = pl.col(weight) / pl.col(weight).sum()
    mean = (share * pl.col(value)).sum()
    return rows.group_by(by).agg(
        mean=mean,
        mean_low=mean - ((share * (pl.col(value) - pl.col(low))) ** 2).sum().sqrt(),
        mean_high=mean + ((share * (pl.col(high) - pl.col(value))) ** 2).sum().sqrt(),
        n=pl.len().cast(pl.Int64),
    )


def difference_interval() -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """``value`` less ``mean`` with its ends, from ``own_low``, ``own_high``, ``mean_low`` and ``mean_high``."""
    difference = pl.col("value") - pl.col("mean")
    below = ((pl.col("value") - pl.col("own_low")) ** 2 + (pl.col("mean_high") - pl.col("mean")) ** 2).sqrt()
    above = ((pl.col("own_high") - pl.col("value")) ** 2 + (pl.col("mean") - pl.col("mean_low")) ** 2).sqrt()
    return difference, difference - below, difference + above
