"""Open a list that was downloaded from the service and filled in, or a table that somebody made: both are taken."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from leadscape.core.tabular import TextTable, read_text_table, workbook_sheets

ROWS_SHEET: Final = "Rows"
"""The sheet of a downloaded list that holds its rows."""
_PLAIN: Final = (".csv", ".tsv", ".txt")
_STATED: Final = re.compile(rb'\s*"?#')


def open_download(path: Path) -> TextTable:
    """The table at ``path``, which is left as it is; rows keep the numbers that they have in it.

    Lines before the headings that begin with ``#`` are passed over, as a download begins with them; of a workbook the
    sheet with the rows is read.

    Raises
    ------
    FileProblem
        When it is no table.
    """
    if any(sheet.name == ROWS_SHEET for sheet in workbook_sheets(path)):
        return read_text_table(path, sheet=ROWS_SHEET)
    content = path.read_bytes() if path.suffix.lower() in _PLAIN else b""
    bare = _without_statement(content)
    if bare == content:
        return read_text_table(path)
    with TemporaryDirectory(prefix="leadscape-list-") as folder:
        copy = Path(folder) / path.name
        copy.write_bytes(bare)
        return read_text_table(copy)


def _without_statement(content: bytes) -> bytes:
    """The same with the lines that begin with ``#`` before the headings left blank."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content
    lines = content.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True)
    if not lines or not _STATED.match(lines[0]):
        return content
    for number, line in enumerate(lines):
        if not _STATED.match(line):
            break
        lines[number] = b"\n"
    return b"".join(lines)
