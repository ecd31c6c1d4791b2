"""Any list of names and schools as lines in which persons can be recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.identifiers import clean_identifier, content_id
from leadscape.core.tables import Problems, polars_schema, table_problem
from leadscape.core.tabular import read_text_table
from leadscape.register.dates import parse_date
from leadscape.survey.headings import match_headings
from leadscape.survey.mentions import PARTNER_SEPARATORS
from leadscape.survey.returns import HEADINGS as RETURN_HEADINGS

if TYPE_CHECKING:
    from pathlib import Path

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "leader_name": (*RETURN_HEADINGS["leader_name"], "full name", "person", "head"),
    "home_urn": RETURN_HEADINGS["home_urn"],
    "home_school": (*RETURN_HEADINGS["home_school"], "establishment", "establishment name"),
    "authority_code": (*RETURN_HEADINGS["authority"], "authority_code", "la code", "la (code)"),
    "region": ("region", "gor"),
    "respondent_id": (*RETURN_HEADINGS["respondent_id"], "list", "source"),
    "role": (*RETURN_HEADINGS["role_text"], "job title"),
    "started_on": RETURN_HEADINGS["started_on"],
    "ended_on": RETURN_HEADINGS["ended_on"],
    "partner_urns": ("partner_urns", "partner urns"),
}
REQUIRED: Final = ("leader_name",)


def read_list(path: Path) -> pl.DataFrame:
    """Lines of a list, as :func:`~leadscape.survey.identity.resolve_persons` takes them, with ``row`` in the file.

    A list without a column for who sent it is one list. Rows that are blank in every column understood are passed over.

    Raises
    ------
    FileProblem
        When it is no table.
    TableProblem
        When it has no column of names, neither schools nor numbers of schools, or cells that cannot be understood;
        lists every one.
    """
    table = read_text_table(path)
    named = match_headings(table, HEADINGS, REQUIRED)
    filled = named.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in HEADINGS))
    problems = pl.concat([table.problems, _wrong(filled)])
    if not filled["home_school"].count() and not filled["home_urn"].count():
        problems = pl.concat([problems, _no_school(filled.height)])
    if problems.height:
        raise table_problem(problems.sort("row", "column", nulls_last=False), path.name)
    typed = filled.with_columns(
        clean_identifier(pl.col("home_urn")),
        clean_identifier(pl.col("authority_code")),
        pl.col("respondent_id").fill_null("the list"),
        parse_date(pl.col("started_on")),
        parse_date(pl.col("ended_on")),
        partner_urns=pl.col("partner_urns")
        .str.replace_all(PARTNER_SEPARATORS, ";")
        .str.split(";")
        .list.eval(clean_identifier(pl.element()).drop_nulls()),
    )
    ids = [content_id("N", *map(str, row)) for row in filled.select("row", *HEADINGS).iter_rows()]
    return typed.with_columns(nomination_id=pl.Series(ids, dtype=pl.String))


def _wrong(filled: pl.DataFrame) -> pl.DataFrame:
    """As :class:`Problems`: names that are blank and dates that are none."""
    no_date = "Must be a date such as 2005-09-01 or 01/09/2005."
    checks = [(pl.col("leader_name").is_null(), "leader_name", "A name is needed.")]
    checks += [
        (parse_date(pl.col(day)).is_null() & pl.col(day).is_not_null(), day, no_date)
        for day in ("started_on", "ended_on")
    ]
    found = [
        filled.filter(broken).select("row", column=pl.lit(column), value=pl.col(column), rule=pl.lit(rule))
        for broken, column, rule in checks
    ]
    schema = polars_schema(Problems)
    return pl.concat(found).select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def _no_school(rows: int) -> pl.DataFrame:
    rule = f"None of the {rows} rows has a school: needs a column such as school or urn."
    return pl.DataFrame([(None, "home_school", None, rule)], schema=polars_schema(Problems), orient="row")
