"""Every school in every theme: strong, typical, weak or unknown, beside the nation or similar schools.

Tables in: :class:`~leadscape.need.tables.Measures` and the others of :class:`Read`. Table out: :class:`Strengths`.
For each theme and stage the first entry of the codebook of which the data hold anything is used for every school. A
figure is set beside the comparison with the interval of the difference; it is strong or weak only where that leaves 0
out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from leadscape.codebooks.measures import load_measures
from leadscape.codebooks.themes import By, ByFigure, ByGap, ByInspection, ThemeBook, load_themes
from leadscape.core.errors import NotIdentified
from leadscape.core.tables import check_table, polars_schema
from leadscape.need.measures.periods import period_end
from leadscape.need.strengths.config import StrengthConfig
from leadscape.need.strengths.figures import Comparison, judge_figures
from leadscape.need.strengths.judgements import judge_balances, judge_inspections
from leadscape.need.strengths.tables import NO_FILE, Strengths
from leadscape.need.tables import AreaMeasures, Inspections, Measures

if TYPE_CHECKING:
    from collections.abc import Iterator

STAGE_PHASES = {
    "ks2": ("primary", "all_through", "middle"),
    "ks4": ("secondary", "all_through"),
    "ks5": ("secondary", "all_through", "sixteen_plus"),
}


@dataclass(frozen=True)
class Read:
    """What was read.

    Attributes
    ----------
    schools
        ``urn`` of the schools asked about and, where known, their ``phase``; without it every school with a figure or
        an inspection.
    pairs
        Similar schools, as :class:`~leadscape.need.similar.tables.SimilarSchools`; without it the comparison is the
        nation.
    """

    measures: pl.DataFrame = field(default_factory=Measures.create_empty)
    areas: pl.DataFrame = field(default_factory=AreaMeasures.create_empty)
    inspections: pl.DataFrame = field(default_factory=Inspections.create_empty)
    schools: pl.DataFrame | None = None
    pairs: pl.DataFrame | None = None


@dataclass(frozen=True, eq=False)
class Judged:
    """Strengths with what made them.

    Attributes
    ----------
    strengths
        As the declared table.
    used
        Theme and stage to the entry it was judged by, in words with the comparison.
    not_used
        Themes of which nothing was read.
    sentences
        What to print beside the strengths, chance included.
    """

    strengths: pl.DataFrame
    used: dict[tuple[str, str], str]
    not_used: tuple[str, ...]
    book: ThemeBook
    config: StrengthConfig
    comparison: str
    as_of: date

    @property
    def by_chance(self) -> pl.DataFrame:
        """One row: cells told by an interval, how many are strong and weak, and how many of each chance would make."""
        told = self.strengths.filter(pl.col("low").is_not_null())
        return told.select(
            cells=pl.len().cast(pl.Int64),
            strong=(pl.col("strength") == "strong").sum().cast(pl.Int64),
            weak=(pl.col("strength") == "weak").sum().cast(pl.Int64),
            by_chance_each=pl.len() * (1 - self.config.confidence) / 2,
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to print beside the strengths."""
        row = self.by_chance.row(0, named=True)
        unknown = self.strengths.filter(pl.col("strength") == "unknown").height
        told = [
            f"Compared with {self.comparison}; intervals of {100 * self.config.confidence:g} %.",
            f"Of {row['cells']:,} cells with an interval {row['strong']:,} are strong and {row['weak']:,} weak. Were "
            f"every school as its comparison, chance alone would make about {row['by_chance_each']:,.0f} of each.",
            f"{unknown:,} of {self.strengths.height:,} cells are unknown, which is not typical.",
        ]
        if self.not_used:
            told.append(f"Nothing was read of: {', '.join(self.not_used)}.")
        return tuple(told)


