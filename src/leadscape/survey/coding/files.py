"""The files of one coding project: answers, segments, the history of codings, what became of suggestions.

Each is a CSV of a declared table, so that it can be read with anything and checked when it comes back. All hold what
people wrote or decided: personal data, in a folder of its own. Who withdrew is named in ``withdrawn.csv``: their
answers are in nothing from the next reading on, and in no file from the next writing on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.errors import NotFound
from leadscape.core.identifiers import clean_identifier
from leadscape.core.tables import Problems, check_table, polars_schema, table_problem
from leadscape.core.tabular import read_text_table
from leadscape.core.writing import unguard_formulas, write_csv
from leadscape.register.dates import parse_date
from leadscape.survey.coding.history import history_problems
from leadscape.survey.coding.segments import segment_problems
from leadscape.survey.coding.sources import without_withdrawn
from leadscape.survey.coding.tables import SegmentCodings, Segments, Sources, SuggestionOutcomes
from leadscape.survey.headings import match_headings

if TYPE_CHECKING:
    from leadscape.core.tables import Table

WITHDRAWN: Final = "withdrawn.csv"
SOURCES, SEGMENTS, CODINGS, OUTCOMES = "sources.csv", "segments.csv", "codings.csv", "suggestion_outcomes.csv"
FILES: Final[dict[str, type[Table]]] = {
    SOURCES: Sources,
    SEGMENTS: Segments,
    CODINGS: SegmentCodings,
    OUTCOMES: SuggestionOutcomes,
}


@dataclass(frozen=True)
class CodingFiles:
    """What a coding project holds so far; each as its declared table, empty where its file is not there yet.

    Attributes
    ----------
    withdrawn
        Respondents who withdrew, of whom nothing is here.
    """

    folder: Path
    sources: pl.DataFrame
    segments: pl.DataFrame
    codings: pl.DataFrame
    outcomes: pl.DataFrame
    withdrawn: int = 0


def read_coding_files(folder: Path) -> CodingFiles:
    """The files of a coding project, checked against each other.

    Raises
    ------
    NotFound
        When the folder holds no segments: nothing was laid out for coding there.
    TableProblem
        For a file that breaks its declaration, a segment that is not what its source says, or a history from which
        something was taken; lists every one.
    """
    if not (folder / SEGMENTS).is_file():
        raise NotFound(
            f"{folder} holds no {SEGMENTS}.",
            "Codings belong to segments, and segments to the answers they were cut from.",
            "Make a coding sheet first: `leadscape survey code sheet ANSWERS --folder FOLDER`.",
        )
    held = {name: read_declared(folder / name, table) for name, table in FILES.items()}
    wrong = segment_problems(held[SEGMENTS], held[SOURCES])
    if wrong.height:
        raise table_problem(wrong, SEGMENTS)
    wrong = history_problems(held[CODINGS], held[SEGMENTS])
    if wrong.height:
        raise table_problem(wrong, CODINGS)
    files = CodingFiles(folder, held[SOURCES], held[SEGMENTS], held[CODINGS], held[OUTCOMES])
    return leave_out_withdrawn(files)


def leave_out_withdrawn(files: CodingFiles) -> CodingFiles:
    """The project without everything that respondents said who are named in its ``withdrawn.csv``.

    Raises
    ------
    TableProblem
        When that file has no column ``respondent_id``.
    """
    path = files.folder / WITHDRAWN
    if not path.is_file():
        return files
    table = read_text_table(path)
    named = match_headings(
        table, {"respondent_id": ("respondent_id", "respondent", "id")}, ("respondent_id",)
    )
    gone = named.select(clean_identifier(pl.col("respondent_id"))).to_series().drop_nulls().unique()
    sources = without_withdrawn(files.sources, gone.to_list())
    segments = files.segments.filter(pl.col("source_id").is_in(sources["source_id"].implode()))
    kept = pl.col("segment_id").is_in(segments["segment_id"].implode())
    return CodingFiles(
        files.folder, sources, segments, files.codings.filter(kept), files.outcomes.filter(kept), gone.len()
    )


def write_coding_files(files: CodingFiles) -> None:
    """Write what a coding project holds; a table that never had a row has no file."""
    held = {
        SOURCES: files.sources,
        SEGMENTS: files.segments,
        CODINGS: files.codings,
        OUTCOMES: files.outcomes,
    }
    for name, frame in held.items():
        path = files.folder / name
        if frame.height or path.is_file():
            write_csv(frame, path)


def read_declared(path: Path, table: type[Table]) -> pl.DataFrame:
    """A declared table from the CSV that :func:`~leadscape.core.writing.write_csv` made of it; empty without a file.

    Raises
    ------
    TableProblem
        With every cell that is not of its column's type or breaks the declaration.
    """
    schema = polars_schema(table)
    if not path.is_file():
        return table.create_empty()
    if path.read_bytes().count(b"\n") <= 1:
        # A header alone: everybody of it withdrew.
        return table.create_empty()
    text = read_text_table(path)
    named = unguard_formulas(match_headings(text, {name: (name,) for name in schema}, tuple(schema)))
    typed = named.with_columns(_typed(pl.col(name), dtype).alias(name) for name, dtype in schema.items())
    lost = [
        named.filter(pl.col(name).is_not_null() & typed[name].is_null()).select(
            "row", column=pl.lit(name), value=pl.col(name), rule=pl.lit(f"This column must hold {dtype}.")
        )
        for name, dtype in schema.items()
    ]
    problems = pl.concat([text.problems, *(found.cast(polars_schema(Problems)) for found in lost)])
    if problems.height:
        raise table_problem(problems.sort("row", "column"), path.name)
    return check_table(typed, table, path.name, row="row")


def _typed(text: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Date):
        return parse_date(text)
    if isinstance(dtype, pl.List):
        parts = text.str.split(";").list.eval(pl.element().str.strip_chars())
        return pl.coalesce(parts.list.filter(pl.element() != ""), pl.lit([], pl.List(pl.String)))
    if isinstance(dtype, pl.Boolean):
        return text.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    return text.cast(dtype, strict=False)
