"""A share of whole counts with its exact interval, for whole columns at once."""

from __future__ import annotations

from typing import Final

import polars as pl

from leadscape.core.exact_interval import exact_ends, tail_of

CONFIDENCE: Final = 0.95


def share_columns(part: str, whole: str, names: tuple[str, str, str]) -> list[pl.Expr]:
    """Share, low and high of ``part`` out of ``whole``; null where the whole is 0.

    See :func:`~leadscape.core.exact_interval.exact_interval` for the formula.
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
    k, n = (pairs.struct.field(name).cast(pl.Float64).to_numpy() for name in ("k", "n"))
    low, high = exact_ends(k, n, tail_of(CONFIDENCE))
    return pl.Series(low), pl.Series(high)
