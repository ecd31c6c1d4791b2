"""Where do the values of a list lead? From the name of a page to the address of each row, asked of the urls once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.urls import reverse

Href = Callable[[Mapping[str, Any]], str | None]


def address_of(name: str, **columns: str) -> Href:
    """An ``href`` for a column of a listing: the page ``name``, with arguments out of columns of the row.

    ``address_of("register:school", urn="urn")`` leads to the school of the row, and nowhere where the row has none. A
    list has thousands of rows, so the address is made once and filled in.

    Parameters
    ----------
    columns
        Argument of the page to the column that it is taken from.
    """

    def href(row: Mapping[str, Any]) -> str | None:
        values = {column: row.get(column) for column in columns.values()}
        if any(value is None or value == "" for value in values.values()):
            return None
        return _pattern(name, tuple(columns.items())).format_map(
            {column: quote(str(value), safe="") for column, value in values.items()}
        )

    return href


@cache
def _pattern(name: str, columns: tuple[tuple[str, str], ...]) -> str:
    # Any kind of argument takes the text of a UUID, and no address has one of its own.
    stands = {argument: UUID(int=number) for number, (argument, _) in enumerate(columns, start=1)}
    pattern = reverse(name, kwargs=stands).replace("{", "{{").replace("}", "}}")
    for argument, column in columns:
        pattern = pattern.replace(str(stands[argument]), f"{{{column}}}")
    return pattern
