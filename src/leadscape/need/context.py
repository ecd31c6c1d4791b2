"""What surrounds a school, and of which year is it? Free meals and rolls of a register, deprivation of its place.

Context is often of another year than the results it stands beside. Each row says what it describes, and
:func:`context_ages` says for every pair how far apart they are, in a sentence to print beside the figure.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from leadscape.codebooks.measures import load_measures
from leadscape.core.tables import polars_schema
from leadscape.need.deprivation.reading import plain_postcode
from leadscape.need.measures.periods import period_end
from leadscape.need.tables import Context, ContextAges

REGISTER_MEASURES: Final = {"fsm_pct": "fsm_pct", "roll": "pupils", "capacity": "capacity"}
"""Measure of the codebook to the column of the register's schools."""


def context_of_register(schools: pl.DataFrame, seen_on: date, source: str) -> pl.DataFrame:
    """As :class:`~leadscape.need.tables.Context`: what a register says of each school on its date.

    Parameters
    ----------
    schools
        :class:`~leadscape.register.tables.Schools`.
    """
    parts = [
        schools.select(
            urn="urn",
            measure=pl.lit(measure),
            value=pl.col(column),
            status=pl.col(f"{column}_status"),
            period=pl.lit(str(seen_on.year)),
            described_on=pl.lit(seen_on),
            joined_by=pl.lit("urn"),
            source=pl.lit(source),
        )
        for measure, column in REGISTER_MEASURES.items()
    ]
    return _declared(pl.concat(parts))


def context_of_places(
    schools: pl.DataFrame,
    deprivation: pl.DataFrame,
    postcodes: pl.DataFrame | None = None,
    small_areas: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Deprivation of the small area that each school stands in.

    Parameters
    ----------
    schools
        ``urn`` and ``postcode``.
    deprivation
        :class:`~leadscape.need.tables.Deprivation`, of one edition or several.
    postcodes
        ``postcode``, ``small_area``, ``vintage``, from a look-up by postcode.
    small_areas
        ``urn``, ``small_area``, ``vintage``, where a register states them; preferred to the postcode.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.need.tables.Context`. A school whose place is not known, or lies in an area that the
        edition does not have, has no row.

    Notes
    -----
    A small area is looked up in its own vintage only: codes go on, boundaries do not.
    """
    places = []
    if small_areas is not None:
        places.append(small_areas.select("urn", "small_area", "vintage", joined_by=pl.lit("small_area")))
    if postcodes is not None:
        by_postcode = schools.select("urn", postcode=plain_postcode(pl.col("postcode"))).join(
            postcodes, on="postcode"
        )
        places.append(by_postcode.select("urn", "small_area", "vintage", joined_by=pl.lit("postcode")))
    if not places:
        return Context.create_empty()
    known = schools.select("urn").join(pl.concat(places), on="urn", how="inner", maintain_order="left")
    found = known.join(deprivation, on=["small_area", "vintage"], how="inner", maintain_order="left")
    return _declared(
        found.select(
            "urn",
            "measure",
            "value",
            "status",
            "joined_by",
            "source",
            period="edition",
            described_on=pl.lit(None, pl.Date),
        ).unique(["urn", "measure", "period", "source"], keep="first", maintain_order=True)
    )


def context_ages(context: pl.DataFrame, measures: pl.DataFrame) -> pl.DataFrame:
    """How far each characteristic is from each period of results, with the sentence to print.

    Parameters
    ----------
    context
        :class:`~leadscape.need.tables.Context`.
    measures
        :class:`~leadscape.need.tables.Measures`.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.need.tables.ContextAges`. A gap counts school years: context of a day in the school year
        of the results is 0 away, of a calendar year that in which the results' year ends.
    """
    book = load_measures()
    own = context.group_by("measure", "period").agg(
        pl.col("described_on").max(), pl.col("urn").unique().alias("urns")
    )
    results = measures.group_by("period").agg(pl.col("urn").unique().alias("school_urns"))
    pairs = own.join(results.rename({"period": "results_period"}), how="cross").with_columns(
        schools=pl.col("urns").list.set_intersection("school_urns").list.len().cast(pl.Int64)
    )
    rows = [
        (measure, period, of, gap := _year(period, described) - _year(of, None), schools,
         _statement(book.measure(measure).label, period, of, gap))
        for measure, period, described, of, schools in pairs.select(
            "measure", "period", "described_on", "results_period", "schools"
        ).iter_rows()
    ]  # fmt: skip
    names = ("measure", "context_period", "results_period", "gap_years", "schools", "statement")
    frame = pl.DataFrame(
        rows, schema={name: polars_schema(ContextAges)[name] for name in names}, orient="row"
    )
    return ContextAges.validate(
        frame.select(ContextAges.column_names()).sort("measure", "context_period", "results_period")
    )


def _year(period: str, described_on: date | None) -> int:
    """The year in which the school year of a day or period ends."""
    if described_on is None:
        return period_end(period).year
    return described_on.year + (described_on.month >= 9)


def _statement(label: str, period: str, of: str, gap: int) -> str:
    if gap == 0:
        return f"{label}: of {period}, the year of the results ({of})."
    years = f"{abs(gap)} year{'s' * (abs(gap) != 1)}"
    return f"{label}: of {period}, {years} {'after' if gap > 0 else 'before'} the results ({of})."


def _declared(frame: pl.DataFrame) -> pl.DataFrame:
    return Context.validate(frame.select(Context.column_names()).cast(polars_schema(Context)))
