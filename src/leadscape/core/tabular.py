"""Any table a person may have, as text: the one door through which files come in.

``.csv``, ``.tsv``, ``.txt`` (each also with ``.gz``), ``.xlsx``, ``.xls`` and ``.parquet``. A file is
recognised by its content as well as by its name, so that a PDF called ``.csv`` is called a PDF. Nothing is
typed here: a cell is text or missing. Rows keep the number they have in the file, and every row is in the
frame, blank, or reported.

Size. At most 256 MB (unpacked) are read, because a table takes up to five times its size in memory while it
is split. The register of England with every column has 70 MB; 2 million rows of 6 columns fit, 2 million
rows of 52 do not and are refused with their size before anything is read.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from leadscape.core.delimited import CONTROL_CHARACTERS, Cells, check_rows, split_delimited
from leadscape.core.errors import FileProblem
from leadscape.core.file_kinds import (
    content_kind,
    damaged_file,
    empty_file,
    mismatch,
    refuse_large,
    refuse_other_content,
    unpack,
)
from leadscape.core.open_workbook import MAX_COLUMNS
from leadscape.core.tables import no_problems
from leadscape.core.workbook import Sheet, list_sheets, read_workbook

MAX_ROWS: Final = 5_000_000
MAX_BYTES: Final = 256_000_000
ENDINGS: Final = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".xlsx", ".xls", ".parquet")
ROW: Final = "row"
NO_ROW: Final = "has a header and no row below it"
"""How the refusal of a table without a row says it, so that a reader that knows what the table is can say more."""

_CELL_BYTES: Final = 16  # what a column of text takes per cell in memory, at least
_INVISIBLE: Final = r"[\u{FEFF}\u{200B}]"
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")


@dataclass(frozen=True)
class TextTable:
    """A file as text, before anybody says what it means.

    Attributes
    ----------
    frame
        Every column a String, trimmed, null where blank; and ``row`` (Int64), the row in the file as a
        spreadsheet counts. Column names are trimmed and made unique (``Name``, ``Name_2``); one without a
        name is ``column_1``, counted from the left.
    name
        File name.
    encoding
        Of a text file; null for workbooks and Parquet.
    sheet
        Of a workbook.
    problems
        As :class:`~leadscape.core.tables.Problems`: rows that could not be split and are not in the frame,
        bytes that are no character, formulas without a value.
    rows_read
        Rows below the header: ``frame.height + blank_rows + unreadable_rows``.
    blank_rows
        Rows without any text, the ones after the last text not counted.
    unreadable_rows
        Rows that could not be split into the header's fields; each is in ``problems``.
    short_rows
        Rows of the frame that end before the last column; the cells they lack are null.
    """

    frame: pl.DataFrame
    name: str
    encoding: str | None
    sheet: str | None
    problems: pl.DataFrame
    rows_read: int
    blank_rows: int = 0
    unreadable_rows: int = 0
    short_rows: int = 0

    @property
    def columns(self) -> list[str]:
        """The file's columns, without ``row``."""
        return [name for name in self.frame.columns if name != ROW]


def read_text_table(
    path: Path, *, sheet: str | None = None, max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES
) -> TextTable:
    """Read any supported file as text.

    Parameters
    ----------
    path
        The file.
    sheet
        Sheet of a workbook; without it the first visible one that holds anything.
    max_rows, max_bytes
        Limits of what is read, unpacked. A larger file is refused with its size.

    Raises
    ------
    FileProblem
        When the file is missing, empty, not a table, damaged or too large.
    """
    path = Path(path)
    ending = _ending(path)
    head = _read_head(path)
    try:
        if ending == ".parquet":
            return _finish(_read_parquet(path, head, max_rows, max_bytes), path.name, None)
        if ending in (".xlsx", ".xls"):
            refuse_other_content(path, head, ending)
            refuse_large(path.name, path.stat().st_size, max_bytes)
            cells, chosen = read_workbook(path, sheet, max_rows, max_bytes)
            return _finish(cells, path.name, chosen)
        content = _read_text(path, head, ending, max_bytes)
    except OSError as error:
        raise _unreadable(path, error) from error
    return _finish(split_delimited(content, path.name, max_rows), path.name, None)


def workbook_sheets(path: Path, max_bytes: int = MAX_BYTES) -> tuple[Sheet, ...]:
    """Every sheet of a file; none where it is no workbook.

    Raises
    ------
    FileProblem
        When the file is missing, empty, not what its name says, damaged or too large.
    """
    path = Path(path)
    ending = _ending(path)
    if ending not in (".xlsx", ".xls"):
        return ()
    head = _read_head(path)
    try:
        refuse_other_content(path, head, ending)
        refuse_large(path.name, path.stat().st_size, max_bytes)
        return list_sheets(path, max_bytes)
    except OSError as error:
        raise _unreadable(path, error) from error


def _ending(path: Path) -> str:
    name = path.name.lower()
    found = [ending for ending in ENDINGS if name.endswith(ending)]
    if not found:
        raise FileProblem(
            f"{path.name} does not end in the name of a table format.",
            f"Tables are read from {', '.join(ENDINGS)}.",
            "Save the table in one of these formats.",
        )
    return max(found, key=len)


def _unreadable(path: Path, error: OSError) -> FileProblem:
    return FileProblem(
        f"{path} cannot be read ({error.strerror or error}).",
        "There is no table without it.",
        "Check the path and that you may read it.",
    )


