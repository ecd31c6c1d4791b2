"""Who asked not to be in the study: their answers, or what was said about them, go before anything is derived."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from leadscape.core.errors import TableProblem
from leadscape.core.identifiers import clean_identifier
from leadscape.core.tables import Problems, polars_schema, table_problem
from leadscape.core.tabular import read_text_table
from leadscape.survey.headings import match_headings


@dataclass(frozen=True)
class Withdrawn:
    """Nominations that remain, and how many went.

    Attributes
    ----------
    nominations
        As :class:`~leadscape.survey.tables.Nominations`, without the withdrawn.
    respondents
        Ids of respondents who withdrew: they count as silent from now on.
    removed
        Nominations taken out.
    """

    nominations: pl.DataFrame
    respondents: tuple[str, ...]
    removed: int


def withdraw(nominations: pl.DataFrame, path: Path | None) -> Withdrawn:
    """Take out what the withdrawals file names: a respondent's whole return, or one nomination.

    Raises
    ------
    TableProblem
        When the file has neither column, or a row names neither, or a nomination that no return holds.
    """
    if path is None:
        return Withdrawn(nominations, (), 0)
    table = read_text_table(path)
    headings = {
        "respondent_id": ("respondent_id", "respondent"),
        "nomination_id": ("nomination_id", "nomination"),
    }
    named = match_headings(table, headings, ()).with_columns(
        clean_identifier(pl.col("respondent_id")), pl.col("nomination_id")
    )
    empty = named.filter(pl.col("respondent_id").is_null() & pl.col("nomination_id").is_null())
    given = pl.col("nomination_id")
    unknown = named.filter(given.is_not_null() & ~given.is_in(nominations["nomination_id"].implode()))
    problems = pl.concat(
        [
            table.problems,
            unknown.select(
                row="row",
                column=pl.lit("nomination_id"),
                value=given,
                rule=pl.lit(
                    "Must be a nomination of the returns as restricted/nominations.csv names it; "
                    "a line that is edited gets another name."
                ),
            ).cast(polars_schema(Problems)),
            empty.select(
                row="row",
                column=pl.lit(None, pl.String),
                value=pl.lit(None, pl.String),
                rule=pl.lit("Must name a respondent_id or a nomination_id."),
            ).cast(polars_schema(Problems)),
        ]
    )
    if problems.height:
        raise table_problem(problems, path.name)
    respondents = named["respondent_id"].drop_nulls().unique().sort()
    kept = nominations.filter(
        ~pl.col("respondent_id").is_in(respondents.implode()),
        ~pl.col("nomination_id").is_in(named["nomination_id"].drop_nulls().implode()),
    )
    return Withdrawn(kept, tuple(respondents), nominations.height - kept.height)


def silence(responses: pl.DataFrame, withdrawn: Withdrawn, source: str) -> pl.DataFrame:
    """``responses`` with the withdrawn respondents silent: what they said is not known any more.

    Raises
    ------
    TableProblem
        When somebody withdrew who was never asked.
    """
    unknown = sorted(set(withdrawn.respondents) - set(responses["respondent_id"]))
    if unknown:
        problems = pl.DataFrame(
            {
                "row": [None] * len(unknown),
                "column": ["respondent_id"] * len(unknown),
                "value": unknown,
                "rule": ["Must be a respondent of the frame."] * len(unknown),
            },
            schema=polars_schema(Problems),
        )
        raise TableProblem(
            f"{source} names {len(unknown)} respondents who were not asked ({', '.join(unknown[:5])}).",
            "A withdrawal that matches nobody would be lost in silence.",
            "Correct the ids; they are those of the respondent frame.",
            problems,
        )
    gone = pl.col("respondent_id").is_in(list(withdrawn.respondents))
    return responses.with_columns(
        response=pl.when(gone)
        .then(pl.lit("silent"))
        .otherwise(pl.col("response").cast(pl.String))
        .cast(responses.schema["response"])
    )
