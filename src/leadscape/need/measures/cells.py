"""From a wide table of text to one row a figure: value, reason and word of the file, pupils, interval.

A cell that is neither a number nor a known word is *unknown*, keeps what is written, and is a problem; a percentage
outside 0 to 100 or an interval that ends before it begins likewise. No cell is dropped and none becomes zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.missing import PUBLISHED_CODES, REPORTED, UNKNOWN, Status, typed_measure
from leadscape.core.tables import no_problems
from leadscape.core.tabular import ROW
from leadscape.need.measures.rows import AREA, SCHOOL

if TYPE_CHECKING:
    from leadscape.codebooks.measures import MeasureBook
    from leadscape.need.formats import Figure

KEYS: Final = (ROW, "_whose", "_urn", "_area_kind", "_area_code", "_name", "_period", "_release")
_RANGES: Final[dict[str, tuple[float, float]]] = {
    "pct": (0, 100),
    "pupils": (0, float("inf")),
    "decile": (1, 10),
}


def melt_figures(
    rows: pl.DataFrame, figures: Sequence[Figure], book: MeasureBook
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row a figure, and what was wrong with single cells.

    Parameters
    ----------
    rows
        From :func:`~leadscape.need.measures.rows.sort_rows`.
    figures
        What the file holds.

    Returns
    -------
    tuple of polars.DataFrame
        Figures with :data:`KEYS`, ``measure``, ``pupils_group``, ``value``, ``status``, ``code``, ``pupils``,
        ``low``, ``high``; and problems as :class:`~leadscape.core.tables.Problems`.
    """
    used = rows.filter(pl.col("_whose").is_in([SCHOOL, AREA])).sort(ROW)
    parts, problems = [], [no_problems()]
    for figure in figures:
        low, high = _number(figure.low), _number(figure.high)
        text = pl.col(figure.value)
        value, status = typed_measure(text, "value")
        frame = used.select(
            *(pl.col(key) for key in KEYS),
            measure=pl.lit(figure.measure),
            pupils_group=pl.lit(figure.group),
            value=value,
            status=status.alias("status"),
            code=text,
            pupils=pl.when(_number(figure.pupils) >= 0).then(_number(figure.pupils)),
            low=low,
            high=high,
        )
        lowest, highest = _RANGES.get(book.measure(figure.measure).unit, (-float("inf"), float("inf")))
        impossible = (pl.col("value") < lowest) | (pl.col("value") > highest)
        strange = (pl.col("status") == UNKNOWN) & ~pl.col("code").str.to_lowercase().is_in(
            list(PUBLISHED_CODES)
        )
        crossed = pl.col("low") > pl.col("high")
        for wrong, column, rule in (
            (impossible, figure.value, f"Must lie between {lowest:g} and {highest:g}; read as unknown."),
            (strange, figure.value, "Must be a number or a known word for a missing value; read as unknown."),
            (crossed, figure.low, "An interval must not end before it begins; it was left out."),
        ):
            found = frame.filter(wrong)
            if found.height:
                written = used.join(found.select(ROW), on=ROW, how="semi", maintain_order="left")
                problems.append(
                    written.select(
                        row=pl.col(ROW), column=pl.lit(column), value=pl.col(str(column)), rule=pl.lit(rule)
                    )
                )
        parts.append(
            frame.with_columns(
                value=pl.when(~impossible).then("value"),
                status=pl.when(impossible).then(pl.lit(UNKNOWN).cast(Status)).otherwise("status"),
                low=pl.when(~crossed | crossed.is_null()).then("low"),
                high=pl.when(~crossed | crossed.is_null()).then("high"),
            ).with_columns(code=pl.when(pl.col("status") != REPORTED).then("code"))
        )
    return pl.concat(parts), pl.concat(problems)


def count_missing(rows: pl.DataFrame, columns: Sequence[str], source: str) -> pl.DataFrame:
    """As :class:`~leadscape.need.tables.MissingCodes`: every cell of the columns that holds no number."""
    used = rows.filter(pl.col("_whose").is_in([SCHOOL, AREA]))
    parts = [
        used.select(
            rows=pl.when(pl.col("_whose") == SCHOOL).then(pl.lit("schools")).otherwise(pl.lit("areas")),
            column=pl.lit(name),
            code=pl.col(name).fill_null(""),
            status=typed_measure(pl.col(name), "cell").status,
        ).filter(pl.col("status") != REPORTED)
        for name in columns
    ]
    return (
        pl.concat(parts)
        .group_by("rows", "column", "code", "status")
        .agg(cells=pl.len().cast(pl.Int64))
        .with_columns(source=pl.lit(source), rows=pl.col("rows").cast(pl.Enum(["schools", "areas"])))
        .sort("rows", "column", "code")
        .select("source", "rows", "column", "code", "status", "cells")
    )


def _number(header: str | None) -> pl.Expr:
    if header is None:
        return pl.lit(None, pl.Float64)
    return typed_measure(pl.col(header), "number").value
