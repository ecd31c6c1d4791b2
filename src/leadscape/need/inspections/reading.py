"""A file of inspection outcomes as one row a judgement, every row of the file accounted for.

A grade is read in the words of the framework in force on the day of the inspection. A word that only an earlier
framework has (*satisfactory* after August 2012) is read as that framework's and counted; a word that no framework has
is *unknown*, keeps what is written, and is a problem. Two grades of one area on one day are both kept, and a problem.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from leadscape.codebooks.inspections import InspectionBook, load_inspections
from leadscape.core.errors import TableProblem
from leadscape.core.identifiers import URN_PATTERN, clean_identifier
from leadscape.core.missing import REPORTED, UNKNOWN, Status
from leadscape.core.tables import no_problems, polars_schema
from leadscape.core.tabular import ROW, TextTable, read_text_table
from leadscape.need.inspections.formats import InspectionFormat, Judgement, shipped_inspection_formats
from leadscape.need.tables import Inspections
from leadscape.register.dates import parse_date
from leadscape.register.reading import COUNTS
from leadscape.register.recognition import Headers

_BLANK_WORDS: Final = ["null", "nan"]
_MEANINGS: Final = {
    "judged": ("used", "Row with a judgement: its grades are in the table of inspections."),
    "not_inspected": ("apart", "Row of a school without a judgement: not inspected, or not in this file."),
    "no_number": ("problem", "Has no number of a school."),
    "no_date": ("problem", "Has a grade and no date, so that its framework is not known."),
    "same": ("duplicate", "Says exactly what an earlier row says."),
}


@dataclass(frozen=True)
class InspectionsReading:
    """One file of inspections as read.

    Attributes
    ----------
    inspections
        As :class:`~leadscape.need.tables.Inspections`.
    problems, counts, rows_read, columns_used, columns_ignored, notes
        As in :class:`~leadscape.need.measures.reading.MeasuresReading`.
    missing
        ``area``, ``framework``, ``written``, ``status``, ``judgements``: every judgement without a grade, by what is
        written instead.
    """

    format_id: str
    format_title: str
    name: str
    inspections: pl.DataFrame
    missing: pl.DataFrame
    problems: pl.DataFrame
    rows_read: int
    counts: pl.DataFrame
    columns_used: tuple[str, ...]
    columns_ignored: tuple[str, ...]
    notes: tuple[str, ...]


def read_inspections_file(path: Path) -> InspectionsReading:
    """Read one file of inspections.

    Raises
    ------
    FileProblem
        When the file cannot be opened as a table.
    TableProblem
        When no format fits.
    """
    text = read_text_table(Path(path))
    fitting = matching_inspection_formats(text, shipped_inspection_formats())
    if not fitting:
        raise TableProblem(
            f"{text.name} is no file of inspections that is known.",
            "Nobody can say which column holds a grade.",
            "Check that it is the file you mean.",
            no_problems(),
        )
    return read_matched_inspections(text, fitting[0])


def matching_inspection_formats(
    text: TextTable, formats: Sequence[InspectionFormat]
) -> list[InspectionFormat]:
    """Formats whose needed headers a file has, the one with most columns of grades first."""
    headers = Headers(text.columns)
    fitting = [
        f
        for f in formats
        if all(headers.find(name) for name in f.required) and headers.find(*f.without) is None
    ]
    return sorted(
        fitting, key=lambda f: (-sum(headers.find(*j.grade) is not None for j in f.judgements), f.id)
    )


def read_matched_inspections(text: TextTable, known: InspectionFormat) -> InspectionsReading:
    """Read a file whose format is known."""
    headers, book = Headers(text.columns), load_inspections()
    urn_header = headers.find(*known.columns["urn"])
    assert urn_header is not None, "needed by every format"
    urn = clean_identifier(pl.col(urn_header))
    frame = text.frame.with_columns(
        _urn=pl.when(urn.str.contains(URN_PATTERN) & ~urn.str.to_lowercase().is_in(_BLANK_WORDS)).then(urn)
    )
    repeated = frame.select(pl.struct(text.columns).is_first_distinct().not_()).to_series()
    present = [j for j in known.judgements if headers.find(*j.grade) is not None]
    found = pl.concat([_judgements(frame.filter(~repeated), j, known, headers, book) for j in present])
    whose = _whose(frame, found, repeated)
    usable = found.filter(pl.col("_urn").is_not_null() & pl.col("inspected_on").is_not_null())
    graded, strange, older = _grade(usable, book)
    inspections = Inspections.validate(
        graded.with_columns(urn="_urn", source=pl.lit(text.name), source_row=pl.col(ROW))
        .select(polars_schema(Inspections).names())
        .cast(polars_schema(Inspections))
        .sort("urn", "inspected_on", "framework", "area", "source_row")
    )
    used = {
        h
        for j in present
        for names in (j.grade, j.inspected_on, j.published_on)
        if (h := headers.find(*names))
    }
    used |= {h for names in known.columns.values() if (h := headers.find(*names))}
    notes = ()
    if older:
        notes = (
            f"{older:,} judgements use words of a framework before their date, and are read as that framework's.",
        )
    return InspectionsReading(
        format_id=known.id,
        format_title=known.title,
        name=text.name,
        inspections=inspections,
        missing=inspections.filter(pl.col("status") != REPORTED)
        .group_by("area", "framework", pl.col("written").fill_null(""), "status")
        .agg(judgements=pl.len().cast(pl.Int64))
        .sort("area", "framework", "written"),
        problems=pl.concat([text.problems, strange, _row_problems(whose), _contradicted(graded)]).sort(
            "row", "column", nulls_last=True
        ),
        rows_read=text.rows_read,
        counts=_counts(whose, text),
        columns_used=tuple(name for name in text.columns if name in used),
        columns_ignored=tuple(name for name in text.columns if name not in used),
        notes=notes,
    )


def latest_inspections(inspections: pl.DataFrame, as_of: pl.Expr | None = None) -> pl.DataFrame:
    """The last judgement of every school and area, whichever framework it is of; by ``as_of`` where given."""
    dated = inspections if as_of is None else inspections.filter(pl.col("inspected_on") <= as_of)
    return dated.sort("urn", "area", "inspected_on", "source_row").unique(
        ["urn", "area"], keep="last", maintain_order=True
    )


def _judgements(
    frame: pl.DataFrame, judgement: Judgement, known: InspectionFormat, headers: Headers, book: InspectionBook
) -> pl.DataFrame:
    """One row a row of the file that has a grade, or a date of its own."""

    def text(names: tuple[str, ...]) -> pl.Expr:
        header = headers.find(*names)
        if header is None:
            return pl.lit(None, pl.String)
        return pl.when(~pl.col(header).str.to_lowercase().is_in(_BLANK_WORDS)).then(pl.col(header))

    inspected = parse_date(text(judgement.inspected_on))
    own = not judgement.of_its_own
    framework = book.framework_of(inspected) if judgement.framework is None else pl.lit(judgement.framework)
    return frame.select(
        pl.col(ROW),
        pl.col("_urn"),
        inspected_on=inspected,
        published_on=parse_date(text(judgement.published_on)),
        framework=framework,
        area=pl.lit(judgement.area),
        written=text(judgement.grade),
        column=pl.lit(headers.find(*judgement.grade)),
        event=text(known.columns.get("event", ())) if own else pl.lit(None, pl.String),
        kind=text(known.columns.get("kind", ())) if own else pl.lit(None, pl.String),
    ).filter(pl.col("written").is_not_null())


def _grade(found: pl.DataFrame, book: InspectionBook) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Judgements with ``grade``, ``status`` and framework; words nobody knows; how many use an older framework's."""
    words = book.words()
    folded = found.with_columns(_word=pl.col("written").str.to_lowercase())
    exact = words.select("framework", "area", "written", "grade")
    now = folded.join(
        exact, left_on=["framework", "area", "_word"], right_on=["framework", "area", "written"], how="left"
    )
    only = (
        words.group_by("area", "written")
        .agg(older=pl.col("framework").first(), older_grade=pl.col("grade").first(), n=pl.len())
        .filter(pl.col("n") == 1)
        .drop("n")
    )
    both = now.join(only, left_on=["area", "_word"], right_on=["area", "written"], how="left")
    order = {framework.id: place for place, framework in enumerate(book.frameworks)}
    place = pl.col("framework").replace_strict(order, return_dtype=pl.Int64, default=None)
    was = pl.col("older").replace_strict(order, return_dtype=pl.Int64, default=None)
    moved = pl.col("grade").is_null() & (was < place)
    silent = pl.col("_word").replace_strict(book.no_judgement, return_dtype=pl.String, default=None)
    read = both.with_columns(
        moved=moved.fill_null(value=False),
        framework=pl.when(moved).then("older").otherwise("framework").fill_null("not_known"),
        grade=pl.when(moved).then("older_grade").otherwise("grade"),
    ).with_columns(
        status=pl.when(pl.col("grade").is_not_null())
        .then(pl.lit(REPORTED))
        .otherwise(silent.fill_null(UNKNOWN))
        .cast(Status)
    )
    unknown = read.filter(pl.col("grade").is_null() & ~pl.col("_word").is_in(list(book.no_judgement)))
    problems = unknown.select(
        row=pl.col(ROW),
        column="column",
        value="written",
        rule=pl.lit("Must be a grade of the framework in force on the day; read as unknown."),
    )
    return read, problems, int(read["moved"].sum())


