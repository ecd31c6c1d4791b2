"""Which id does a record get? The same for the same content, so that a load can be repeated.

Ids are UUIDs made from the library's keys. No id is made from a person's name: whoever has an id and a guess could
check it, even after the name was erased.
"""

from __future__ import annotations

import uuid
from typing import Final

import polars as pl

NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_DNS, "leadscape.example")


def content_uuid(kind: str, *parts: object) -> str:
    """The id of one record of ``kind``, from what makes it this one and no other."""
    joined = "\x1f".join([kind, *("\x00" if part is None else str(part) for part in parts)])
    return str(uuid.uuid5(NAMESPACE, joined))


def content_uuids(kind: str, frame: pl.DataFrame, *columns: str) -> pl.Series:
    """The ids of the rows of ``frame``, as text; null where the first column is."""
    made = [
        None if row[0] is None else content_uuid(kind, *row)
        for row in frame.select(pl.col(columns).cast(pl.String)).iter_rows()
    ]
    return pl.Series("id", made, dtype=pl.String)
