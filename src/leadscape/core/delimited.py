"""Text with delimiters, split into cells as a careful clerk would: nothing shifted, nothing lost in silence.

A record ends at a line break outside quotation marks. Records are counted on the bytes, before anything is
parsed, so that a row keeps the number it has in the file.

* More fields than the header: kept out and reported, for nobody can know which field is the surplus one.
* Fewer fields: programs leave out blank cells at the end of a row, and all cells before them stand in place.
  Such a row is read and counted. Two neighbours that make one whole row together are one row torn by a line
  break in a text without quotation marks: both are kept out and reported.

Where quotation marks do not pair up (``6" pipe``, ``"ab"c``) a line break inside a quotation can no longer
be told from the end of a row. Then every line is a row: a mark inside a field that does not begin with one
is an ordinary character, and a line whose marks still do not pair up is kept out and reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from leadscape.core.encodings import decode, recognise_encoding
from leadscape.core.errors import FileProblem
from leadscape.core.file_kinds import empty_file
from leadscape.core.records import ORDINARY_QUOTE, Records, find_delimiter, find_records
from leadscape.core.tables import no_problems

CONTROL_CHARACTERS: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
"""They mean nothing in a cell, and may not stand in XML, of which workbooks and drawings are made: a blank is read."""

_HEADER_BYTES: Final = 1 << 20
_VISIBLE_BYTES: Final = bytes(32 if re.match(CONTROL_CHARACTERS, chr(at)) else at for at in range(256))


@dataclass(frozen=True)
class Cells:
    """A file split into cells, before its header is cleaned.

    Attributes
    ----------
    header
        Column names as written; null where a column has none.
    frame
        One String column a field, in the file's order; blank and unreadable rows are not in it.
    row_numbers
        Row in the file of every row of ``frame``, the first row of the file being row 1.
    problems
        As :class:`leadscape.core.tables.Problems`.
    blank_rows, unreadable_rows
        Rows below the header that are not in ``frame``. Blank rows after the last row with text do not count.
    short_rows
        Rows of ``frame`` that end before the last column; the cells they lack are null.
    """

    header: list[str | None]
    frame: pl.DataFrame
    row_numbers: pl.Series
    problems: pl.DataFrame
    blank_rows: int
    unreadable_rows: int
    short_rows: int = 0
    encoding: str | None = None


def split_delimited(content: bytes, name: str, max_rows: int) -> Cells:
    """Split the bytes of a delimited text file into cells.

    Raises
    ------
    FileProblem
        When the file holds nothing, has more than ``max_rows`` rows, or its rows cannot be told apart.
    """
    content, encoding, doubtful = recognise_encoding(content)
    content = content.translate(_VISIBLE_BYTES)
    if not content.strip():
        raise empty_file(name)
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    header_start, header_row = _first_line_with_text(content)
    delimiter = find_delimiter(content[header_start : header_start + _HEADER_BYTES])
    content, records = find_records(content, delimiter)
    check_rows(len(records.ends) - header_row, max_rows, name)
    wanted = int(records.fields[header_row - 1])
    numbers = np.arange(1, len(records.ends) + 1)
    below = numbers > header_row
    blank = _is_blank(content, records, wanted)
    short = (records.fields < wanted) & records.paired & ~blank
    fits = (records.fields <= wanted) & records.paired & ~blank & ~_torn(records, short & below, wanted)
    wrong = below & ~fits & ~blank
    if not records.paired[header_row - 1]:
        raise FileProblem(
            f"The quotation marks in the header of {name} do not pair up.",
            "Its columns cannot be told apart.",
            "Correct the row of column names.",
        )
    read = below & fits
    try:
        header = _cells(content, records, numbers == header_row, wanted, delimiter, encoding)
        frame = _cells(content, records, read, wanted, delimiter, encoding)
    except pl.exceptions.ComputeError as error:
        raise FileProblem(
            f"{name} cannot be split into cells ({str(error).splitlines()[0]}).",
            "Fields would end in the wrong columns.",
            "Save the table again as CSV with every text in quotation marks, or as .xlsx.",
        ) from error
    if not header.height or frame.height != read.sum():
        raise FileProblem(
            f"{name} has {read.sum()} rows by line breaks and {frame.height} by quotation marks.",
            "Fields would end in the wrong columns.",
            "Save the table again as CSV with every text in quotation marks, or as .xlsx.",
        )
    trailing = len(blank) - 1 - int(np.flatnonzero(~blank)[-1])
    return Cells(
        header=list(header.row(0)),
        frame=frame,
        row_numbers=pl.Series("row", numbers[read], dtype=pl.Int64),
        problems=_problems(records, wrong, doubtful, numbers, wanted, encoding),
        blank_rows=int((blank & below).sum()) - trailing,
        unreadable_rows=int(wrong.sum()),
        short_rows=int((short & read).sum()),
        encoding=encoding,
    )


def _first_line_with_text(content: bytes) -> tuple[int, int]:
    """Start of the first line that is not blank, and its number from 1."""
    start, number = 0, 1
    while (end := content.find(b"\n", start)) >= 0 and not content[start:end].strip():
        start, number = end + 1, number + 1
    return start, number


def check_rows(rows: int, max_rows: int, name: str) -> None:
    """Refuse a table of more than ``max_rows`` rows, with its size."""
    if rows > max_rows:
        raise FileProblem(
            f"{name} has {rows:,} rows.",
            f"Tables of at most {max_rows:,} rows are read, so that memory stays bounded.",
            "Split the file, or keep only the rows of the system you study.",
        )


def _is_blank(content: bytes, records: Records, wanted: int) -> np.ndarray:
    """Records without a character; in a table of several columns also those of spaces only."""
    lengths = records.ends - records.starts
    blank = lengths == 0
    candidates = np.flatnonzero((lengths == 1) | ((records.fields == 1) & (wanted > 1) & ~blank))
    blank[[at for at in candidates if not content[records.starts[at] : records.ends[at]].strip()]] = True
    return blank


def _torn(records: Records, short: np.ndarray, wanted: int) -> np.ndarray:
    """Short records that make one whole record together with the next or the one before."""
    first = np.zeros(len(short), dtype=bool)
    first[:-1] = short[:-1] & short[1:] & (records.fields[:-1] + records.fields[1:] == wanted + 1)
    return first | np.roll(first, 1)


def _cells(
    content: bytes, records: Records, keep: np.ndarray, wanted: int, delimiter: int, encoding: str
) -> pl.DataFrame:
    """The kept records parsed into ``wanted`` String columns; text is decoded run by run."""
    schema = {f"column_{position}": pl.String for position in range(1, wanted + 1)}
    edges = np.diff(keep.astype(np.int8), prepend=0, append=0)
    runs = zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1, strict=True)
    pieces = [content[records.starts[first] : records.ends[last]] for first, last in runs]
    if not any(pieces):
        return pl.DataFrame(schema=schema)
    # A line to skip comes first: text such as "x^2" at the very start is taken for a packed file and unpacked.
    kept = b"\n".join([b"", *pieces])
    frame = pl.read_csv(
        decode(kept, encoding),
        has_header=False,
        skip_lines=1,
        schema=schema,
        separator=chr(delimiter),
        quote_char='"',
        missing_columns="insert",
        encoding="utf8",
    )
    if ORDINARY_QUOTE not in kept:
        return frame
    return frame.with_columns(pl.all().str.replace_all(ORDINARY_QUOTE.decode(), '"', literal=True))


def _problems(
    records: Records, wrong: np.ndarray, doubtful: np.ndarray, numbers: np.ndarray, wanted: int, encoding: str
) -> pl.DataFrame:
    if not wrong.any() and not len(doubtful):
        return no_problems()
    return pl.concat(
        [_ragged(records, wrong, numbers, wanted), _misread(records, doubtful, numbers, encoding)]
    )


def _ragged(records: Records, wrong: np.ndarray, numbers: np.ndarray, wanted: int) -> pl.DataFrame:
    found = pl.DataFrame({"row": numbers[wrong], "n": records.fields[wrong], "paired": records.paired[wrong]})
    return found.select(
        pl.col("row").cast(pl.Int64),
        column=pl.lit(None, pl.String),
        value=pl.when("paired").then(pl.format("{} fields", "n")),
        rule=pl.when("paired")
        .then(
            pl.lit(
                f"Must have {wanted} fields like the header; put text with a comma or line break in quotes."
            )
        )
        .otherwise(pl.lit("Quotation marks must pair up; the row cannot be split into fields.")),
    )


def _misread(records: Records, doubtful: np.ndarray, numbers: np.ndarray, encoding: str) -> pl.DataFrame:
    rows = np.unique(numbers[np.minimum(np.searchsorted(records.ends, doubtful), len(numbers) - 1)])
    fallback = "read as cp1252" if encoding.startswith("utf") else "read as �"
    return pl.DataFrame({"row": rows}).select(
        pl.col("row").cast(pl.Int64),
        column=pl.lit(None, pl.String),
        value=pl.lit(None, pl.String),
        rule=pl.lit(f"Holds a byte that is no character of {encoding}; it was {fallback}."),
    )
