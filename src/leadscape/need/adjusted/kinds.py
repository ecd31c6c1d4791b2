"""Kinds of schools adjusted apart: a special school is not expected to do as a mainstream one, nor to vary as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.errors import NotComparable, NotIdentified
from leadscape.need.adjusted.performance import Adjusted, adjust_performance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadscape.need.adjusted.config import AdjustConfig

SCHOOLS_MIN: Final = 50
"""A kind with fewer schools joins the others of its like: so few do not tell what to expect."""
OTHER: Final = "other kinds"
NOT_KNOWN: Final = "kind not known"


def adjust_by_kind(
    measures: pl.DataFrame,
    measure: str,
    unit: str,
    kinds: pl.DataFrame,
    intake: pl.DataFrame | None = None,
    config: AdjustConfig | None = None,
    *,
    pupils_group: str = "all",
    notes: Mapping[str, str] | None = None,
) -> dict[str, Adjusted]:
    """One adjustment for each kind of school, by kind.

    Parameters
    ----------
    kinds
        ``urn`` and ``kind``. A school without one is of the kind *not known*, a kind of fewer than 50 schools joins
        *other kinds*.
    measures, measure, unit, intake, config, pupils_group, notes
        As :func:`~leadscape.need.adjusted.performance.adjust_performance`.

    Raises
    ------
    NotComparable
        When a school has two kinds, or no row holds the measure.
    NotIdentified
        When no kind has enough schools. A single kind that has not is left out of the answer.
    """
    if kinds["urn"].is_duplicated().any():
        raise NotComparable(
            f"{kinds.filter(pl.col('urn').is_duplicated())['urn'].n_unique()} schools have two kinds.",
            "They would be compared with two sets of schools.",
            "Keep one kind for each school.",
        )
    mine = measures.filter(pl.col("measure") == measure, pl.col("pupils_group") == pupils_group)
    if not mine.height:
        raise NotComparable(
            f"No row holds {measure!r} for the group {pupils_group!r}.",
            "There is nothing to adjust.",
            "Check the measure's id and the files that were read.",
        )
    labelled = mine.join(kinds.select("urn", "kind"), on="urn", how="left").with_columns(
        pl.col("kind").fill_null(NOT_KNOWN)
    )
    schools = pl.col("urn").n_unique().over("kind")
    labelled = labelled.with_columns(
        kind=pl.when(schools < SCHOOLS_MIN).then(pl.lit(OTHER)).otherwise("kind")
    )
    found, refused = {}, []
    for kind in labelled["kind"].unique().sort().to_list():
        rows = labelled.filter(pl.col("kind") == kind).drop("kind")
        try:
            found[kind] = adjust_performance(
                rows, measure, unit, intake, config, pupils_group=pupils_group, notes=notes
            )
        except NotIdentified as error:
            refused.append(error)
    if not found:
        raise refused[0]
    return found