def _contradicted(graded: pl.DataFrame) -> pl.DataFrame:
    """Judgements that give an area another grade than an earlier row does for the same day."""
    key = ["_urn", "inspected_on", "framework", "area"]
    second = (pl.col("grade").n_unique().over(key) > 1) & (pl.int_range(pl.len()).over(key) > 0)
    return graded.filter(second).select(
        row=pl.col(ROW),
        column="column",
        value="written",
        rule=pl.lit("Another row gives another grade for the same school, area and day; both are kept."),
    )


def _whose(frame: pl.DataFrame, found: pl.DataFrame, repeated: pl.Series) -> pl.DataFrame:
    """What became of every row: ``row``, ``_whose``, ``_urn``."""
    dated = found.filter(pl.col("inspected_on").is_not_null())[ROW].implode()
    written = found[ROW].implode()
    return frame.select(
        pl.col(ROW),
        pl.col("_urn"),
        _whose=pl.when(repeated)
        .then(pl.lit("same"))
        .when(pl.col("_urn").is_null())
        .then(pl.lit("no_number"))
        .when(pl.col(ROW).is_in(dated))
        .then(pl.lit("judged"))
        .when(pl.col(ROW).is_in(written))
        .then(pl.lit("no_date"))
        .otherwise(pl.lit("not_inspected")),
    )


def _row_problems(whose: pl.DataFrame) -> pl.DataFrame:
    sentences = {key: meaning for key, (outcome, meaning) in _MEANINGS.items() if outcome == "problem"}
    return whose.filter(pl.col("_whose").is_in(list(sentences))).select(
        row=pl.col(ROW),
        column=pl.lit(None, pl.String),
        value="_urn",
        rule=pl.col("_whose").replace_strict(sentences, return_dtype=pl.String),
    )


def _counts(whose: pl.DataFrame, text: TextTable) -> pl.DataFrame:
    found = dict(whose.group_by("_whose").len().iter_rows())
    outcomes = [(outcome, key, found.get(key, 0), meaning) for key, (outcome, meaning) in _MEANINGS.items()]
    outcomes += [
        ("problem", "unreadable", text.unreadable_rows, "Cannot be split into the fields of the header."),
        ("blank", "blank", text.blank_rows, "Has no text."),
    ]
    return pl.DataFrame([o for o in outcomes if o[2] or o[1] == "judged"], schema=COUNTS, orient="row")