def find_strengths(
    read: Read,
    book: ThemeBook | None = None,
    config: StrengthConfig | None = None,
    *,
    as_of: date | None = None,
) -> Judged:
    """Judge every school in every theme.

    Parameters
    ----------
    as_of
        Day asked about: what ended or was inspected later is not looked at. By default the last day in the data.

    Raises
    ------
    NotIdentified
        When there is nothing to judge by.
    """
    book, config = book or load_themes(), config or StrengthConfig()
    day = as_of or _last_day(read)
    if day is None:
        raise NotIdentified(
            "No figure and no inspection was read.", "Nothing can be said of a school.", "Read files first."
        )
    ended = [p for p in read.measures["period"].unique().to_list() if period_end(p) <= day]
    measures = read.measures.filter(pl.col("period").is_in(ended))
    inspections = read.inspections.filter(pl.col("inspected_on") <= day)
    comparison = Comparison(read.areas, read.pairs, config)
    stages = _stages(read, measures, inspections)
    parts, used, not_used = [], {}, []
    for theme in book.themes:
        found = False
        for stage, entries in _by_stage(theme.by):
            urns = stages.filter(pl.col("stage") == stage).select("urn")
            for by in entries:
                judged = _judge(by, measures, inspections, comparison, config, day)
                if judged is None:
                    continue
                frame, words = judged
                parts.append(_all_schools(frame, urns, theme.id, stage))
                used[theme.id, stage], found = words, True
                break
        if not found:
            not_used.append(theme.label)
    if not parts:
        raise NotIdentified(
            "The data hold nothing that a theme is judged by.",
            "Nothing can be said of a school.",
            "Read results, absence, finance or inspections.",
        )
    strengths = check_table(pl.concat(parts).sort("urn", "theme", "stage"), Strengths, "Strengths")
    words = comparison.words
    return Judged(strengths, used, tuple(not_used), book, config, words, day)


def _last_day(read: Read) -> date | None:
    days = [period_end(one) for one in read.measures["period"].unique().to_list()]
    inspected = read.inspections["inspected_on"].max()
    days += [inspected] if isinstance(inspected, date) else []
    return max(days, default=None)


def _by_stage(entries: tuple[By, ...]) -> Iterator[tuple[str, list[By]]]:
    for stage in dict.fromkeys(one.stage for one in entries):
        yield stage, [one for one in entries if one.stage == stage]


def _judge(
    by: By,
    measures: pl.DataFrame,
    inspections: pl.DataFrame,
    comparison: Comparison,
    config: StrengthConfig,
    day: date,
) -> tuple[pl.DataFrame, str] | None:
    if isinstance(by, ByFigure | ByGap):
        return judge_figures(by, measures, comparison, config)
    if isinstance(by, ByInspection):
        return judge_inspections(by, inspections, config, day)
    return judge_balances(by, measures)


def _stages(read: Read, measures: pl.DataFrame, inspections: pl.DataFrame) -> pl.DataFrame:
    """``urn``, ``stage``: where a school has pupils, by its phase or its rows; of an unknown school, every one."""
    mine = measures if read.schools is None else measures.join(read.schools, on="urn", how="semi")
    listed = pl.concat(
        [
            mine.filter(pl.col("measure").is_in(_measures_of(stage)))
            .select("urn")
            .unique()
            .with_columns(stage=pl.lit(stage))
            for stage in STAGE_PHASES
        ]
    )
    if read.schools is None:
        urns = pl.concat([measures.select("urn"), inspections.select("urn")]).unique()
        asked = urns.with_columns(phase=pl.lit(None, pl.String))
    else:
        asked = read.schools.select(
            "urn", phase=pl.col("phase") if "phase" in read.schools.columns else pl.lit(None, pl.String)
        )
    phases = pl.DataFrame(
        [(stage, phase) for stage, known in STAGE_PHASES.items() for phase in known],
        schema=["stage", "phase"], orient="row",
    )  # fmt: skip
    by_phase = asked.join(phases, on="phase").select("urn", "stage")
    # A school of a phase without these stages (nursery, special) has those of its rows only.
    nothing = asked.filter(pl.col("phase").is_null()).join(listed, on="urn", how="anti")
    every = nothing.select("urn").join(pl.DataFrame({"stage": list(STAGE_PHASES)}), how="cross")
    own = listed.join(asked, on="urn", how="semi")
    anyone = asked.select("urn", stage=pl.lit("any"))
    return pl.concat([by_phase, own, every, anyone]).unique().sort("urn", "stage")


def _measures_of(stage: str) -> list[str]:
    return [one.id for one in load_measures().measures if one.stage == stage]


def _all_schools(frame: pl.DataFrame, urns: pl.DataFrame, theme: str, stage: str) -> pl.DataFrame:
    """One row a school at the stage; a school without a row is unknown."""
    basis, judged_by = frame["basis"].first(), frame["judged_by"].first()
    joined = urns.join(frame.drop("basis", "judged_by"), on="urn", how="left", maintain_order="left")
    return (
        joined.with_columns(
            theme=pl.lit(theme),
            stage=pl.lit(stage),
            basis=pl.lit(basis),
            judged_by=pl.lit(judged_by),
            reason=pl.when(pl.col("strength").is_null()).then(pl.lit(NO_FILE)).otherwise("reason"),
            strength=pl.col("strength").fill_null(pl.lit("unknown")),
        )
        .select(Strengths.column_names())
        .cast(polars_schema(Strengths))
    )
