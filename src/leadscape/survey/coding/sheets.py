"""The coding sheet: segments for one coder to code in a spreadsheet, with the definitions beside them.

Tables in: ``Segments``, ``Suggestions``, a scheme. Out: ``.xlsx`` with lists to choose from, or ``.csv``. How a
filled-in sheet is read is in :mod:`leadscape.survey.coding.sheet_reading`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import xlsxwriter

from leadscape.core.errors import TableProblem
from leadscape.core.tables import Problems, polars_schema
from leadscape.core.writing import guarded_text, whole_file, write_csv
from leadscape.survey.coding.scheme import NO_CODE

if TYPE_CHECKING:
    from leadscape.survey.coding.scheme import CodeScheme

LONGEST_CELL: Final = 32_000
"""Characters; a cell of a workbook holds 32,767 and what is longer is lost."""

SUGGESTED: Final = 3
ANSWER_COLUMNS: Final = ("codes", "memo")
SHEET_COLUMNS: Final = (
    *("segment_id", "question", "text", "context"),
    *(f"{part}_{number}" for number in range(1, SUGGESTED + 1) for part in ("suggestion", "reason")),
    *("codes", "coder", "round", "memo"),
)
_CONTEXT_LETTERS: Final = 1500
FIXED_DATE: Final = datetime(2000, 1, 1)
_WIDTHS: Final = {"text": 60, "context": 40, "codes": 36, "memo": 30, "question": 18, "segment_id": 15}
_ADVICE: Final = (
    "One row is one stretch of an answer. Read it, then write its codes into the column `codes`.",
    "Several codes are separated by a semicolon: mandate_exit; funding.",
    f"Write {NO_CODE} when you have read it and no code applies. Leave it blank when you have not decided.",
    "Suggestions are the software's guesses by shared words, with the reason beside each. They count for nothing until "
    "you write a code into `codes` yourself.",
    "Do not change `segment_id`, `text`, `coder` or `round`; a changed text is refused. Notes go into `memo`.",
    "Do not look at the codes of another coder until both are done: agreement is measured on what each saw alone.",
)


def lay_out_sheet(
    segments: pl.DataFrame,
    sources: pl.DataFrame,
    suggestions: pl.DataFrame,
    coder: str,
    coding_round: int,
    decided: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The rows of a sheet, as text, in the order of the segments.

    Parameters
    ----------
    segments, sources, suggestions
        As declared in :mod:`leadscape.survey.coding.tables`; ``text_id`` of a suggestion is a segment's id.
    decided
        ``segment_id``, ``codes``, ``memo`` of this coder so far, filled in; never another coder's.

    Raises
    ------
    TableProblem
        For segments too long for a cell, of which a spreadsheet would lose the end.
    """
    _refuse_long(segments)
    whole = pl.col("whole")
    context = pl.when(whole != pl.col("text")).then(
        pl.when(whole.str.len_chars() > _CONTEXT_LETTERS)
        .then(pl.concat_str(whole.str.slice(0, _CONTEXT_LETTERS - 1), pl.lit("…")))
        .otherwise(whole)
    )
    rows = segments.join(
        sources.select("source_id", "question", whole="text"), on="source_id", how="left", maintain_order="left"
    ).with_columns(context=context, coder=pl.lit(coder), round=pl.lit(str(coding_round)))  # fmt: skip
    for number in range(1, SUGGESTED + 1):
        offered = suggestions.filter(pl.col("rank") == number).select(
            pl.col("text_id").alias("segment_id"),
            pl.col("code").alias(f"suggestion_{number}"),
            pl.col("reason").alias(f"reason_{number}"),
        )
        rows = rows.join(offered, on="segment_id", how="left", maintain_order="left")
    own = (
        decided.select("segment_id", pl.col("codes").list.join("; "), "memo")
        if decided is not None
        else pl.DataFrame(schema=dict.fromkeys(("segment_id", "codes", "memo"), pl.String))
    )
    return rows.join(own, on="segment_id", how="left", maintain_order="left").select(SHEET_COLUMNS)


