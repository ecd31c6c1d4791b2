"""Everything held about one person as files that person can keep: for a program, to read, and as a workbook."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import polars as pl
import xlsxwriter

from leadscape.survey.privacy.pages import page, table

MOST_LETTERS: Final = 32000
"""A cell of a workbook holds no more."""
SHEET_NAME: Final = 31


@dataclass(frozen=True)
class HeldRecord:
    """What is held about one person.

    Attributes
    ----------
    title
        What the record is, in words.
    said
        Sentences above the tables: for what, on which basis, how long, what can be done.
    tables
        Heading to rows; a row is a mapping of column to value.
    """

    title: str
    said: Sequence[str]
    tables: Mapping[str, Sequence[Mapping[str, Any]]]


def record_json(record: HeldRecord) -> bytes:
    """For a program."""
    whole = {"title": record.title, "about": list(record.said), "held": dict(record.tables)}
    return (json.dumps(whole, indent=2, ensure_ascii=False, default=str) + "\n").encode()


def record_html(record: HeldRecord) -> bytes:
    """To read, in one file that needs nothing else."""
    parts = [f"<h1>{escape(record.title)}</h1>\n", *(f"<p>{escape(one)}</p>\n" for one in record.said)]
    for heading, rows in record.tables.items():
        parts.append(f"<h2>{escape(heading)}</h2>\n")
        parts.append(table(_frame(rows), heading) if rows else "<p>Nothing.</p>\n")
    return page(record.title, "".join(parts)).encode()


def record_xlsx(record: HeldRecord) -> bytes:
    """As a workbook: a sheet of words, then a sheet a table. No cell can run."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    cover = book.add_worksheet("About")
    for row, text in enumerate([record.title, *record.said]):
        cover.write_string(row, 0, text[:MOST_LETTERS])
    taken = {"about"}
    for heading, rows in record.tables.items():
        frame = _frame(rows)
        sheet = book.add_worksheet(_sheet_name(heading, taken))
        for column, name in enumerate(frame.columns):
            sheet.write_string(0, column, name)
            for row, cell in enumerate(frame[name], 1):
                if cell is not None:
                    sheet.write_string(row, column, cell[:MOST_LETTERS])
    book.close()
    return stream.getvalue()


def _frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as text, every column that any row has."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame(
        {name: pl.Series([_text(row.get(name)) for row in rows], dtype=pl.String) for name in names}
    )


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _sheet_name(heading: str, taken: set[str]) -> str:
    plain = "".join(letter if letter not in "[]:*?/\\" else " " for letter in heading)[:SHEET_NAME].strip()
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain[: SHEET_NAME - 3]} {number}"
    taken.add(name.casefold())
    return name
