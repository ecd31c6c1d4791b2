"""One sheet of a workbook as text: what a person sees in the cells, and what its formulas lack.

A formula is read as the value saved with it. Where none was saved (a workbook written by a program and
never opened), or the value is an error such as ``#N/A``, the cell is missing and reported. That needs a
look into the sheet itself, which is possible for ``.xlsx`` only: the older ``.xls`` is read without it.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import numpy as np
import polars as pl

from leadscape.core.delimited import Cells, check_rows
from leadscape.core.errors import FileProblem
from leadscape.core.file_kinds import DAMAGED_ARCHIVE
from leadscape.core.open_workbook import PIECE_BYTES, Book, Page, column_number, open_book
from leadscape.core.tables import Problems, no_problems, polars_schema

MUST_HOLD_A_VALUE: Final = "Must hold a value"
"""How the rule begins that is broken by a cell whose value cannot be read."""

_CELL: Final = re.compile(
    rb"<(?:\w+:)?c\s([^>]*[^/>])>"
    rb"(<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>))?"
    rb"(?:<(?:\w+:)?v[^>]*(?:/>|>([^<]*)</(?:\w+:)?v>))?\s*</(?:\w+:)?c>"
)
_DAMAGE: Final = (
    *DAMAGED_ARCHIVE,
    *(KeyError, StopIteration, ElementTree.ParseError),
    *(ValueError, LookupError),  # an encoding that is none, or is not read here
)
_REFERENCE: Final = re.compile(rb'\br="([A-Z]+)(\d+)"')
_TYPE: Final = re.compile(rb'\bt="(\w+)"')


def read_workbook(path: Path, sheet: str | None, max_rows: int, max_bytes: int) -> tuple[Cells, str]:
    """The cells of one sheet and its name.

    Parameters
    ----------
    path
        A workbook, known to be one by its first bytes.
    sheet
        Name of the sheet; without it the first visible one that holds anything.
    max_rows, max_bytes
        Limits; a larger workbook is refused with its size.

    Raises
    ------
    FileProblem
        When the workbook is damaged, locked, too large, or has no such sheet.
    """
    book = open_book(path, max_bytes)
    loaded = _choose_page(book, sheet, path.name)
    frame = loaded.frame
    check_rows(frame.height, max_rows, path.name)
    filled = frame.select(pl.any_horizontal(pl.all().str.strip_chars().str.len_chars() > 0)).to_series()
    rows_with_text = np.flatnonzero(filled.fill_null(value=False).to_numpy()) if frame.width else np.array([])
    if not len(rows_with_text):
        raise FileProblem(
            f"The sheet {loaded.name!r} of {path.name} is empty.",
            "There is no row to read.",
            f"Name another sheet; the workbook has: {', '.join(book.names)}.",
        )
    top, body = int(rows_with_text[0]), rows_with_text[1:]
    header = list(frame.row(top))
    return Cells(
        header=header,
        frame=frame[body],
        row_numbers=pl.Series("row", body + 1, dtype=pl.Int64),
        problems=_blank_formulas(path, loaded.name, header, top + 1) if book.modern else no_problems(),
        blank_rows=int(rows_with_text[-1]) - top - len(body),
        unreadable_rows=0,
    ), loaded.name


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook before anybody reads it.

    Attributes
    ----------
    headings
        Cells of its first row with text, nulls for blank ones.
    rows
        Rows with text below that one.
    """

    name: str
    visible: bool
    headings: tuple[str | None, ...]
    rows: int


def list_sheets(path: Path, max_bytes: int) -> tuple[Sheet, ...]:
    """Every sheet of a workbook, known to be one by its first bytes, in its order.

    Raises
    ------
    FileProblem
        When the workbook is damaged, locked or too large.
    """
    book = open_book(path, max_bytes)
    pages = [book.page(name) for name in book.names]
    filled = [
        page.frame.filter(pl.any_horizontal(pl.all().str.strip_chars().str.len_chars() > 0))
        if page.frame.width
        else page.frame
        for page in pages
    ]
    return tuple(
        Sheet(page.name, page.visible, frame.row(0) if frame.height else (), max(frame.height - 1, 0))
        for page, frame in zip(pages, filled, strict=True)
    )


def _choose_page(book: Book, sheet: str | None, name: str) -> Page:
    if sheet is not None and sheet not in book.names:
        raise FileProblem(
            f"{name} has no sheet {sheet!r}.",
            "There is nothing to read.",
            f"Use one of: {', '.join(book.names)}.",
        )
    if sheet is not None:
        return book.page(sheet)
    first = None
    for wanted in book.names:
        page = book.page(wanted)
        if page.visible and page.frame.height:
            return page
        first = first or page
    assert first is not None, "a book that is open has a sheet"
    return first


def _blank_formulas(path: Path, sheet: str, header: list[str | None], header_row: int) -> pl.DataFrame:
    """Every cell below the header that holds a formula without a saved value, or an error.

    Reading a member to its end also proves the size that the directory states for it.
    """
    found: list[tuple[int, str | None, str | None, str]] = []
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_sheet_member(archive, sheet)) as stream:
            rest = b""
            while piece := stream.read(PIECE_BYTES):
                whole, separator, rest = (rest + piece).rpartition(b"</row>")
                if b"<f" in whole or b":f" in whole or b't="e"' in whole:
                    found += _cells_without_value(whole + separator, header, header_row)
            found += _cells_without_value(rest, header, header_row)
    except _DAMAGE as error:
        raise FileProblem(
            f"{path.name} is a damaged workbook ({error}).",
            "Cells could be missing without a trace.",
            "Open it in a spreadsheet program and save it again.",
        ) from error
    return pl.DataFrame(found, schema=polars_schema(Problems), orient="row")


def _cells_without_value(
    xml: bytes, header: list[str | None], header_row: int
) -> list[tuple[int, str | None, str | None, str]]:
    found = []
    for attributes, formula, value in _CELL.findall(xml):
        kind = _TYPE.search(attributes)
        failed = kind is not None and kind[1] == b"e"
        unsaved = bool(formula) and not value and not (kind is not None and kind[1] == b"str")
        place = _REFERENCE.search(attributes)
        if place is None or not (failed or unsaved) or int(place[2]) <= header_row:
            continue
        position = column_number(place[1]) - 1
        column = header[position] if position < len(header) else None
        rule = (
            f"{MUST_HOLD_A_VALUE}, not an error of a formula."
            if failed
            else f"{MUST_HOLD_A_VALUE}; the formula's result was not saved: open the workbook and save it again."
        )
        found.append((int(place[2]), column, value.decode(errors="replace") if failed else None, rule))
    return found


def _sheet_member(archive: zipfile.ZipFile, sheet: str) -> str:
    """The part of the archive that holds a sheet: named in the workbook, located by its relationships."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    relation = next(
        value
        for element in book.iter()
        if element.tag.endswith("}sheet") and element.get("name") == sheet
        for name, value in element.items()
        if name.endswith("}id")
    )
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = next(link.attrib["Target"] for link in links if link.get("Id") == relation)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
