"""A file of rows written again without some of them: the same rows in the same places, the removed ones blank.

The copy holds the one sheet that is read, as text. Other sheets, formats and comments are not carried over, since a
name could stand in any of them.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl
import xlsxwriter

from leadscape.core.errors import OutputBlocked
from leadscape.core.tabular import read_text_table
from leadscape.core.writing import whole_file, write_text
from leadscape.survey.instruments.opening import lines_of_form

if TYPE_CHECKING:
    from collections.abc import Callable

MARK: Final = "redacted"
MARKED: Final = "removed at a person's request"
REWRITABLE: Final = (".csv", ".tsv", ".txt", ".xlsx")


def can_rewrite(path: Path) -> bool:
    """Whether a file is of a kind that can be written again."""
    return path.suffix.lower() in REWRITABLE


def rewrite_table(path: Path, target: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """Write ``path`` as it is after ``change`` to ``target``, whole or not at all.

    Parameters
    ----------
    change
        Takes the file as text with ``row``, and returns the same rows changed; see :func:`blank_rows`.

    Raises
    ------
    OutputBlocked
        For a kind of file that leadscape does not write.
    """
    if not can_rewrite(path):
        raise OutputBlocked(
            f"{path.name} cannot be written again by leadscape.",
            f"It writes {', '.join(REWRITABLE)}, and a file of another kind would no longer be what it was.",
            "Take the rows out with the program it came from.",
        )
    # A form is written again as the list of its lines: what else it says stays with the original set aside.
    table = lines_of_form(path) or read_text_table(path)
    changed = change(table.frame)
    numbers = pl.DataFrame({"row": pl.int_range(2, int(table.frame["row"].max() or 1) + 1, eager=True)})  # pyright: ignore[reportArgumentType, reportCallIssue]
    whole = numbers.join(changed, on="row", how="left", maintain_order="left").drop("row")
    if path.suffix.lower() == ".xlsx":
        _write_workbook(whole, target, table.sheet or "Sheet1")
    else:
        write_text(_as_text(whole, "\t" if path.suffix.lower() == ".tsv" else ","), target)


def blank_rows(frame: pl.DataFrame, gone: pl.Series) -> pl.DataFrame:
    """``frame`` with nothing left in the rows numbered ``gone`` but a mark that something stood there."""
    out = pl.col("row").is_in(gone.cast(pl.Int64).implode())
    kept = [
        pl.when(~out).then(pl.col(name)).alias(name) for name in frame.columns if name not in ("row", MARK)
    ]
    before = pl.col(MARK) if MARK in frame.columns else pl.lit(None, pl.String)
    return frame.select("row", *kept, pl.when(out).then(pl.lit(MARKED)).otherwise(before).alias(MARK))


def _as_text(frame: pl.DataFrame, separator: str) -> str:
    # Cells stay exactly as their sender wrote them, also where a spreadsheet would take one for a formula: ids and
    # decisions hang on the words.
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows([cell if cell is not None else "" for cell in row] for row in frame.iter_rows())
    return stream.getvalue()


def _write_workbook(frame: pl.DataFrame, target: Path, sheet: str) -> None:
    with whole_file(target) as partial:
        workbook = xlsxwriter.Workbook(str(partial), {"strings_to_formulas": False, "strings_to_urls": False})
        workbook.set_properties({"created": datetime(2000, 1, 1)})
        page = workbook.add_worksheet(sheet)
        page.write_row(0, 0, frame.columns)
        for number, name in enumerate(frame.columns):
            for row, cell in enumerate(frame[name], 1):
                if cell is not None:
                    page.write_string(row, number, cell)
        workbook.close()
