"""Figures of several files together: stacked with their sources, one row a figure where a release must be chosen."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.need.measures.reading import MeasuresReading
from leadscape.need.tables import AreaMeasures, Measures

FIGURE = ("urn", "measure", "period", "pupils_group")
_RANKS = {"final": 3, "revised": 2, "provisional": 1, "not_stated": 0}


def stack_measures(readings: Sequence[MeasuresReading]) -> pl.DataFrame:
    """Every row of several files, in their order; a figure that two files state in one release is kept twice."""
    return (
        pl.concat([r.measures for r in readings])
        if readings
        else pl.DataFrame(schema=polars_schema(Measures))
    )


def stack_areas(readings: Sequence[MeasuresReading]) -> pl.DataFrame:
    """Rows for areas of several files, in their order."""
    return (
        pl.concat([r.areas for r in readings])
        if readings
        else pl.DataFrame(schema=polars_schema(AreaMeasures))
    )


def choose_release(measures: pl.DataFrame) -> pl.DataFrame:
    """One row a figure: the final release before the revised before the provisional; of one release the first stated.

    A row whose release is not stated is taken only where no other is: it may be any of them. The release of each row
    stays beside it, so that a mixture can be seen.

    Returns
    -------
    polars.DataFrame
        Rows of :class:`~leadscape.need.tables.Measures`, in the order given.
    """
    ranked = measures.with_row_index("_place").with_columns(
        _rank=pl.col("release").cast(pl.String).replace_strict(_RANKS, return_dtype=pl.Int8)
    )
    chosen = ranked.sort("_rank", descending=True, maintain_order=True).unique(FIGURE, keep="first")
    return Measures.validate(chosen.sort("_place").drop("_place", "_rank"))


def differing_releases(measures: pl.DataFrame) -> pl.DataFrame:
    """Figures that releases or files state differently.

    Returns
    -------
    polars.DataFrame
        ``urn``, ``measure``, ``period``, ``pupils_group``, ``releases``, ``sources``, ``lowest``, ``highest``; a
        figure that one states and another hides is none of them.
    """
    return (
        measures.filter(pl.col("value").is_not_null())
        .group_by(FIGURE)
        .agg(
            releases=pl.col("release").cast(pl.String).unique().sort().str.join(", "),
            sources=pl.col("source").unique().sort().str.join(", "),
            lowest=pl.col("value").min(),
            highest=pl.col("value").max(),
        )
        .filter(pl.col("lowest") < pl.col("highest"))
        .sort(FIGURE)
    )
