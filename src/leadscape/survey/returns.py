"""Nomination returns as people send them: workbooks and lists, one line a person in a role."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from leadscape.core.errors import FileProblem, TableProblem
from leadscape.core.identifiers import clean_identifier, content_id
from leadscape.core.tables import Problems, check_table, polars_schema
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

_NOTHING: Final = pl.DataFrame(
    schema={
        "row": pl.Int64,
        **dict.fromkeys(HEADINGS, pl.String),
        "file_at": pl.Int32,
        "source_file": pl.String,
        "sender": pl.String,
    }
)


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
    FileProblem
        When one file is no table and nothing else is wrong with the files.
    """
    texts: list[pl.LazyFrame] = []
    problems: list[pl.DataFrame] = []
    unopened: list[FileProblem] = []
    rows_read: list[int] = []
    for at, path in enumerate(paths):
        try:
            table = read_text_table(path)
            named = match_headings(table, HEADINGS, REQUIRED)
        except TableProblem as error:
            problems.append(error.problems.with_columns(file_at=at))
            continue
        except FileProblem as error:
            unopened.append(error)
            problems.append(_no_table(error).with_columns(file_at=at))
            continue
        sender = path.stem.split(".")[0]
        texts.append(
            named.lazy().with_columns(file_at=at, source_file=pl.lit(path.name), sender=pl.lit(sender))
        )
        problems += [table.problems.with_columns(file_at=at)] if table.problems.height else []
        rows_read.append(table.rows_read)
    if len(unopened) == len(problems) == 1:
        raise unopened[0]
    lines = _lines(pl.concat([_NOTHING.lazy(), *texts]).collect())
    found = pl.concat([*problems, _wrong_cells(lines)]).sort("file_at", "row", maintain_order=True)
    if found.height:
        raise _problems_of(found, paths)
    nominations = np.bincount(lines["file_at"], minlength=len(paths))
    return ReturnsReading(
        nominations=check_table(_identified(lines), Nominations, "The returns", row="source_row"),
        files=pl.DataFrame(
            {
                "file": [path.name for path in paths],
                "rows": rows_read,
                "nominations": nominations,
                "blank": np.array(rows_read, dtype=np.int64) - nominations,
            },
            schema={"file": pl.String, "rows": pl.Int64, "nominations": pl.Int64, "blank": pl.Int64},
        ),
    )


def _lines(texts: pl.DataFrame) -> pl.DataFrame:
    """The rows of every file that say anything, typed; dates also as written."""
    filled = texts.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in HEADINGS))
    return filled.select(
        "file_at",
        "source_file",
        source_row=pl.col("row"),
        respondent_id=pl.coalesce(clean_identifier(pl.col("respondent_id")), "sender"),
        leader_name=pl.col("leader_name"),
        home_urn=clean_identifier(pl.col("home_urn")),
        home_school=pl.col("home_school"),
        authority=clean_identifier(pl.col("authority")),
        role_text=pl.col("role_text"),
        partner_schools=pl.col("partner_schools"),
        started_on=parse_date(pl.col("started_on")),
        ended_on=parse_date(pl.col("ended_on")),
        notes=pl.col("notes"),
        started_text=pl.col("started_on"),
        ended_text=pl.col("ended_on"),
    )


def _wrong_cells(lines: pl.DataFrame) -> pl.DataFrame:
    """As :class:`Problems`, with ``file_at``."""
    no_date = "Must be a date such as 2005-09-01 or 01/09/2005."
    started, ended = pl.col("started_on"), pl.col("ended_on")
    checks = (
        (pl.col("leader_name").is_null(), "leader_name", "leader_name", "A name is needed."),
        (started.is_null() & pl.col("started_text").is_not_null(), "started_on", "started_text", no_date),
        (ended.is_null() & pl.col("ended_text").is_not_null(), "ended_on", "ended_text", no_date),
        (ended < started, "ended_on", "ended_text", "Must not be before the role started."),
    )
    return pl.concat(
        [
            lines.filter(broken).select(
                row=pl.col("source_row"),
                column=pl.lit(column),
                value=pl.col(text),
                rule=pl.lit(rule),
                file_at="file_at",
            )
            for broken, column, text, rule in checks
        ]
    )


def _no_table(error: FileProblem) -> pl.DataFrame:
    """A file that cannot be opened as one problem of the whole file."""
    row = (None, None, None, f"{error.what} {error.next_step}")
    return pl.DataFrame([row], schema=polars_schema(Problems), orient="row")


def _problems_of(found: pl.DataFrame, paths: tuple[Path, ...]) -> TableProblem:
    """The error that lists ``found``, which is ordered by file."""
    named = found.with_columns(file=pl.Series([path.name for path in paths]).gather(found["file_at"]))
    files = named["file"].unique(maintain_order=True).to_list()
    return TableProblem(
        f"{named.height} problem{'s' * (named.height != 1)} in {len(files)} of {len(paths)} returns "
        f"({', '.join(files[:5])}{', …' * (len(files) > 5)}): "
        + "; ".join(_in_file(problem) for problem in named.head(5).iter_rows(named=True))
        + f"{'; …' * (named.height > 5)}.",
        "A line that is read wrongly becomes a wrong leader.",
        "Correct the files; every problem is listed by file, row and column.",
        named.select("file", *Problems.column_names()),
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
