"""Workbooks that would take the program down: refused with a sentence, in little time and memory."""

from __future__ import annotations

import re
import time
import zipfile
import zlib
from pathlib import Path

import pytest
import xlsxwriter

from leadscape.core.errors import FileProblem
from leadscape.core.tabular import MAX_COLUMNS, read_text_table, workbook_sheets

from soak.old_workbook import old_workbook


def book(path: Path, part: str = "", was: bytes = b"", now: bytes = b"") -> Path:
    """A workbook of two rows, with a change in one part."""
    plain = path.with_name("plain.xlsx")
    with xlsxwriter.Workbook(plain) as workbook:
        page = workbook.add_worksheet("Table")
        page.write_row(0, 0, ["URN", "Name"])
        page.write_row(1, 0, ["1", "Ash"])
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith(part) and part:
                changed = re.sub(was, now, content)
                assert changed != content
                content = changed
            target.writestr(name, content)
    return path


@pytest.mark.parametrize("place", [b"XFD1048576", b"ZZZZ1", b"B9999999999999999", b"zzz2"])
def test_a_cell_far_away_is_refused_before_memory_is_asked_for(tmp_path: Path, place: bytes) -> None:
    hostile = book(tmp_path / "far.xlsx", "sheet1.xml", rb'r="B2"', b'r="' + place + b'"')
    for read in (read_text_table, workbook_sheets):
        with pytest.raises(FileProblem, match="reaches to row"):
            read(hostile)


@pytest.mark.parametrize("count", [b"2147483648", b" +99999999999"])
def test_a_part_that_says_it_holds_more_than_it_can_is_refused(tmp_path: Path, count: bytes) -> None:
    hostile = book(
        tmp_path / "count.xlsx", "sharedStrings.xml", rb'niqueCount="\d+"', b'niqueCount="' + count + b'"'
    )
    with pytest.raises(FileProblem, match="says that it holds"):
        read_text_table(hostile)


@pytest.mark.parametrize("encoding", [b"utf-16", b"nothing", b"utf-7"])
def test_an_encoding_that_is_none_is_a_damaged_workbook(tmp_path: Path, encoding: bytes) -> None:
    hostile = book(tmp_path / "e.xlsx", "workbook.xml", rb'encoding="UTF-8"', b'encoding="' + encoding + b'"')
    with pytest.raises(FileProblem, match="damaged"):
        read_text_table(hostile)


def test_a_workbook_without_a_sheet_is_refused(tmp_path: Path) -> None:
    for read in (read_text_table, workbook_sheets):
        with pytest.raises(FileProblem, match="has no sheet"):
            read(book(tmp_path / "none.xlsx", "xl/workbook.xml", rb"<sheet [^>]*/>", b""))


def lying(path: Path, *, stated: int, summed: int = 0, packed: int = zipfile.ZIP_DEFLATED) -> Path:
    """A workbook whose directory says that the sheet ends after some bytes, and sums up only these; it has 5 MB."""
    plain = book(path.with_name("honest.xlsx"))
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", packed) as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                rows = "".join(
                    f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>Oak</t></is></c></row>'
                    for n in range(3, 90_000)
                )
                content = content.replace(b"</sheetData>", rows.encode() + b"</sheetData>")
            target.writestr(name, content)
            if name.endswith("sheet1.xml") and stated:
                target.filelist[-1].file_size = stated
                target.filelist[-1].CRC = zlib.crc32(content[:summed])
    return path


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
@pytest.mark.parametrize("stated", [3_000, 50_000_000])
def test_a_directory_that_lies_about_a_length_is_refused(tmp_path: Path, packed: int, stated: int) -> None:
    honest = lying(tmp_path / "whole.xlsx", stated=0, packed=packed)
    assert read_text_table(honest).frame.height == 89_998
    with pytest.raises(FileProblem, match="so that memory stays bounded"):
        read_text_table(honest, max_bytes=1_000_000)

    # What it sums up may be the beginning as stated, or one byte more: where Python stops reading.
    for summed in (stated, stated + 1):
        hostile = lying(tmp_path / "lying.xlsx", stated=stated, summed=summed, packed=packed)
        for read in (read_text_table, workbook_sheets):
            with pytest.raises(FileProblem, match="is damaged"):
                read(hostile)


def test_a_damaged_sheet_is_refused(tmp_path: Path) -> None:
    path = lying(tmp_path / "bit.xlsx", stated=0, packed=zipfile.ZIP_STORED)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"<t>Oak</t>", b"<t>Elm</t>", 1))
    with pytest.raises(FileProblem, match="is damaged"):
        read_text_table(path)


def test_an_older_workbook_is_read_and_a_broken_one_takes_nobody_down(tmp_path: Path) -> None:
    content = old_workbook([["URN", "Name"], ["100001", "Ash"], ["100002", "Bee"]])
    path = tmp_path / "old.xls"
    path.write_bytes(content)
    assert read_text_table(path).frame.rows() == [("100001", "Ash", 2), ("100002", "Bee", 3)]
    assert [(one.name, one.visible, one.rows) for one in workbook_sheets(path)] == [("Table", True, 2)]

    far = content.replace(b"\x04\x02\x0f\x00\x01\x00\x01\x00", b"\x04\x02\x0f\x00\xff\xff\xff\xff")
    assert far != content
    cut = content[:900]
    for hostile in (far, cut, content[:512] + b"\xff" * 512 + content[1024:]):
        path.write_bytes(hostile)
        with pytest.raises(FileProblem, match="cannot be opened as a workbook"):
            read_text_table(path)


def test_a_table_of_thousands_of_columns_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{n}" for n in range(MAX_COLUMNS + 1)) + "\n" + "1," * MAX_COLUMNS + "1\n")
    started = time.monotonic()
    with pytest.raises(FileProblem, match="5,001 columns"):
        read_text_table(path)
    assert time.monotonic() - started < 5
