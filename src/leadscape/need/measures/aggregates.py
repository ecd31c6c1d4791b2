"""Do the figures that a file states for an area follow from those of its schools?

A file with the rows of one authority and of its schools states many figures twice. Counts of pupils are added up;
shares and means are weighted with the pupils they are about. Three things allow for a difference, and the tolerance
is their sum:

* the area's figure is rounded (half a step), a school's is rounded (half a step, since a mean of rounded figures is off
  by no more than one of them is);
* schools whose figure is hidden: their pupils are those that the area has more than the schools that show theirs, and
  their figure may lie anywhere it can (a share from 0 to 100, points from 0), else anywhere the figures of the other
  schools lie;
* for a count, up to five pupils a school whose count is hidden.

What it does not say: that the area's figure is right; only that it is or is not what its schools add up to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.tabular import ROW
from leadscape.need.measures.rows import SCHOOL
from leadscape.need.tables import AggregateChecks

if TYPE_CHECKING:
    from leadscape.codebooks.measures import MeasureBook

HIDDEN_MOST: Final = 5.0
"""Pupils that a school may have whose count is hidden: results of fewer than six are (DfE abbreviations 2018/19)."""

_MEANS: Final = ("pct", "points", "progress", "score")
_KEY: Final = ("measure", "period", "pupils_group", "source")
NOT_SUMMED: Final = ("roll",)
"""Measures whose area row covers other schools than the file lists."""


def check_aggregates(
    measures: pl.DataFrame, areas: pl.DataFrame, rows: pl.DataFrame, book: MeasureBook
) -> pl.DataFrame:
    """Every figure of an authority beside the same figure made again from its schools.

    Parameters
    ----------
    measures, areas
        As read from one file.
    rows
        Its rows, with ``_authority`` and ``_outside``, from :func:`~leadscape.need.measures.rows.sort_rows`.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.need.tables.AggregateChecks`. England is not checked: a file of one authority does not
        hold England's schools.
    """
    told = areas.filter((pl.col("area_kind") == "authority") & pl.col("value").is_not_null())
    if not told.height:
        return AggregateChecks.create_empty()
    place = rows.filter((pl.col("_whose") == SCHOOL) & ~pl.col("_outside")).select(
        source_row=pl.col(ROW), area_code="_authority"
    )
    steps = book.frame().select("measure", "unit", "step")
    inside = measures.join(place, on="source_row", how="inner").join(steps, on="measure", how="left")
    shown, pupils = pl.col("value").is_not_null(), pl.col("pupils")
    weight = pl.when(shown & (pupils > 0)).then(pupils)
    made = inside.group_by("area_code", *_KEY).agg(
        total=pl.col("value").sum(),
        mean=(pl.col("value") * weight).sum() / weight.sum(),
        weight=weight.sum(),
        lowest=pl.col("value").min(),
        highest=pl.col("value").max(),
        schools=shown.sum().cast(pl.Int64),
        schools_hidden=(~shown).sum().cast(pl.Int64),
    )
    both = (
        told.select("area_kind", "area_code", *_KEY, published="value", area_pupils="pupils")
        .join(made, on=["area_code", *_KEY], how="inner")
        .join(steps, on="measure", how="left")
        .filter(~pl.col("measure").is_in(NOT_SUMMED) & pl.col("unit").is_in([*_MEANS, "pupils"]))
    )
    summed = pl.col("unit") == "pupils"
    half = pl.col("step") / 2
    hidden = ((pl.col("area_pupils") - pl.col("weight")) / pl.col("area_pupils")).clip(0, 1)
    lowest = pl.when(pl.col("unit").is_in(["pct", "points"])).then(0.0).otherwise("lowest")
    highest = pl.when(pl.col("unit") == "pct").then(100.0).otherwise("highest")
    reach = pl.max_horizontal(highest - pl.col("mean"), pl.col("mean") - lowest)
    checked = both.with_columns(
        rule=pl.when(summed).then(pl.lit("sum")).otherwise(pl.lit("mean weighted with pupils")),
        made_again=pl.when(pl.col("schools") == 0)
        .then(None)
        .when(summed)
        .then("total")
        .otherwise(pl.when(pl.col("weight") > 0).then("mean")),
        tolerance=pl.when(summed)
        .then(HIDDEN_MOST * pl.col("schools_hidden"))
        .otherwise(half + half + hidden * reach),
    ).with_columns(difference=pl.col("made_again") - pl.col("published"))
    agrees = pl.col("difference").abs() <= pl.col("tolerance") + 1e-9
    return AggregateChecks.validate(
        checked.with_columns(agrees=agrees)
        .select(AggregateChecks.column_names())
        .sort("area_code", "measure", "pupils_group")
    )
