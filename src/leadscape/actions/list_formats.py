"""Show the register formats that come with leadscape; each is a mapping one can start from."""

from __future__ import annotations

import polars as pl

from leadscape.core.errors import NotFound
from leadscape.register.formats import format_source, shipped_formats


def describe_formats() -> pl.DataFrame:
    """One row a format: ``id``, ``fills`` (table), ``country``, ``title``; files that are refused are left out."""
    known = [entry for entry in shipped_formats() if entry.refused is None]
    return pl.DataFrame(
        {
            "id": [entry.id for entry in known],
            "fills": [entry.table for entry in known],
            "country": [entry.country for entry in known],
            "title": [entry.title for entry in known],
        }
    )


def print_format(format_id: str) -> str:
    """The format's own file.

    Raises
    ------
    NotFound
        When there is none with this id.
    """
    source = format_source(format_id)
    if source is None:
        raise NotFound(
            f"There is no format {format_id!r}.",
            "A mapping of your own is easiest to write from one that works.",
            "`leadscape register formats` lists them.",
        )
    return source
