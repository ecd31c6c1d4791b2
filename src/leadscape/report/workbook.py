"""The landscape as a workbook: a cover, one sheet a table, a list of all columns.

Every text is written as text, so that nothing in it can run. A missing figure is a word. The same contents give the
same bytes.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape.core.missing import MEANINGS, REPORTED, UNKNOWN
from leadscape.report.contents import ReportContents
from leadscape.report.datasets import Dataset, dictionary_of
from leadscape.report.style import ACCENT, ACCENT_SOFT, RULE, SOFT_INK, WORKBOOK_FONT
from leadscape.report.summary import key_figures, not_known
from leadscape.report.wording import MISSING_WORDS

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

SETTINGS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
HEADER_ROW: Final = 3
WIDEST: Final = 60
NARROWEST: Final = 9
SHEET_NAME_LIMIT: Final = 31


def write_workbook(contents: ReportContents, datasets: tuple[Dataset, ...], path: Path) -> None:
    """Write the workbook to ``path``."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), SETTINGS) as workbook:
        midnight = datetime(contents.as_of.year, contents.as_of.month, contents.as_of.day)
        workbook.set_properties(
            {"title": contents.title, "comments": contents.provenance.software, "created": midnight}
        )
        formats = _formats(workbook)
        _write_cover(workbook.add_worksheet("Cover"), contents, datasets, formats)
        for dataset in datasets:
            _write_table(workbook.add_worksheet(dataset.name[:SHEET_NAME_LIMIT]), dataset, formats)
        about = "One row is one column of one sheet: what it holds and in which unit."
        columns = Dataset("columns", "Columns of all sheets", about, dictionary_of(datasets), {})
        _write_table(workbook.add_worksheet("columns"), columns, formats)


def write_tables(
    title: str, lines: tuple[str, ...], datasets: tuple[Dataset, ...], day: date, path: Path
) -> None:
    """Write a workbook of tables: a cover with ``lines``, one sheet a table, a list of all columns.

    Parameters
    ----------
    day
        What the file says it was made on, so that the same tables give the same bytes.
    """
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), SETTINGS) as workbook:
        workbook.set_properties({"title": title, "created": datetime(day.year, day.month, day.day)})
        formats = _formats(workbook)
        cover = workbook.add_worksheet("Cover")
        cover.hide_gridlines(2)
        cover.set_column(0, 0, 110, formats["wrapped"])
        cover.write_string(0, 0, title, formats["title"])
        for row, line in enumerate((*lines, *(f"{one.name}: {one.title}" for one in datasets)), 2):
            cover.write_string(row, 0, line, formats["wrapped"])
        about = "One row is one column of one sheet: what it holds and in which unit."
        listed = Dataset("columns", "Columns of all sheets", about, dictionary_of(datasets), {})
        for dataset in (*datasets, listed):
            _write_table(workbook.add_worksheet(dataset.name[:SHEET_NAME_LIMIT]), dataset, formats)


def _formats(workbook: Workbook) -> dict[str, Format]:
    base = {"font_name": WORKBOOK_FONT, "font_size": 11, "valign": "top"}
    declared: dict[str, dict[str, Any]] = {
        "title": {"font_size": 18, "bold": True, "font_color": ACCENT},
        "heading": {"font_size": 13, "bold": True, "font_color": ACCENT},
        "text": {},
        "wrapped": {"text_wrap": True},
        "soft": {"font_color": SOFT_INK},
        "header": {
            "bold": True,
            "bg_color": ACCENT_SOFT,
            "bottom": 2,
            "bottom_color": ACCENT,
            "text_wrap": True,
        },
        "whole": {"num_format": "#,##0", "bottom": 1, "bottom_color": RULE},
        "number": {"num_format": "#,##0.0###", "bottom": 1, "bottom_color": RULE},
        "date": {"num_format": "yyyy-mm-dd", "bottom": 1, "bottom_color": RULE},
        "cell": {"bottom": 1, "bottom_color": RULE},
        "long": {"bottom": 1, "bottom_color": RULE, "text_wrap": True},
        "missing": {
            "bottom": 1,
            "bottom_color": RULE,
            "italic": True,
            "font_color": SOFT_INK,
            "align": "right",
        },
    }
    return {name: workbook.add_format({**base, **extra}) for name, extra in declared.items()}


