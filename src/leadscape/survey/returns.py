"""Nomination returns as people send them: workbooks and lists, one line a person in a role."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from leadscape.core.errors import TableProblem
from leadscape.core.identifiers import clean_identifier, content_id
from leadscape.core.tables import Problems, check_table, no_problems, polars_schema, table_problem
from leadscape.core.tabular import read_text_table
from leadscape.register.dates import parse_date
from leadscape.survey.headings import match_headings
from leadscape.survey.tables import Nominations

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "respondent_id": ("respondent_id", "respondent", "returned by"),
    "leader_name": ("leader_name", "name of leader", "leader", "headteacher", "head teacher", "name"),
    "home_urn": ("home_urn", "urn", "school urn"),
    "home_school": ("home_school", "school", "school name", "name of school"),
    "authority": ("authority", "local authority", "la", "lea"),
    "role_text": ("role", "role held", "what they do", "role_text"),
    "partner_schools": ("partner_schools", "schools supported", "supports", "partner school"),
    "started_on": ("started_on", "from", "start", "started", "start date"),
    "ended_on": ("ended_on", "to", "end", "ended", "end date"),
    "notes": ("notes", "comments", "note"),
}
REQUIRED: Final = ("leader_name", "home_school", "role_text")
CONTENT: Final = tuple(name for name in HEADINGS if name != "notes")


@dataclass(frozen=True)
class ReturnsReading:
    """Returns as read.

    Attributes
    ----------
    nominations
        As :class:`Nominations`, ordered by file and row.
    files
        One row a file: ``file``, ``rows`` in it, ``nominations`` made of them, ``blank`` rows passed over.
    """

    nominations: pl.DataFrame
    files: pl.DataFrame


def read_returns(paths: tuple[Path, ...]) -> ReturnsReading:
    """Every nomination in the files.

    A file without a respondent column is the return of the respondent whose id is the file's name without ending.

    Raises
    ------
    TableProblem
        Listing what is wrong in every file, so that one round of corrections is enough.
    """
    readings: list[pl.DataFrame] = []
    problems: list[pl.DataFrame] = []
    counts: list[tuple[str, int, int, int]] = []
    for path in paths:
        try:
            lines, read = _read_lines(path)
        except TableProblem as error:
            problems.append(error.problems.with_columns(file=pl.lit(path.name)))
            continue
        readings.append(lines)
        counts.append((path.name, read, lines.height, read - lines.height))
    if problems:
        found = pl.concat(problems)
        files = found["file"].unique(maintain_order=True).to_list()
        raise TableProblem(
            f"{found.height} problem{'s' * (found.height != 1)} in {len(files)} of {len(paths)} returns "
            f"({', '.join(files[:5])}{', …' * (len(files) > 5)}): "
            + "; ".join(_in_file(problem) for problem in found.head(5).iter_rows(named=True))
            + f"{'; …' * (found.height > 5)}.",
            "A line that is read wrongly becomes a wrong leader.",
            "Correct the files; every problem is listed by file, row and column.",
            found.select("file", *Problems.column_names()),
        )
    lines = pl.concat(readings) if readings else pl.DataFrame(schema=polars_schema(Nominations))
    return ReturnsReading(
        nominations=check_table(_identified(lines), Nominations, "The returns", row="source_row"),
        files=pl.DataFrame(
            counts,
            schema={"file": pl.String, "rows": pl.Int64, "nominations": pl.Int64, "blank": pl.Int64},
            orient="row",
        ),
    )


def _read_lines(path: Path) -> tuple[pl.DataFrame, int]:
    """The lines of one file that name somebody, and how many rows it had."""
    table = read_text_table(path)
    named = match_headings(table, HEADINGS, REQUIRED)
    filled = named.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in HEADINGS))
    started, ended = parse_date(pl.col("started_on")), parse_date(pl.col("ended_on"))
    lines = filled.select(
        source_row=pl.col("row"),
        source_file=pl.lit(path.name),
        respondent_id=clean_identifier(pl.col("respondent_id")).fill_null(path.stem.split(".")[0]),
        leader_name=pl.col("leader_name"),
        home_urn=clean_identifier(pl.col("home_urn")),
        home_school=pl.col("home_school"),
        authority=clean_identifier(pl.col("authority")),
        role_text=pl.col("role_text"),
        partner_schools=pl.col("partner_schools"),
        started_on=started,
        ended_on=ended,
        notes=pl.col("notes"),
        started_text=pl.col("started_on"),
        ended_text=pl.col("ended_on"),
    )
    problems = pl.concat(
        [
            table.problems,
            _rows_where(
                lines, pl.col("leader_name").is_null(), "leader_name", "leader_name", "A name is needed."
            ),
            _rows_where(
                lines,
                pl.col("started_on").is_null() & pl.col("started_text").is_not_null(),
                "started_on",
                "started_text",
                "Must be a date such as 2005-09-01 or 01/09/2005.",
            ),
            _rows_where(
                lines,
                pl.col("ended_on").is_null() & pl.col("ended_text").is_not_null(),
                "ended_on",
                "ended_text",
                "Must be a date such as 2005-09-01 or 01/09/2005.",
            ),
            _rows_where(
                lines,
                pl.col("ended_on") < pl.col("started_on"),
                "ended_on",
                "ended_text",
                "Must not be before the role started.",
            ),
        ]
    )
    if problems.height:
        raise table_problem(problems.sort("row"), path.name)
    return lines.drop("started_text", "ended_text"), table.rows_read


def _rows_where(lines: pl.DataFrame, broken: pl.Expr, column: str, value: str, rule: str) -> pl.DataFrame:
    return lines.filter(broken).select(
        row=pl.col("source_row"), column=pl.lit(column), value=pl.col(value), rule=pl.lit(rule)
    )


def _in_file(problem: dict[str, object]) -> str:
    place = f"row {problem['row']}, " if problem["row"] is not None else ""
    return f"{problem['file']}, {place}{problem['column'] or 'whole row'}: {problem['rule']}"


def _identified(lines: pl.DataFrame) -> pl.DataFrame:
    """``nomination_id`` from what the line says, not from where it stands, so that decisions survive a re-sorted file.

    Two lines of one respondent that say the same are told apart by their order.
    """
    content = pl.concat_str(
        [pl.col(name).cast(pl.String).fill_null("\x00") for name in CONTENT], separator="\x1f"
    )
    repeated = lines.with_columns(content=content).with_columns(
        copy=pl.int_range(pl.len()).over("content", mapping_strategy="group_to_rows")
    )
    # polars' own hash may change between releases; an id that a person has decided on must not.
    digests = [
        content_id("N", text, str(copy)) for text, copy in repeated.select("content", "copy").iter_rows()
    ]
    return repeated.with_columns(nomination_id=pl.Series(digests, dtype=pl.String))


def empty_returns() -> ReturnsReading:
    """No returns at all: a study of a register only."""
    return ReturnsReading(
        Nominations.create_empty(),
        no_problems().select(
            file=pl.col("column"), rows=pl.col("row"), nominations=pl.col("row"), blank=pl.col("row")
        ),
    )
