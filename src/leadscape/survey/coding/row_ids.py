"""Ids of rows from what they say, the same on every run and every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from leadscape.core.identifiers import content_id

if TYPE_CHECKING:
    from collections.abc import Iterable


def row_ids(prefix: str, parts: pl.DataFrame) -> pl.Series:
    """One :func:`~leadscape.core.identifiers.content_id` a row, from all its columns in their order."""
    rows: Iterable[tuple[str | None, ...]] = parts.cast(pl.String).iter_rows()
    return pl.Series([content_id(prefix, *row) for row in rows], dtype=pl.String)
