"""A table of the report as a page draws it, and as a list that is sorted, filtered and downloaded as it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from leadscape.actions.show_published import Cell, Shown, TableView, columns_of
from leadscape.core.missing import STATUSES
from leadscape_web.govuk.listing import Column, Filter, Listing
from leadscape_web.govuk.wording import MISSING_WORDS

AUTHORITY_PAGE: Final = "/register/authority/{key}/"
_STATUS_OF: Final = {status.replace("_", " "): status for status in STATUSES}
NO_VALUE: Final = "No value"
"""What stands in data where a column has no status beside it to say why."""
_FINEST: Final = 6
_DECIMALS: Final = {"count": 0, "percent": 1, "decimal": 1, "decimal2": 2, "decimal3": 3}
_FILTERS: Final[dict[str, tuple[str, ...]]] = {
    "extent": ("origin",),
    "authorities": ("region", "response"),
    "cold_spots": ("region",),
    "estimates": ("method",),
    "models": ("population",),
    "response_rates": ("cut",),
    "baseline": ("relation",),
    "understanding": ("question",),
    "inputs": ("purpose",),
}
"""Columns by which a table may be narrowed."""


def heads_of(view: TableView) -> list[dict[str, Any]]:
    """Headings as the macro ``table`` takes them."""
    return [{"text": column.label, "number": column.numeric} for column in view.columns]


def cells_of(view: TableView) -> list[list[dict[str, Any]]]:
    """Rows as the macro ``table`` takes them: words for what is missing, links to the pages of authorities."""
    return [
        [
            {"text": None, "missing": _words(cell)} if cell.missing else {"text": cell.text, "href": href}
            for cell, href in zip(row, _links(view, place), strict=True)
        ]
        for place, row in enumerate(view.rows)
    ]


def listing_of(view: TableView, about: str, source: str) -> Listing:
    """The table as a list; figures are numbers in it, and what is missing says why."""
    columns = tuple(_column(view, place) for place in range(len(view.columns)))
    labels = {column.key: column.label for column in columns}
    linked = view.name in _OF_AUTHORITIES
    frame = _frame(view, columns)
    return Listing(
        name=view.name,
        title=view.caption,
        about=about,
        columns=(_linked(columns[0]), *columns[1:]) if linked else columns,
        rows=frame,
        source=source,
        filters=tuple(
            Filter(key, labels[key]) for key in _FILTERS.get(view.name, ()) if frame[key].n_unique() > 1
        ),
        notes=(view.note,) if view.note else (),
        empty="The study published no row of this table.",
    )


def data_listing(
    name: str, title: str, about: str, columns: Mapping[str, str], rows: list[dict[str, Any]], source: str
) -> Listing:
    """A published table as data: every column under its own name, every row as it was published."""
    declared = columns_of(name)
    known = [column for column in declared if column in columns] + [
        one for one in columns if one not in declared
    ]
    present = [column for column in known if not rows or column in rows[0]]
    frame = pl.DataFrame(
        {column: pl.Series(column, [row.get(column) for row in rows], strict=False) for column in present}
    )
    shown = tuple(
        Column(
            column,
            column,
            "number" if frame.schema[column].is_numeric() else "text",
            missing=NO_VALUE,
            decimals=_places(frame, column),
        )
        for column in present
    )
    return Listing(
        name, title, about, shown, frame, source, empty="The study published no row of this table."
    )


_OF_AUTHORITIES: Final = frozenset({"authorities", "cold_spots"})


def _column(view: TableView, place: int) -> Column:
    shown: Shown = view.columns[place]
    cells = [row[place] for row in view.rows]
    number = shown.numeric and all(cell.missing or cell.value is not None for cell in cells)
    own_word = next(
        (cell.text for cell in cells if cell.missing and cell.text not in _STATUS_OF), shown.absent
    )
    return Column(
        shown.column,
        shown.label,
        "number" if number else "text",
        missing=MISSING_WORDS.get(own_word, own_word.capitalize()),
        decimals=_DECIMALS.get(shown.form) if number else None,
    )


def _linked(column: Column) -> Column:
    return Column(column.key, column.label, column.kind, AUTHORITY_PAGE, column.missing, column.decimals)


def _frame(view: TableView, columns: tuple[Column, ...]) -> pl.DataFrame:
    found: dict[str, pl.Series] = {}
    for place, column in enumerate(columns):
        cells = [row[place] for row in view.rows]
        if column.kind == "number":
            found[column.key] = pl.Series([cell.value for cell in cells], dtype=pl.Float64, strict=False)
        else:
            texts = [None if cell.missing else cell.text for cell in cells]
            found[column.key] = pl.Series(texts, dtype=pl.String)
        statuses = [_STATUS_OF.get(cell.text) if cell.missing else None for cell in cells]
        found[f"{column.key}_status"] = pl.Series(statuses, dtype=pl.String)
    if view.keys:
        found["key"] = pl.Series(list(view.keys), dtype=pl.String)
    return pl.DataFrame(found)


def _links(view: TableView, place: int) -> list[str | None]:
    """Where each cell of a row leads: the name of an authority to its page."""
    first = AUTHORITY_PAGE.format(key=view.keys[place]) if view.name in _OF_AUTHORITIES else None
    return [first, *[None] * (len(view.columns) - 1)]


def _words(cell: Cell) -> str:
    status = _STATUS_OF.get(cell.text)
    return MISSING_WORDS[status] if status in MISSING_WORDS else cell.text.capitalize()


def _places(frame: pl.DataFrame, column: str) -> int | None:
    """How many decimals the values of a column have, up to six; they were rounded where they had to be."""
    values = frame[column]
    if not values.dtype.is_float():
        return 0 if values.dtype.is_integer() else None
    finest = values.round(_FINEST)
    return next((places for places in range(_FINEST) if (values.round(places) == finest).all()), _FINEST)