def _write_cover(
    sheet: Worksheet, contents: ReportContents, datasets: tuple[Dataset, ...], formats: dict[str, Format]
) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 44, formats["wrapped"])
    sheet.set_column(1, 1, 26, formats["wrapped"])
    sheet.set_column(2, 2, 70, formats["wrapped"])
    record = contents.provenance
    blocks: list[tuple[str, list[tuple[str, ...]]]] = [
        ("Key figures", [(f.label, f.value, f"{f.basis}. {f.source}") for f in key_figures(contents)]),
        ("What is not known", [(sentence,) for sentence in not_known(contents)]),
        ("To bear in mind", [(sentence,) for sentence in contents.notes]),
        ("Sheets", [(dataset.title, dataset.name, dataset.about) for dataset in datasets]),
        ("Words for missing figures", [(MISSING_WORDS[s], "", MEANINGS[s]) for s in MISSING_WORDS]),
        (
            "Where the figures come from",
            [
                ("Codebook", record.codebook, f"SHA-256 {record.codebook_sha256}"),
                ("Seed", str(record.seed), "Same inputs and seed, same tables"),
                ("Software", record.software, f"Record {record.fingerprint}"),
                *[(file.name, file.purpose, f"SHA-256 {file.sha256}") for file in record.inputs],
            ],
        ),
    ]
    sheet.write_string(0, 0, contents.title, formats["title"])
    sheet.write_string(1, 0, f"The landscape on {record.as_of}", formats["soft"])
    row = 3
    for heading, lines in blocks:
        if not lines:
            continue
        sheet.write_string(row, 0, heading, formats["heading"])
        for line in lines:
            row += 1
            if len(line) == 1:
                sheet.merge_range(row, 0, row, 2, line[0], formats["wrapped"])
                sheet.set_row(row, 15.5 * (1 + len(line[0]) // 130))
            for column, text in enumerate(line if len(line) > 1 else ()):
                sheet.write_string(row, column, text, formats["wrapped"])
        row += 2
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _write_table(sheet: Worksheet, dataset: Dataset, formats: dict[str, Format]) -> None:
    sheet.write_string(0, 0, dataset.title, formats["heading"])
    sheet.write_string(1, 0, dataset.about, formats["soft"])
    frame = dataset.frame
    for place, name in enumerate(frame.columns):
        described = dataset.columns.get(name, "")
        sheet.write_string(HEADER_ROW, place, name, formats["header"])
        if described:
            sheet.write_comment(HEADER_ROW, place, described, {"font_size": 9, "x_scale": 2})
        _write_column(sheet, place, frame, name, formats)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    if frame.height:
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + frame.height, frame.width - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW)


def _write_column(
    sheet: Worksheet, place: int, frame: pl.DataFrame, name: str, formats: dict[str, Format]
) -> None:
    """One column: numbers as numbers, everything else as text, missing figures in words."""
    series = frame[name]
    if series.dtype == pl.Boolean:
        series = series.replace_strict({True: "yes", False: "no"}, return_dtype=pl.String)
    elif series.dtype.is_nested():
        series = series.cast(pl.List(pl.String)).list.join("; ")
    numeric = series.dtype.is_numeric()
    style = formats["whole" if series.dtype.is_integer() else "number"] if numeric else formats["cell"]
    written = series if numeric else series.cast(pl.String)
    words = _missing_words(frame, name) if series.null_count() else None
    longest = int(str(written.cast(pl.String).str.len_chars().max() or 0))
    if not numeric and longest > WIDEST:
        style = formats["long"]
    sheet.set_column(place, place, min(max(longest, len(name), NARROWEST) + 2, WIDEST))
    for offset, value in enumerate(written.to_list()):
        row = HEADER_ROW + 1 + offset
        if value is None:
            sheet.write_string(
                row, place, words[offset] if words else MISSING_WORDS[UNKNOWN], formats["missing"]
            )
        elif numeric:
            sheet.write_number(row, place, value, style)
        else:
            sheet.write_string(row, place, value, style)


def _missing_words(frame: pl.DataFrame, name: str) -> list[str]:
    """Why each value of a column is missing: by its own status, by that of the count beside it, or not given."""
    status = next((s for s in (f"{name}_status", "holdings_status") if s in frame.columns), None)
    if status is None:
        return ["none given"] * frame.height
    words = {**MISSING_WORDS, REPORTED: "none"}
    return frame[status].cast(pl.String).replace_strict(words, default=MISSING_WORDS[UNKNOWN]).to_list()