def _read_head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not head.strip():
        raise empty_file(path.name)
    return head


def _read_text(path: Path, head: bytes, ending: str, max_bytes: int) -> bytes:
    if ending.endswith(".gz"):
        if not head.startswith(b"\x1f\x8b"):
            raise mismatch(
                path.name, content_kind(path, head) or "not packed", ending, "Rename it without .gz."
            )
        content = unpack(path, max_bytes)
        head = content[:4096]
    else:
        refuse_other_content(path, head, ending)
        refuse_large(path.name, path.stat().st_size, max_bytes)
        content = path.read_bytes()
    if not content.strip():
        raise empty_file(path.name)
    kind = content_kind(path, head, packed=ending.endswith(".gz"))
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if kind is None and not wide and (b"\x00" in content or len(_CONTROL.findall(head)) * 100 > len(head)):
        kind = "not text"
    if kind is not None:
        raise mismatch(path.name, kind, ending)
    return content


def _read_parquet(path: Path, head: bytes, max_rows: int, max_bytes: int) -> Cells:
    if not head.startswith(b"PAR1"):
        raise mismatch(path.name, content_kind(path, head) or "plain text", ".parquet")
    refuse_large(path.name, path.stat().st_size, max_bytes)
    try:
        lazy = pl.scan_parquet(path)
        schema = lazy.collect_schema()
        rows = int(lazy.select(pl.len()).collect().item())
        check_rows(rows, max_rows, path.name)
        refuse_large(path.name, rows * len(schema) * _CELL_BYTES, max_bytes * 5)
        plain = [name for name, dtype in schema.items() if not dtype.is_nested() and dtype != pl.Binary]
        frame = lazy.select(pl.col(plain).cast(pl.String)).collect()
    except pl.exceptions.PolarsError as error:
        raise damaged_file(path.name, str(error).splitlines()[0]) from error
    return Cells(
        header=list(frame.columns),
        frame=frame,
        row_numbers=pl.Series(ROW, range(2, rows + 2), dtype=pl.Int64),
        problems=no_problems(),
        blank_rows=0,
        unreadable_rows=0,
    )


def _finish(cells: Cells, name: str, sheet: str | None) -> TextTable:
    """Clean the header, trim the cells, set blank rows aside, and refuse a table without a row."""
    if len(cells.header) > MAX_COLUMNS:
        raise FileProblem(
            f"{name} has {len(cells.header):,} columns.",
            f"Tables of up to {MAX_COLUMNS:,} columns are read, so that memory and time stay bounded.",
            "Keep the columns that are needed; rows and columns may be the wrong way round.",
        )
    columns = _clean_header(cells.header)
    # Text files lost them as bytes, which is faster.
    bare = pl.all().str.replace_all(CONTROL_CHARACTERS, " ") if cells.encoding is None else pl.all()
    frame = cells.frame.select(bare).select(
        _trimmed(pl.col(old)).alias(new) for old, new in zip(cells.frame.columns, columns, strict=True)
    )
    nameless = [column for column, title in zip(columns, cells.header, strict=True) if not title]
    frame = frame.drop([column for column in nameless if frame[column].null_count() == frame.height])
    if not frame.width:
        raise empty_file(name)
    text = frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    blank = frame.height - int(text.sum())
    frame = frame.hstack([cells.row_numbers.alias(ROW)])
    frame = frame.filter(text) if blank else frame
    table = TextTable(
        frame=frame,
        name=name,
        encoding=cells.encoding,
        sheet=sheet,
        problems=cells.problems,
        rows_read=cells.frame.height + cells.blank_rows + cells.unreadable_rows,
        blank_rows=cells.blank_rows + blank,
        unreadable_rows=cells.unreadable_rows,
        short_rows=cells.short_rows,
    )
    if not frame.height and cells.unreadable_rows:
        raise FileProblem(
            f"None of the {cells.unreadable_rows:,} rows of {name} fits its header of {len(cells.header)} fields.",
            "No cell can be given to a column.",
            "Check that the first row holds the column names, parted as the rows below are.",
        )
    if not frame.height:
        raise FileProblem(
            f"{name} {NO_ROW}.",
            "There is nothing to read.",
            "Check that the export finished, and that the first row holds the column names.",
        )
    return table


def _trimmed(text: pl.Expr) -> pl.Expr:
    bare = text.str.strip_chars()
    return pl.when(bare.str.len_bytes() > 0).then(bare)


def _clean_header(titles: list[str | None]) -> list[str]:
    """Trimmed, unique names: blanks inside become single spaces, the second ``Name`` is ``Name_2``."""
    plain = pl.col("title").str.replace_all(_INVISIBLE, "").str.replace_all(CONTROL_CHARACTERS, " ")
    visible = plain.str.replace_all(r"\s+", " ")
    bare = pl.DataFrame({"title": titles}, schema={"title": pl.String}).select(visible.str.strip_chars())
    names: list[str] = []
    seen: Counter[str] = Counter([ROW])
    for position, title in enumerate(bare["title"], 1):
        stem = title or f"column_{position}"
        seen[stem] += 1
        name = stem if seen[stem] == 1 else f"{stem}_{seen[stem]}"
        while name in names:
            seen[stem] += 1
            name = f"{stem}_{seen[stem]}"
        names.append(name)
    return names
