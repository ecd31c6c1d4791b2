"""The gap between two groups of pupils in one school, with an interval.

Percentages have the interval of Agresti and Caffo, which holds up with few pupils and at 0 and 100 %; other measures
that of the two published intervals. A gap without an interval is not stated.

Sources: Agresti & Caffo (2000), The American Statistician 54, 280-288.
"""

from __future__ import annotations

import polars as pl
from scipy.stats import norm

from leadscape.core.missing import REPORTED, Status
from leadscape.core.tables import check_table
from leadscape.need.adjusted.config import AdjustConfig
from leadscape.need.adjusted.sampling import PUBLISHED_REACH, best_release
from leadscape.need.adjusted.tables import Gaps
from leadscape.need.tables import DISADVANTAGED, OTHER_PUPILS


def measure_gaps(
    measures: pl.DataFrame,
    measure: str,
    unit: str,
    config: AdjustConfig | None = None,
    *,
    group: str = DISADVANTAGED,
    other_group: str = OTHER_PUPILS,
) -> pl.DataFrame:
    """Value of ``group`` less value of ``other_group`` in every school and period that has rows for both.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.need.adjusted.tables.Gaps`.

    Notes
    -----
    With x of n pupils in a group, p = (x + 1) / (n + 2) and variance p (1 - p) / (n + 2); the interval is centred at
    the difference of the p, the gap stated is that of the published figures.
    """
    config = config or AdjustConfig()
    z = float(norm.ppf(0.5 + config.confidence / 2))
    best = best_release(measures.filter(pl.col("measure") == measure))
    key = ["urn", "measure", "period"]
    parts = ["value", "status", "pupils", "low", "high"]
    both = (
        best.filter(pl.col("pupils_group") == group)
        .select(*key, *parts)
        .join(
            best.filter(pl.col("pupils_group") == other_group).select(*key, *parts), on=key, suffix="_other"
        )
    )
    if unit == "pct":
        shares = [_adjusted_share(suffix) for suffix in ("", "_other")]
        centre = 100 * (shares[0][0] - shares[1][0])
        reach = 100 * z * (shares[0][1] + shares[1][1]).sqrt()
        uncounted = "the pupils of a group are not known"
    else:
        variance = [
            ((pl.col(f"high{s}") - pl.col(f"low{s}")) / (2 * PUBLISHED_REACH)) ** 2 for s in ("", "_other")
        ]
        centre, reach = pl.col("value") - pl.col("value_other"), z * (variance[0] + variance[1]).sqrt()
        uncounted = "a group has no published interval"
    known = pl.col("value").is_not_null() & pl.col("value_other").is_not_null()
    stated = known & reach.is_not_null()
    worst = pl.when(pl.col("status") != REPORTED).then("status").otherwise("status_other")
    status = (
        pl.when(stated)
        .then(pl.lit(REPORTED))
        .when(known)
        .then(pl.lit("not_published"))
        .otherwise(worst.cast(pl.String))
    )
    words = worst.cast(pl.String).str.replace_all("_", " ")
    frame = both.with_columns(
        group=pl.lit(group),
        other_group=pl.lit(other_group),
        gap=pl.when(stated).then(pl.col("value") - pl.col("value_other")),
        low=pl.when(stated).then(centre - reach),
        high=pl.when(stated).then(centre + reach),
        other_pupils="pupils_other",
        reason=pl.when(stated)
        .then(None)
        .when(known)
        .then(pl.lit(uncounted))
        .otherwise(pl.format("the figure of a group is {}", words)),
        status=status.cast(Status),
    )
    return check_table(frame.sort(key), Gaps, "Gaps")


def _adjusted_share(suffix: str) -> tuple[pl.Expr, pl.Expr]:
    n = pl.when(pl.col(f"pupils{suffix}") > 0).then(pl.col(f"pupils{suffix}"))
    p = (pl.col(f"value{suffix}") / 100 * n + 1) / (n + 2)
    return p, p * (1 - p) / (n + 2)
