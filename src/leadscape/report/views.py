"""A table as a page shows it: caption, labelled columns, and cells in words.

Tables in: any declared table. Out: a frozen :class:`TableView` that a template or a terminal prints as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from leadscape.core.missing import REPORTED, UNKNOWN
from leadscape.report.wording import MISSING_WORDS, decimal, percent, spaced, whole

Form = Literal["text", "words", "figure", "count", "percent", "decimal", "decimal2", "decimal3"]


@dataclass(frozen=True)
class Shown:
    """One column of a view.

    Attributes
    ----------
    column
        Column of the frame.
    label
        Heading, with the unit where there is one.
    form
        How a value is written; ``figure`` is text that is set as a number.
    status
        Column that says why a value is missing; without one, ``absent`` does.
    absent
        Status of a null that has no status of its own.
    """

    column: str
    label: str
    form: Form = "text"
    status: str | None = None
    absent: str = UNKNOWN

    @property
    def numeric(self) -> bool:
        """Whether the column is set flush right in figures of one width."""
        return self.form not in ("text", "words")


@dataclass(frozen=True)
class Cell:
    """One cell in words.

    Attributes
    ----------
    missing
        Whether the word stands for an absent figure.
    value
        The figure behind the words, for sorting and for data files; null where there are words only.
    """

    text: str
    missing: bool = False
    value: Any = None


@dataclass(frozen=True)
class TableView:
    """A table ready to print. The first column heads its row.

    Attributes
    ----------
    strong
        Places of rows that are totals.
    keys
        Id of each row's subject, such as the code of its authority; empty where rows have none.
    """

    name: str
    caption: str
    columns: tuple[Shown, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    strong: frozenset[int] = frozenset()
    keys: tuple[str, ...] = ()

    @property
    def scrolls(self) -> bool:
        """Whether a narrow screen cannot hold it, so that it needs a region of its own that scrolls."""
        return len(self.columns) > 2 or self.long

    @property
    def wide(self) -> bool:
        """Whether it keeps a width of its own on a narrow screen."""
        return len(self.columns) > 4

    @property
    def long(self) -> bool:
        """Whether it is limited in height on a screen."""
        return len(self.rows) > 30

    def as_frame(self) -> pl.DataFrame:
        """The cells as strings under their headings, for a terminal."""
        return pl.DataFrame(
            {
                column.label: [row[place].text for row in self.rows]
                for place, column in enumerate(self.columns)
            },
            schema={column.label: pl.String for column in self.columns},
        )


def show_table(
    frame: pl.DataFrame,
    name: str,
    caption: str,
    columns: tuple[Shown, ...],
    note: str = "",
    strong: frozenset[int] = frozenset(),
    key: str | None = None,
) -> TableView:
    """``frame`` as a view of the ``columns`` it has, in their order; ``key`` is the column with the id of a row."""
    present = tuple(column for column in columns if column.column in frame.columns)
    cells = [_cells(frame, column) for column in present]
    keys = tuple(frame[key].to_list()) if key else ()
    return TableView(name, caption, present, tuple(zip(*cells, strict=True)), note, strong, keys)


def show_rows(
    name: str, caption: str, columns: tuple[Shown, ...], rows: list[tuple[str, ...]], note: str = ""
) -> TableView:
    """A view of rows that are already in words."""
    return TableView(name, caption, columns, tuple(tuple(Cell(text) for text in row) for row in rows), note)


def _cells(frame: pl.DataFrame, column: Shown) -> list[Cell]:
    values = frame[column.column].to_list()
    status = column.status or f"{column.column}_status"
    given = status in frame.columns
    reasons = frame[status].cast(pl.String).to_list() if given else [None] * frame.height
    return [_cell(value, reason, column) for value, reason in zip(values, reasons, strict=True)]


def _cell(value: Any, reason: str | None, column: Shown) -> Cell:
    if value is None:
        status = column.absent if reason in (None, REPORTED) else reason
        return Cell(MISSING_WORDS.get(status, status), missing=True)
    if column.form == "words":
        return Cell(spaced(str(value)), missing=str(value) in MISSING_WORDS)
    if column.form == "count":
        return Cell(whole(value), value=value)
    if column.form == "percent":
        return Cell(percent(value), value=value)
    if column.form.startswith("decimal"):
        return Cell(decimal(value, int(column.form.removeprefix("decimal") or 1)), value=value)
    return Cell(str(value))
