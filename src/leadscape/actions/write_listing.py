"""Write one table that a person looks at, as CSV or as a workbook, with what it is and where it comes from."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

import polars as pl

from leadscape.core.writing import guard_formulas, guarded_text

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

SETTINGS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
    "constant_memory": True,  # cells are written row by row, in memory that does not grow with them
    "in_memory": True,
}
WIDEST: Final = 60
CONTENT_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class ListingStatement:
    """What a listing says of itself.

    Attributes
    ----------
    title, about
        What it is called and what one row is.
    source
        Where the rows come from.
    as_of
        The date they are for; null where each row has its own.
    taken_on
        The day they were taken.
    rows, of_rows
        How many rows there are here, of how many before filtering.
    filters
        Pairs of what was filtered and by what.
    sorted_by
        How the rows are sorted, in words.
    notes
        What to bear in mind.
    """

    title: str
    about: str
    source: str
    as_of: date | None
    taken_on: date
    rows: int
    of_rows: int
    filters: tuple[tuple[str, str], ...] = ()
    sorted_by: str = ""
    notes: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """Everything as pairs of a name and a text."""
        filters = "; ".join(f"{label}: {value}" for label, value in self.filters)
        told = [
            ("Title", self.title),
            ("One row", self.about),
            ("Rows", f"{self.rows:,} of {self.of_rows:,}"),
            ("Filters", filters or "none"),
            ("Sorted by", self.sorted_by or "as in the source"),
            ("Source", self.source),
            ("As of", self.as_of.isoformat() if self.as_of else ""),
            ("Taken on", self.taken_on.isoformat()),
            *(("Note", note) for note in self.notes),
        ]
        return tuple((name, text) for name, text in told if text)


@dataclass(frozen=True)
class ListingColumn:
    """One column as it is shown.

    Attributes
    ----------
    label
        Its heading.
    values
        What it holds: text, numbers or dates; null where missing.
    words
        Why each missing value is missing; text, as long as ``values``.
    """

    label: str
    values: pl.Series
    words: pl.Series = field(repr=False)


@dataclass(frozen=True)
class WrittenListing:
    """A file to hand over: its ``content``, ``content_type`` and ``file_name``."""

    content: bytes
    content_type: str
    file_name: str


def write_listing(
    name: str,
    columns: tuple[ListingColumn, ...],
    statement: ListingStatement,
    file_kind: Literal["csv", "xlsx"],
) -> WrittenListing:
    """Write the columns with their statement.

    A CSV begins with lines that start with ``#``, as readers of CSV skip them; a workbook has a sheet "About" before
    the sheet "Rows". Missing values are words; text that a spreadsheet would run is made harmless. The same rows on
    the same day give the same bytes.
    """
    content = _csv(columns, statement) if file_kind == "csv" else _workbook(columns, statement)
    day = statement.as_of or statement.taken_on
    return WrittenListing(content, CONTENT_TYPES[file_kind], f"{name}-{day.isoformat()}.{file_kind}")


def _csv(columns: tuple[ListingColumn, ...], statement: ListingStatement) -> bytes:
    frame = pl.DataFrame(
        [_as_text(column.values).fill_null(column.words).alias(column.label) for column in columns]
    )
    guarded = guard_formulas(frame).rename({name: guarded_text(name) for name in frame.columns})
    comments = "".join(f"# {name}: {' '.join(text.split())}\n" for name, text in statement.lines)
    return (comments + guarded.write_csv(line_terminator="\n")).encode()


def _as_text(values: pl.Series) -> pl.Series:
    if values.dtype.is_float():
        # 12.0 reads as 12, 12.5 as 12.5.
        whole = values.round(0) == values
        return pl.select(
            pl.when(whole)
            .then(values.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(values.cast(pl.String))
        ).to_series()
    return values.cast(pl.String)


def _workbook(columns: tuple[ListingColumn, ...], statement: ListingStatement) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, SETTINGS) as workbook:
        day = statement.taken_on
        workbook.set_properties({"title": statement.title, "created": datetime(day.year, day.month, day.day)})
        _write_about(workbook, workbook.add_worksheet("About"), statement)
        _write_rows(workbook, workbook.add_worksheet("Rows"), columns)
    return out.getvalue()


def _write_about(workbook: Workbook, sheet: Worksheet, statement: ListingStatement) -> None:
    bold = workbook.add_format({"bold": True, "valign": "top"})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 90)
    for row, (name, text) in enumerate(statement.lines):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, text, wrapped)


def _write_rows(workbook: Workbook, sheet: Worksheet, columns: tuple[ListingColumn, ...]) -> None:
    header = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    missing = workbook.add_format({"italic": True, "font_color": "#47535f"})
    dated = workbook.add_format({"num_format": "yyyy-mm-dd"})
    height = columns[0].values.len() if columns else 0
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _width(column))
    sheet.freeze_panes(1, 0)
    if height:
        sheet.autofilter(0, 0, height, len(columns) - 1)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.label, header)
    writers = [_writer(sheet, column.values.dtype, dated) for column in columns]
    cells = zip(*(column.values.to_list() for column in columns), strict=True)
    words = [column.words for column in columns]
    for row, values in enumerate(cells, start=1):
        for place, value in enumerate(values):
            if value is None:
                sheet.write_string(row, place, words[place][row - 1], missing)
            else:
                writers[place](row, place, value)


def _width(column: ListingColumn) -> int:
    """How wide a column is, in characters."""
    longest = column.values.cast(pl.String).str.len_chars().max() if column.values.len() else 0
    return min(max(int(str(longest or 0)), len(column.label), 9) + 2, WIDEST)


def _writer(sheet: Worksheet, dtype: pl.DataType, dated: Any) -> Any:
    if dtype.is_numeric():
        return sheet.write_number
    if dtype == pl.Date:
        return lambda row, place, value: sheet.write_datetime(row, place, value, dated)
    return lambda row, place, value: sheet.write_string(row, place, str(value))
