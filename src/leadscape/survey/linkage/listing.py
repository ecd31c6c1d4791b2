"""Any list of schools as somebody keeps it, read as mentions: what of name, number and place its headings promise."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from leadscape.core.errors import TableProblem
from leadscape.core.identifiers import content_id
from leadscape.core.tables import Problems, polars_schema
from leadscape.core.tabular import read_text_table
from leadscape.core.writing import unguard_formulas
from leadscape.survey.headings import match_headings
from leadscape.survey.linkage.asked import COLUMNS

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "name": (
        "name", "school name", "school", "establishment name", "name of school", "schname", "home school",
        "lead school", "teaching school", "organisation", "organisation name", "provider", "provider name",
    ),
    "urn": ("urn", "home urn", "school urn", "unique reference number", "establishment urn"),
    "authority_code": ("authority code", "la code", "lea code", "local authority code", "lea", "la"),
    "authority": (
        "authority", "local authority", "la name", "local authority name", "authority name", "lea name", "council",
        "district", "county", "diocese", "area",
    ),
    "town": ("town", "city", "town or city", "post town", "place"),
    "postcode": ("postcode", "post code", "school postcode"),
    "phase": ("phase", "phase of education", "education phase", "school phase", "sector"),
    "head": ("head", "headteacher", "head teacher", "head name", "headteacher name", "principal", "leader name"),
}  # fmt: skip
"""Column to the headings understood for it, in order of preference."""


def read_list(path: Path) -> pl.DataFrame:
    """Every row of a list as a mention.

    Returns
    -------
    polars.DataFrame
        ``row`` (in the file, the header being row 1), ``mention_id`` (from what the row says, so that rows which say
        the same are one mention) and the columns that may identify a school, as text.

    Raises
    ------
    FileProblem
        When the file is no table.
    TableProblem
        When it has neither names nor numbers of schools, or no row that says either.
    """
    table = read_text_table(path)
    named = unguard_formulas(match_headings(table, HEADINGS, ()))
    said = named.filter(pl.col("name").is_not_null() | pl.col("urn").is_not_null())
    if not said.height:
        understood = ", ".join(HEADINGS["name"][:4])
        raise TableProblem(
            f"{path.name} names no school: none of its {named.height:,} rows has a name or a number under a heading "
            "that is understood.",
            "A school can be looked for only by its name or its number.",
            f"Head the column of names {understood} or the like, and numbers URN. It has: "
            f"{', '.join(name for name in table.frame.columns if name != 'row')}.",
            pl.DataFrame(schema=polars_schema(Problems)),
        )
    distinct = said.select(COLUMNS).unique(maintain_order=True)
    keyed = distinct.with_columns(
        mention_id=pl.Series([content_id("M", *row) for row in distinct.iter_rows()], dtype=pl.String)
    )
    return said.join(keyed, on=COLUMNS, nulls_equal=True, maintain_order="left").select(
        "row", "mention_id", *COLUMNS
    )
