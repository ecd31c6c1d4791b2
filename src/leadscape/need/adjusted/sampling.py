"""How much a figure varies by which pupils happened to be there: from its interval, its pupils, or an estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.stats import norm

from leadscape.need.adjusted.config import PUBLISHED_CONFIDENCE
from leadscape.need.tables import RELEASES

if TYPE_CHECKING:
    from numpy.typing import NDArray

PUBLISHED_REACH = float(norm.ppf(0.5 + PUBLISHED_CONFIDENCE / 2))
LEAST_PCT, MOST_PCT = 2.0, 98.0


def sampling_columns(rows: pl.DataFrame, unit: str) -> pl.DataFrame:
    """``rows`` with ``variance_from``, ``known_variance`` (null where to be made) and ``per_pupil`` (1 / pupils)."""
    published = (pl.col("high") > pl.col("low")) & pl.col("value").is_not_null()
    counted = pl.col("pupils") > 0
    made = "binomial" if unit == "pct" else "estimated from pupils"
    return rows.with_columns(
        variance_from=pl.when(published)
        .then(pl.lit("published interval"))
        .when(counted)
        .then(pl.lit(made))
        .otherwise(pl.lit("none")),
        known_variance=pl.when(published).then(
            ((pl.col("high") - pl.col("low")) / (2 * PUBLISHED_REACH)) ** 2
        ),
        per_pupil=pl.when(counted).then(1 / pl.col("pupils")),
    )


def binomial_variance(pct: NDArray[np.float64], per_pupil: NDArray[np.float64]) -> NDArray[np.float64]:
    """P (100 - p) / pupils at an expected percentage, kept within 2 to 98 so that no figure is taken as certain."""
    bounded = np.clip(pct, LEAST_PCT, MOST_PCT)
    return bounded * (100 - bounded) * per_pupil


def best_release(rows: pl.DataFrame) -> pl.DataFrame:
    """One row for each school, measure, period and group: of the release that had been checked most."""
    checked = [name for name in RELEASES if name != "not_stated"]
    rank = (
        pl.col("release")
        .cast(pl.String)
        .replace_strict(
            {name: number for number, name in enumerate(checked, 1)}, default=0, return_dtype=pl.Int64
        )
    )
    key = ["urn", "measure", "period", "pupils_group"]
    return (
        rows.sort(rank, descending=True, maintain_order=True)
        .unique(key, keep="first", maintain_order=True)
        .sort(key)
    )
