"""Whose figures may be read as whose, when a school has become another?

The rules are the register's (:data:`~leadscape.register.lineage.CARRY_RULES`): one to one is carried, several into one
are parts that need their pupils as weights, one into several is not carried. Every row says which rule it fell under,
so that a carried figure is never taken for the school's own.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.need.tables import CarriedMeasures, Measures
from leadscape.register.lineage import CARRY_RULES, Lineage, carry_results


def carry_measures(measures: pl.DataFrame, lineage: Lineage, as_of: date | None = None) -> pl.DataFrame:
    """Every figure beside the school that it speaks for on a date.

    Parameters
    ----------
    measures
        :class:`~leadscape.need.tables.Measures`, one row a figure (see
        :func:`~leadscape.need.measures.releases.choose_release`).
    lineage
        Of the register's links.
    as_of
        Date for which figures are wanted; the latest that the links know without it.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.need.tables.CarriedMeasures`: the same rows in the same order.
    """
    carried = carry_results(measures, lineage, as_of)
    figure = ["successor_urn", "measure", "period", "pupils_group", "release"]
    return CarriedMeasures.validate(
        carried.with_columns(
            from_urn="urn",
            urn="successor_urn",
            carried=pl.col("successor_urn").is_not_null() & (pl.col("successor_urn") != pl.col("urn")),
            parts=pl.when(pl.col("successor_urn").is_not_null()).then(pl.len().over(figure)),
        )
        .select(CarriedMeasures.column_names())
        .cast(polars_schema(CarriedMeasures))
    )


def spoken_for(carried: pl.DataFrame, schools: pl.DataFrame | None = None) -> tuple[pl.DataFrame, str]:
    """Figures by the school that they speak for, and a sentence on how many schools have another's.

    Parameters
    ----------
    carried
        :class:`~leadscape.need.tables.CarriedMeasures`.
    schools
        ``urn`` of the schools that the sentence is about; all without it.

    Returns
    -------
    tuple
        Rows of :class:`~leadscape.need.tables.Measures`, and the sentence. Figures of several schools for one are
        left out: they are parts.
    """
    one = carried.filter(pl.col("urn").is_not_null(), pl.col("parts") == 1)
    theirs = (
        one.filter("carried")
        if schools is None
        else one.filter("carried").join(schools, on="urn", how="semi")
    )
    n = theirs["urn"].n_unique()
    told = (
        f"{n:,} {'school has' if n == 1 else 'schools have'} figures of the one that became it; "
        "of several that became one none is used."
    )
    return one.select(Measures.column_names()), told


def carrying_counts(carried: pl.DataFrame) -> pl.DataFrame:
    """``carry_rule``, ``schools``, ``figures``, ``meaning``: what became of all figures, by rule."""
    found = carried.group_by(pl.col("carry_rule").cast(pl.String)).agg(
        schools=pl.col("from_urn").n_unique().cast(pl.Int64), figures=pl.len().cast(pl.Int64)
    )
    rules = pl.DataFrame({"carry_rule": list(CARRY_RULES), "meaning": list(CARRY_RULES.values())})
    return rules.join(found, on="carry_rule", how="inner", maintain_order="left").select(
        "carry_rule", "schools", "figures", "meaning"
    )