def write_sheet(sheet: pl.DataFrame, scheme: CodeScheme, path: Path) -> None:
    """A coding sheet as ``.xlsx`` with the codes as a list, their definitions and advice; or ``.csv`` by the ending."""
    if path.suffix.lower() == ".csv":
        write_csv(sheet, path)
        return
    with whole_file(path) as partial:
        book = xlsxwriter.Workbook(str(partial), {"strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties({"title": "Coding sheet", "created": FIXED_DATE})
        page = book.add_worksheet("Coding")
        write_answer_page(book, page, sheet, ANSWER_COLUMNS, _WIDTHS)
        add_codes_page(book, scheme)
        offer_codes(page, sheet, "codes")
        advice = book.add_worksheet("How to fill in")
        advice.set_column(0, 0, 110, book.add_format({"text_wrap": True}))
        advice.write_column(0, 0, _ADVICE)
        book.close()


def write_answer_page(
    book: Any, page: Any, sheet: pl.DataFrame, answers: tuple[str, ...], widths: dict[str, int]
) -> None:
    """Text cells with a heading row; columns that a person fills in are tinted."""
    header = book.add_format({"bold": True, "bg_color": "#E8EDF2", "bottom": 1})
    plain = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    answer = book.add_format({"bg_color": "#FFF8DC", "text_wrap": True, "valign": "top", "num_format": "@"})
    figure = book.add_format({"valign": "top"})
    page.write_row(0, 0, sheet.columns, header)
    for number, name in enumerate(sheet.columns):
        style = answer if name in answers else plain
        page.set_column(number, number, widths.get(name, 16), style)
        for row, cell in enumerate(sheet[name].to_list(), 1):
            if cell is None:
                page.write_blank(row, number, None, style)
            elif isinstance(cell, (bool, int, float)):
                page.write(row, number, cell, figure)
            else:
                page.write_string(row, number, guarded_text(str(cell)), style)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(sheet.height, 1), len(sheet.columns) - 1)


def add_codes_page(book: Any, scheme: CodeScheme) -> None:
    """The scheme on a page of its own, and the name ``codes`` for the list of what a segment may bear."""
    page = book.add_worksheet("Codes")
    header = book.add_format({"bold": True, "bg_color": "#E8EDF2", "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    columns = ("code", "label", "definition", "memo", "examples", "below")
    page.write_row(0, 0, columns, header)
    order = [code for code in scheme.codes if code.is_codable]
    for row, code in enumerate(order, 1):
        cells = (code.id, code.label, code.definition, code.memo, " / ".join(code.examples))
        for number, cell in enumerate((*cells, " > ".join(scheme.path(code.id)[:-1]))):
            page.write_string(row, number, guarded_text(cell), wrapped)
    page.write_string(len(order) + 1, 0, NO_CODE, wrapped)
    page.write_string(len(order) + 1, 2, "Read, and no code applies.", wrapped)
    page.set_column(0, 1, 28)
    page.set_column(2, 4, 60)
    page.freeze_panes(1, 0)
    book.define_name("codes", f"=Codes!$A$2:$A${len(order) + 2}")


def offer_codes(page: Any, sheet: pl.DataFrame, column: str) -> None:
    """Let the list ``codes`` be chosen from in a column."""
    number = sheet.columns.index(column)
    # A list that informs and does not bar, because a cell may hold several codes.
    rule = {
        "validate": "list",
        "source": "=codes",
        "error_type": "information",
        "error_title": "Several codes, or one not listed",
        "error_message": "Separate several codes with a semicolon. Reading the sheet tells which are unknown.",
        "input_title": "Codes",
        "input_message": f"One from the list, or several separated by a semicolon; {NO_CODE} if none applies.",
    }
    page.data_validation(1, number, max(sheet.height, 1), number, rule)


def _refuse_long(segments: pl.DataFrame) -> None:
    long = segments.filter(pl.col("text").str.len_chars() > LONGEST_CELL)
    if long.height:
        raise TableProblem(
            f"{long.height} segment{'s have' if long.height > 1 else ' has'} more than {LONGEST_CELL:,} characters.",
            "A cell of a spreadsheet holds no more, so the end would be lost.",
            "Cut the answers by paragraph or by sentence.",
            long.select(
                row=pl.lit(None, pl.Int64),
                column=pl.lit("text"),
                value="segment_id",
                rule=pl.format("Has {} characters.", pl.col("text").str.len_chars()),
            ).cast(polars_schema(Problems)),
        )
