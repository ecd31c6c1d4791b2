"""Themes as files: a CSV for each table, and one workbook with all of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import xlsxwriter

from leadscape.core.writing import whole_file, write_csv
from leadscape.survey.coding.sheets import FIXED_DATE, write_answer_page

if TYPE_CHECKING:
    import polars as pl

WORKBOOK = "themes.xlsx"
TABLES = ("themes", "code_by_source", "co_occurrence", "acceptance", "quotes", "quote_counts")
_WIDTHS = {"quote": 80, "note": 50, "theme_label": 36, "code_label": 36, "definition": 60}
_SHEET_NAME_LIMIT = 31


def write_theme_files(tables: dict[str, pl.DataFrame], folder: Path) -> tuple[Path, ...]:
    """Write every table as ``{name}.csv`` and all of them into ``themes.xlsx``; returns the paths.

    A table of an earlier run that is not among them is removed: quotes of somebody who withdrew since must not stay.
    """
    for name in TABLES:
        if name not in tables:
            (folder / f"{name}.csv").unlink(missing_ok=True)
    paths = []
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")
        paths.append(folder / f"{name}.csv")
    with whole_file(folder / WORKBOOK) as partial:
        book = xlsxwriter.Workbook(str(partial), {"strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties({"title": "Themes", "created": FIXED_DATE})
        for name, table in tables.items():
            write_answer_page(book, book.add_worksheet(name[:_SHEET_NAME_LIMIT]), table, (), _WIDTHS)
        book.close()
    return (*paths, folder / WORKBOOK)
