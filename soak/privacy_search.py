"""Where does a name stand: in every cell of every table, in files that are kept there, in files of a folder?

A name is looked for as its words side by side in any order, whatever stands between them and whatever the encoding; in
what is packed, and in rows of workbooks, where first and family name may be cells of their own.
"""

from __future__ import annotations

import gzip
import io
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

ENCODINGS: Final = ("utf-8", "cp1252", "utf-16-le")
LARGEST: Final = 1 << 30


class Search:
    """Looks for one name; counts what it looked through.

    Attributes
    ----------
    cells, files
        How many cells of tables and files were looked through.
    places
        Where the name stands.
    """

    def __init__(self, name: str) -> None:
        words = [re.escape(word) for word in re.findall(r"\w+", name.casefold())]
        gap = r"[\W_\d]{1,40}"
        self.pattern = re.compile(rf"\b(?:{gap.join(words)}|{gap.join(reversed(words))})\b")
        self.cells = self.files = 0
        self.places: list[str] = []

    def text(self, text: str, place: str) -> None:
        """Look through some text."""
        if self.pattern.search(text.casefold()):
            self.places.append(place)

    def content(self, content: bytes, place: str) -> None:
        """Look through a file: as it is, unpacked, and as the rows of a workbook."""
        self.files += 1
        for part in unpacked(content):
            for encoding in ENCODINGS:
                self.text(part.decode(encoding, errors="replace"), place)
        for row in rows_of_workbook(content):
            self.text(" ".join(row), place)

    def database(self, url: str) -> None:
        """Look through every cell of every table of every schema."""
        with psycopg.connect(url) as connection:
            columns = connection.execute(
                "select c.table_schema, c.table_name, c.column_name, c.data_type from information_schema.columns c"
                " join information_schema.tables t using (table_schema, table_name) where t.table_type = 'BASE TABLE'"
                " and c.table_schema not in ('pg_catalog', 'information_schema') order by 1, 2, 3"
            ).fetchall()
            for schema, table, column, kind in columns:
                chosen = (
                    sql.Identifier(column)
                    if kind == "bytea"
                    else sql.SQL("{}::text").format(sql.Identifier(column))
                )
                asked = sql.SQL("select {} from {}.{} where {} is not null").format(
                    chosen, sql.Identifier(schema), sql.Identifier(table), sql.Identifier(column)
                )
                for (value,) in connection.execute(asked):
                    self.cells += 1
                    place = f"{table}.{column}"
                    self.content(bytes(value), place) if kind == "bytea" else self.text(value, place)

    def folder(self, folder: Path, without: frozenset[str] = frozenset()) -> None:
        """Look through every file below a folder, and its name."""
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and not without & set(inside.parts):
                self.text(str(inside), str(inside))
                self.content(path.read_bytes(), str(inside))


def unpacked(content: bytes) -> Iterator[bytes]:
    """A file as it is, and what is packed in it."""
    yield content
    if content[:2] == b"\x1f\x8b":
        try:
            yield gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            return
    elif content[:4] == b"PK\x03\x04":
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                yield from (archive.read(one) for one in archive.infolist() if one.file_size < LARGEST)
        except (zipfile.BadZipFile, OSError, zlib.error, RuntimeError):
            return


def rows_of_workbook(content: bytes) -> Iterator[list[str]]:
    """The cells of every row of every sheet; nothing of what is no workbook."""
    if content[:4] != b"PK\x03\x04" or b"xl/workbook" not in content:
        return
    import fastexcel

    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        book = fastexcel.read_excel(file.name)
        for sheet in book.sheet_names:
            frame = book.load_sheet(sheet, header_row=None, dtypes="string").to_polars()
            yield from ([str(cell) for cell in row if cell is not None] for row in frame.rows())
