"""A workbook opened so that no file can take the program down: refused before it is read where it would be too large.

The reader is written in another language. It holds a sheet as a full rectangle, whatever few cells the file names: one
cell far away would ask for more memory than there is, which ends the process. So the places that a modern workbook
(.xlsx) names are looked at first. An older one (.xls) is read by a process of its own (:mod:`old_workbook`).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Final

import polars as pl

from leadscape.core.errors import FileProblem
from leadscape.core.file_kinds import DAMAGED_ARCHIVE, damaged_file, zip_members
from leadscape.core.old_workbook import read_old_workbook

MAX_CELLS: Final = 25_000_000
"""Of the rectangle around a sheet's cells; a register of England has 4 million."""
MAX_COLUMNS: Final = 5_000
"""Of any table: the widest register known has 140."""
PIECE_BYTES: Final = 1 << 22
_PLACE: Final = re.compile(rb"""\br\s*=\s*["']([A-Za-z]+)(\d+)""")
_COUNT: Final = re.compile(rb"""[cC]ount\s*=\s*["']\s*\+?(\d+)""")
_LONGEST_PLACE: Final = 64
_LONGEST_NUMBER: Final = 20


@dataclass(frozen=True)
class Page:
    """One sheet: its name, whether it is shown, and its cells as text, one String column each."""

    name: str
    visible: bool
    frame: pl.DataFrame


@dataclass(frozen=True)
class Book:
    """A workbook: the names of its sheets in their order, and a way to read one.

    Attributes
    ----------
    modern
        Whether it is a zip archive of XML (.xlsx).
    """

    names: tuple[str, ...]
    page: Callable[[str], Page]
    modern: bool


def open_book(path: Path, max_bytes: int) -> Book:
    """Open a workbook, known to be one by its first bytes.

    Raises
    ------
    FileProblem
        When it is damaged, locked, too large, or has no sheet.
    """
    if not zipfile.is_zipfile(path):
        pages = {page.name: page for page in (Page(*one) for one in read_old_workbook(path))}
        book = Book(tuple(pages), pages.__getitem__, modern=False)
    else:
        _check_size(path, max_bytes)
        book = _open_modern(path)
    if not book.names:
        raise FileProblem(
            f"{path.name} has no sheet.",
            "There is nothing to read.",
            "Open it in a spreadsheet program and save it again.",
        )
    return book


def _open_modern(path: Path) -> Book:
    import fastexcel

    with opening(path):
        reader = fastexcel.read_excel(path)
        names = tuple(reader.sheet_names)

    def page(name: str) -> Page:
        with opening(path):
            sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            frame = sheet.to_polars() if sheet.width else pl.DataFrame()
            return Page(sheet.name, sheet.visible == "visible", frame)

    return Book(names, page, modern=True)


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """Turn what the reader throws at a damaged workbook into a sentence."""
    import fastexcel

    try:
        yield
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        raise cannot_open(path.name, str(error)) from error
    except BaseException as error:
        # The reader gives up in its own language: no Exception, and no class that could be named.
        if type(error).__name__ != "PanicException":
            raise
        raise cannot_open(path.name, "its parts contradict each other") from error


def cannot_open(name: str, how: str) -> FileProblem:
    """The sentence for a workbook that is damaged or locked."""
    return FileProblem(
        f"{name} cannot be opened as a workbook ({(how.splitlines() or ['no reason'])[0]}).",
        "It is damaged or locked with a password.",
        "Open it in a spreadsheet program and save it again without a password.",
    )


def _check_size(path: Path, max_bytes: int) -> None:
    """Refuse a workbook that unpacks to more than ``max_bytes``, or whose cells lie too far apart.

    The first by its directory, before anything is unpacked. What that says is then held against what each part
    unpacks to: the reader believes the parts.
    """
    members = zip_members(path)
    unpacked = sum(member.file_size for member in members)
    if unpacked > max_bytes:
        raise FileProblem(
            f"{path.name} unpacks to {unpacked / 1e6:,.0f} MB.",
            f"Workbooks of up to {max_bytes / 1e6:,.0f} MB unpacked are read, so that memory stays bounded.",
            "Keep only the sheet and columns that are needed, or save it as CSV.",
        )
    try:
        with zipfile.ZipFile(path) as archive:
            for member in members:
                reach = _reach(archive, member)
                if reach.rows * reach.columns > MAX_CELLS or reach.columns > MAX_COLUMNS:
                    raise FileProblem(
                        f"A sheet of {path.name} reaches to row {reach.rows:,} and column {reach.columns:,}.",
                        f"Sheets of up to {MAX_COLUMNS:,} columns and {MAX_CELLS:,} cells are read, so that memory"
                        " stays bounded.",
                        "Delete what stands far below or beside the table, or save the table itself as CSV.",
                    )
                if reach.counted > MAX_CELLS:
                    raise cannot_open(path.name, f"a part of it says that it holds {reach.counted:,} entries")
    except DAMAGED_ARCHIVE as error:
        raise damaged_file(path.name, str(error)) from error


@dataclass(frozen=True)
class _Reach:
    """The last row and column that a part of the archive names, and the highest count of entries that it states."""

    rows: int
    columns: int
    counted: int


def _reach(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> _Reach:
    """What one part of the archive makes the reader ask memory for; a part that is no sheet names no place.

    Raises
    ------
    zipfile.BadZipFile
        When the part is longer or shorter than the directory says.
    """
    rows, counted, letters, rest, length = 0, 0, set[bytes](), b"", 0
    with archive.open(_one_longer(member)) as stream:
        while piece := stream.read(PIECE_BYTES):
            length += len(piece)
            if length > member.file_size:
                break
            text = rest + piece
            rest = piece[-_LONGEST_PLACE:]
            places = _PLACE.findall(text)
            letters.update(column.upper() for column, _ in places)
            rows = max(rows, _highest(row for _, row in places))
            counted = max(counted, _highest(_COUNT.findall(text)))
    if length != member.file_size:
        raise zipfile.BadZipFile("a part of it has another length than its directory says")
    return _Reach(rows, max((column_number(one) for one in letters if len(one) < 8), default=0), counted)


def _one_longer(member: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The part, to be read one byte past its stated length: Python stops there by itself, the reader does not."""
    longer = copy(member)
    longer.file_size += 1
    return longer


def _highest(numbers: Iterable[bytes]) -> int:
    """The highest of numbers; one that is longer than any the reader takes is none."""
    return max((int(number) for number in numbers if len(number) <= _LONGEST_NUMBER), default=0)


def column_number(letters: bytes) -> int:
    """``A`` is 1, ``Z`` 26, ``AA`` 27."""
    return reduce(lambda total, letter: total * 26 + letter - 64, letters, 0)
