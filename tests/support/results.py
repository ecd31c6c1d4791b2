"""Rows of Measures for tests: invented schools, or the tidy national files as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from leadscape.core.missing import REPORTED, Status, typed_measure


def figures(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Columns of Measures that the models read; what is not given is null, a value without status is reported."""
    names = {
        "urn": pl.String,
        "measure": pl.String,
        "period": pl.String,
        "pupils_group": pl.String,
        "value": pl.Float64,
        "status": pl.String,
        "pupils": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "release": pl.String,
    }
    defaults = {"measure": "m", "period": "2017/18", "pupils_group": "all", "release": "final"}
    listed = [
        {**defaults, "status": REPORTED if row.get("value") is not None else "suppressed", **row}
        for row in rows
    ]
    frame = pl.DataFrame([{name: row.get(name) for name in names} for row in listed], schema=names)
    return frame.with_columns(pl.col("status").cast(Status))


def tidy_national(folder: Path, stage: str, columns: Mapping[str, str]) -> pl.DataFrame:
    """Columns of the tidy national files of 2016 to 2018 as rows of Measures; ``columns`` is measure to column."""
    parts = []
    for year in (2016, 2017, 2018):
        raw = pl.read_csv(folder / f"performance/{stage}_perf_{year}.csv", infer_schema_length=0)
        pupils = pl.col("KS2 Pupils" if stage == "ks2" else "KS4 Pupils").cast(pl.Float64, strict=False)
        for measure, column in columns.items():
            typed = typed_measure(pl.col(column), "value")
            parts.append(
                raw.select(
                    urn=pl.col("URN"),
                    measure=pl.lit(measure),
                    period=pl.lit(f"{year - 1}/{year % 100}"),
                    pupils_group=pl.lit("all"),
                    value=typed.value,
                    status=typed.status,
                    pupils=pupils,
                    low=pl.lit(None, pl.Float64),
                    high=pl.lit(None, pl.Float64),
                    release=pl.lit("final"),
                )
            )
    return pl.concat(parts).filter(pl.col("urn").is_not_null())
