"""Which file keeps stating what a newer file does not hold?

A row names the file that stated it last. Columns that this file lacks keep their value, and ``stated_by`` their file.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import polars as pl
from psycopg import sql

COLUMN = "stated_by"


def with_stated_by(
    cursor: Any, table: str, rows: pl.DataFrame, kept: Collection[str], *, key: str = "id"
) -> pl.DataFrame:
    """Rows of a newer file, with the files of what they do not say.

    Parameters
    ----------
    rows
        With ``source_id``, the file that states them; one row a ``key``.
    kept
        Columns of the table that the file does not hold. Only those that hold something have a file.

    Returns
    -------
    polars.DataFrame
        ``rows`` with ``stated_by``: column to id of a file, as JSON; null where there is none.
    """
    columns = sorted((set(kept) & set(rows.columns)) - {key, "source_id"})
    if not columns or rows.is_empty():
        return rows.with_columns(pl.lit(None, pl.String).alias(COLUMN))
    cursor.execute(
        sql.SQL(
            "select {key}::text, source_id::text, stated_by::text, array_remove(array[{holds}], null) from {table}"
            " where {key}::text = any (%s)"
        ).format(
            key=sql.Identifier(key),
            table=sql.Identifier(table),
            holds=sql.SQL(", ").join(
                sql.SQL("case when {0}::text is not null then {1} end").format(
                    sql.Identifier(one), sql.Literal(one)
                )
                for one in columns
            ),
        ),
        [rows[key].to_list()],
    )
    files = dict(rows.select(key, "source_id").iter_rows())
    told = {
        row: _files(source, others, holds, files[row]) for row, source, others, holds in cursor.fetchall()
    }
    return rows.with_columns(pl.Series(COLUMN, [told.get(row) for row in files], dtype=pl.String))


def _files(source: str | None, others: str | None, holds: list[str], new: str) -> str | None:
    before = json.loads(others) if others else {}
    files = {column: before.get(column, source) for column in holds}
    differ = {column: file for column, file in files.items() if file and file != new}
    return json.dumps(differ) if differ else None
