"""Adjust one measure for intake from the tables that `leadscape need read` wrote, with trend and gap."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from leadscape.codebooks.measures import load_measures
from leadscape.core.errors import CodebookProblem, FileProblem
from leadscape.core.writing import write_csv, write_parquet
from leadscape.need.adjusted.config import AdjustConfig
from leadscape.need.adjusted.gaps import measure_gaps
from leadscape.need.adjusted.performance import Adjusted, adjust_performance
from leadscape.need.adjusted.trends import measure_trends
from leadscape.need.context import context_ages
from leadscape.need.tables import ALL_PUPILS

NOT_INTAKE: Final = ("postcode", "latitude", "longitude")


@dataclass(frozen=True)
class AdjustedMeasure:
    """One measure adjusted, with trend and gap, and the files they were written to."""

    adjusted: Adjusted
    trends: pl.DataFrame
    gaps: pl.DataFrame
    written: tuple[Path, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to print."""
        rows = self.adjusted.performance
        unknown = rows.filter(pl.col("adjusted").is_null()).height
        return (
            *self.adjusted.sentences,
            f"{rows.height:,} results of {rows['urn'].n_unique():,} schools; {unknown:,} cannot be adjusted and are "
            "unknown, not typical.",
        )

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """Every table by name."""
        return {
            "adjusted_performance": self.adjusted.performance,
            "school_effects": self.adjusted.effects,
            "coefficients": self.adjusted.coefficients,
            "trends": self.trends,
            "gaps": self.gaps,
        }

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {"sentences": list(self.sentences), **self.tables}


def adjust_measure(
    folder: Path,
    measure: str,
    *,
    intake: tuple[str, ...] = (),
    pupils_group: str = ALL_PUPILS,
    confidence: float = 0.90,
    output: Path | None = None,
    file_format: str = "csv",
) -> AdjustedMeasure:
    """Adjust ``measure`` of the tables in ``folder`` for intake.

    Parameters
    ----------
    intake
        Ids of characteristics; by default every one that the tables hold and the codebook calls intake or context.
    output
        Folder for the tables.

    Raises
    ------
    FileProblem
        When the folder has no table of figures.
    CodebookProblem
        When the measure is not one of the codebook, or is itself intake.
    NotComparable, NotIdentified
        As :func:`leadscape.need.adjusted.performance.adjust_performance`.
    """
    book = {one.id: one for one in load_measures().measures}
    if measure not in book or book[measure].use != "outcome":
        outcomes = [one.id for one in book.values() if one.use == "outcome"]
        raise CodebookProblem(
            f"{measure!r} is not an outcome of the codebook of measures.",
            "Intake is what outcomes are adjusted for.",
            f"Use one of: {', '.join(outcomes)}.",
        )
    measures, context = _table(folder, "measures"), _table(folder, "context", needed=False)
    wanted = intake or tuple(one.id for one in book.values() if one.use in ("intake", "context"))
    wide, notes = _intake(measures, context, measure, wanted)
    config = AdjustConfig(confidence=confidence)
    unit = book[measure].unit
    adjusted = adjust_performance(
        measures, measure, unit, wide, config, pupils_group=pupils_group, notes=notes
    )
    done = AdjustedMeasure(
        adjusted, measure_trends(adjusted), measure_gaps(measures, measure, unit, config), ()
    )
    if output is None:
        return done
    write = write_parquet if file_format == "parquet" else write_csv
    output.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, table in done.tables.items():
        path = output / f"{name}.{'parquet' if file_format == 'parquet' else 'csv'}"
        write(table, path)
        paths.append(path)
    return AdjustedMeasure(adjusted, done.trends, done.gaps, tuple(paths))


def _table(folder: Path, name: str, *, needed: bool = True) -> pl.DataFrame:
    path = folder / f"{name}.parquet"
    if path.exists():
        return pl.read_parquet(path)
    if not needed:
        return pl.DataFrame()
    raise FileProblem(
        f"{folder} holds no {name}.parquet.",
        "Figures are adjusted from the tables that reading wrote.",
        "Run `leadscape need read FILES --output FOLDER` first.",
    )


def _intake(
    measures: pl.DataFrame, context: pl.DataFrame, measure: str, wanted: tuple[str, ...]
) -> tuple[pl.DataFrame, dict[str, str]]:
    """One row a school and period: intake published with the results first, then context of whatever year, marked."""
    results = measures.filter(pl.col("measure") == measure)
    wide = results.select("urn", "period").unique(maintain_order=True)
    yearly = measures.filter(pl.col("measure").is_in(wanted), pl.col("pupils_group") == ALL_PUPILS)
    if yearly.height:
        listed = yearly.pivot("measure", index=["urn", "period"], values="value", aggregate_function="last")
        wide = wide.join(listed, on=["urn", "period"], how="left")
    notes = {}
    if context.height:
        mine = context.filter(pl.col("measure").is_in([name for name in wanted if name not in wide.columns]))
        if mine.height:
            latest = mine.sort("period").pivot(
                "measure", index="urn", values="value", aggregate_function="last"
            )
            wide = wide.join(latest, on="urn", how="left")
            ages = (
                context_ages(mine, results).filter(pl.col("gap_years") != 0).sort("measure", "results_period")
            )
            notes = dict(ages.unique("measure", keep="last").select("measure", "statement").iter_rows())
    return wide.drop([name for name in NOT_INTAKE if name in wide.columns]), notes
