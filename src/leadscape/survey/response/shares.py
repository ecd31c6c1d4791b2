"""A share of whole counts with its exact interval, for whole columns at once."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from scipy.special import betaincinv

CONFIDENCE: Final = 0.95


def share_columns(part: str, whole: str, names: tuple[str, str, str]) -> list[pl.Expr]:
    """Share, low and high of ``part`` out of ``whole``; null where the whole is 0.

    Notes
    -----
    With k of n and a = 1 - 0.95: low is the a/2 quantile of Beta(k, n - k + 1), high the 1 - a/2 quantile of
    Beta(k + 1, n - k); 0 where k = 0, 1 where k = n.

    Sources
    -------
    Clopper & Pearson (1934), Biometrika 26, 404-413.
    """
    some = pl.col(whole) > 0

    def bound(side: int) -> pl.Expr:
        both = pl.struct(k=part, n=whole).map_batches(
            lambda pairs: _bounds(pairs)[side], return_dtype=pl.Float64
        )
        return pl.when(some).then(both)

    return [
        pl.when(some).then(pl.col(part) / pl.col(whole)).alias(names[0]),
        bound(0).alias(names[1]),
        bound(1).alias(names[2]),
    ]


def _bounds(pairs: pl.Series) -> tuple[pl.Series, pl.Series]:
    k = pairs.struct.field("k").to_numpy().astype(np.float64)
    n = pairs.struct.field("n").to_numpy().astype(np.float64)
    tail = (1 - CONFIDENCE) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(k > 0, betaincinv(np.maximum(k, 0.5), n - k + 1, tail), 0.0)
        high = np.where(k < n, betaincinv(k + 1, np.maximum(n - k, 0.5), 1 - tail), 1.0)
    return pl.Series(low), pl.Series(high)
