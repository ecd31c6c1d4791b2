"""Thousands of rows into one table at once: copied beside it, then only what is new or differs is written.

Rows that are equal already are not touched, so that the history holds changes and nothing else. Nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import polars as pl
from psycopg import sql


@dataclass(frozen=True)
class Merged:
    """How many rows were new and how many were changed."""

    inserted: int = 0
    updated: int = 0

    def __add__(self, other: Merged) -> Merged:
        """Of two tables together."""
        return Merged(self.inserted + other.inserted, self.updated + other.updated)


def merge_rows(
    cursor: Any,
    table: str,
    frame: pl.DataFrame,
    *,
    key: str = "id",
    update: bool = True,
    once: Sequence[str] = (),
    unless: str = "false",
    skip: str = "false",
    version: str | None = None,
) -> Merged:
    """Insert the rows of ``frame`` that ``table`` lacks, and change those that differ.

    Parameters
    ----------
    cursor
        Of the owner's connection, inside a transaction.
    frame
        Columns named as in the database, one row a ``key``.
    update
        Whether rows that are there may be changed.
    once
        Columns written with a new row and never compared or changed.
    unless, skip
        SQL conditions on ``t`` (the table) and ``s`` (the new rows): rows that are not changed; rows not inserted.
    version
        Column that grows by one with every change.
    """
    if frame.is_empty():
        return Merged()
    target, stage = sql.Identifier(table), sql.Identifier(f"stage_{table}")
    names = [sql.Identifier(name) for name in frame.columns]
    columns = sql.SQL(", ").join(names)
    cursor.execute(
        sql.SQL("create temporary table {} on commit drop as select {} from {} with no data").format(
            stage, columns, target
        )
    )
    copy_rows(cursor, stage, columns, frame)
    cursor.execute(sql.SQL("analyze {}").format(stage))
    fixed = {key, version, *once}
    compared = [sql.Identifier(name) for name in frame.columns if name not in fixed]
    updated = 0
    if update and compared:
        cursor.execute(
            sql.SQL(
                "update {target} t set {changes} from {stage} s where t.{key} = s.{key}"
                " and ({old}) is distinct from ({new}) and not ({unless})"
            ).format(
                target=target,
                stage=stage,
                key=sql.Identifier(key),
                changes=sql.SQL(", ").join(
                    [sql.SQL("{0} = s.{0}").format(name) for name in compared]
                    + ([sql.SQL("{0} = t.{0} + 1").format(sql.Identifier(version))] if version else [])
                ),
                old=sql.SQL(", ").join(sql.SQL("t.{}").format(name) for name in compared),
                new=sql.SQL(", ").join(sql.SQL("s.{}").format(name) for name in compared),
                unless=sql.SQL(unless),  # pyright: ignore[reportArgumentType]
            )
        )
        updated = cursor.rowcount
    cursor.execute(
        sql.SQL(
            "insert into {target} ({columns}) select {columns} from {stage} s"
            " where not exists (select 1 from {target} t where t.{key} = s.{key}) and not ({skip})"
        ).format(
            target=target,
            stage=stage,
            columns=columns,
            key=sql.Identifier(key),
            skip=sql.SQL(skip),  # pyright: ignore[reportArgumentType]
        )
    )
    inserted = cursor.rowcount
    cursor.execute(sql.SQL("drop table {}").format(stage))
    return Merged(inserted, updated)


def copy_rows(cursor: Any, target: sql.Composable, columns: sql.Composable, frame: pl.DataFrame) -> None:
    """Copy a frame as CSV; lists of texts become arrays."""
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    text = BytesIO()
    frame.with_columns(_as_array(name) for name in lists).write_csv(text, include_header=False)
    with cursor.copy(sql.SQL("copy {} ({}) from stdin with (format csv)").format(target, columns)) as copying:
        copying.write(text.getvalue())


def _as_array(name: str) -> pl.Expr:
    element = (
        pl.element().str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    )
    quoted = pl.col(name).list.eval(pl.concat_str(pl.lit('"'), element, pl.lit('"')))
    return pl.concat_str(pl.lit("{"), quoted.list.join(","), pl.lit("}")).alias(name)
