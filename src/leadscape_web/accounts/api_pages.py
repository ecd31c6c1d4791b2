"""How is a long list read in parts, so that every row comes exactly once while others are added?

A page ends at a key, and the next begins after it (keyset): nothing is counted off from the start, so rows that appear
or go meanwhile move no other row from one page to the next.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Field, Schema
from pydantic import AfterValidator

Item = TypeVar("Item")
Record = TypeVar("Record", bound=Model)
MOST: Final = 500
USUAL: Final = 100


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("a text must not hold the character NUL")
    return text


Text = Annotated[str, Field(max_length=200), AfterValidator(_without_nul)]
"""A text as a parameter: up to 200 characters, none of them NUL, which no text in the database holds."""


Reason = Annotated[str, Field(max_length=500), AfterValidator(_without_nul)]
"""A reason in a body; as long as the screens take one."""


Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]
"""A day as a parameter; none so far away that a clock could not tell it."""


class BadCursor(ValueError):
    """A cursor that this list did not give."""


class PageQuery(Schema):
    """Which part of a list."""

    limit: int = Field(USUAL, ge=1, le=MOST, description="Rows in a page at most.")
    cursor: Text | None = Field(
        None,
        description="Where the page begins: next_cursor of the page before. Opaque; leave it out to begin.",
    )


class Page(Schema, Generic[Item]):
    """One part of a list, in a stable order; every row that exists throughout comes exactly once."""

    items: list[Item] = Field(description="The rows.")
    next_cursor: str | None = Field(description="Parameter cursor of the next page; null: this is the last.")
    next: str | None = Field(description="Address of the next page; null: this is the last.")


def page_of(
    request: HttpRequest,
    query: PageQuery,
    records: QuerySet[Record],
    key: str,
    shapes: Callable[[list[Record]], list[Any]],
    page: type[Page[Any]],
) -> Page[Any]:
    """One page of ``records``, in the order of ``key``.

    Parameters
    ----------
    key
        Column that no two records share.
    shapes
        Makes the items of some records.
    page
        The page's type, such as ``Page[SchoolShape]``.

    Raises
    ------
    BadCursor
        When the cursor is none that such a list gives.
    """
    field = records.model._meta.get_field(key)
    ordered = records.order_by(key)
    if query.cursor is not None:
        try:
            after = field.to_python(_read(query.cursor))  # type: ignore[union-attr]
        except ValidationError as error:
            raise BadCursor(query.cursor) from error
        ordered = ordered.filter(**{f"{key}__gt": after})
    found = list(ordered[: query.limit + 1])
    more = len(found) > query.limit
    shown = found[: query.limit]
    cursor = write_cursor(getattr(shown[-1], key)) if more else None
    return page(items=shapes(shown), next_cursor=cursor, next=address_after(request, cursor))


def each(shape: Callable[[Record], Item]) -> Callable[[list[Record]], list[Item]]:
    """Items of some records, made one by one."""
    return lambda records: [shape(record) for record in records]


def write_cursor(value: UUID | str | int) -> str:
    """A key as an opaque text."""
    kept = value if isinstance(value, int) else str(value)
    return base64.urlsafe_b64encode(json.dumps(kept).encode()).decode().rstrip("=")


def address_after(request: HttpRequest, cursor: str | None) -> str | None:
    """The address that was asked for, from a cursor on; null without one."""
    if cursor is None:
        return None
    parameters = [
        (name, value) for name, values in request.GET.lists() for value in values if name != "cursor"
    ]
    return f"{request.path}?{urlencode([*parameters, ('cursor', cursor)])}"


def _read(cursor: str) -> Any:
    try:
        value = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise BadCursor(cursor) from error
    if isinstance(value, bool) or not isinstance(value, str | int) or "\x00" in str(value):
        raise BadCursor(cursor)
    return value


def read_position(cursor: str | None) -> int:
    """A cursor over rows that never change, as how many come before; 0 without one.

    Raises
    ------
    BadCursor
        When it is none.
    """
    value = _read(cursor) if cursor is not None else 0
    if not isinstance(value, int) or value < 0:
        raise BadCursor(cursor or "")
    return value
