"""A figure or a gap of every school beside that of the nation or of similar schools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.codebooks.measures import load_measures
from leadscape.codebooks.themes import ByFigure, ByGap
from leadscape.core.missing import REPORTED
from leadscape.need.adjusted.config import AdjustConfig
from leadscape.need.adjusted.gaps import measure_gaps
from leadscape.need.adjusted.sampling import best_release
from leadscape.need.measures.periods import period_end
from leadscape.need.strengths.intervals import difference_interval, weighted_mean, with_interval
from leadscape.need.tables import ALL_PUPILS, DISADVANTAGED, OTHER_PUPILS

if TYPE_CHECKING:
    from leadscape.need.strengths.config import StrengthConfig

FIGURE_COLUMNS: Final = (
    "urn", "strength", "basis", "judged_by", "period", "dated", "value", "pupils", "compared_with", "difference", "low",
    "high", "grade", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """What a school is set beside.

    Attributes
    ----------
    areas
        Figures that files state of England.
    pairs
        ``urn``, ``neighbour_urn``; null where the nation is the comparison.
    """

    areas: pl.DataFrame
    pairs: pl.DataFrame | None
    config: StrengthConfig

    @property
    def words(self) -> str:
        """The comparison in words."""
        if self.pairs is None:
            return "the nation"
        return f"similar schools (at least {self.config.comparators_min} with a figure)"

    @property
    def not_there(self) -> str:
        """Why a school has nothing to be set beside."""
        if self.pairs is None:
            return "the nation's figure was not read"
        return "too few similar schools have the figure"

    def of(self, rows: pl.DataFrame, stated: float | None, england: float | None) -> tuple[pl.DataFrame, str]:
        """``urn``, ``mean``, ``mean_low``, ``mean_high``, ``n`` for the schools of ``rows``, and what that is in words.

        Parameters
        ----------
        rows
            ``urn``, ``value``, ``pupils``, ``own_low``, ``own_high``.
        stated, england
            The nation's figure by construction, and as a file states it.
        """
        known = rows.drop_nulls(["value", "own_low", "own_high"]).filter(pl.col("pupils") > 0)
        if self.pairs is not None:
            beside = (
                rows.select("urn")
                .join(self.pairs.select("urn", "neighbour_urn"), on="urn")
                .join(known, left_on="neighbour_urn", right_on="urn")
            )
            means = weighted_mean("value", "own_low", "own_high", "pupils", "urn", beside)
            enough = means.filter(pl.col("n") >= self.config.comparators_min)
            return enough, "similar schools, weighted with pupils"
        figure, words = stated, "0, the nation's mean by construction"
        if figure is not None and figure != 0:
            words = f"{figure:g}, the nation's figure as the codebook states it"
        if figure is None and england is not None:
            figure, words = england, f"England's {england:g} as published"
        if figure is None and known.height >= self.config.nation_schools_min:
            figure = known.select((pl.col("value") * pl.col("pupils")).sum() / pl.col("pupils").sum()).item()
            words = f"{figure:.1f}, the mean of {known.height:,} schools read, weighted with pupils"
        fixed = pl.lit(figure, pl.Float64)
        frame = rows.select(
            "urn", mean=fixed, mean_low=fixed, mean_high=fixed, n=pl.lit(known.height, pl.Int64)
        )
        return frame if figure is not None else frame.clear(), words if figure is not None else "nothing"

    def england(self, measure: str, period: str, group: str) -> float | None:
        """England's figure as a file states it: of state-funded schools, else of all."""
        rows = self.areas.filter(
            pl.col("area_kind") == "england",
            pl.col("measure") == measure,
            pl.col("period") == period,
            pl.col("pupils_group") == group,
            pl.col("value").is_not_null(),
        )
        if not rows.height:
            return None
        first = rows.sort(pl.col("area_code") == "state_funded", descending=True, maintain_order=True)
        return float(first["value"][0])


def judge_figures(
    by: ByFigure | ByGap, measures: pl.DataFrame, comparison: Comparison, config: StrengthConfig
) -> tuple[pl.DataFrame, str] | None:
    """One row a school with a row of the measure in its latest period; null where the data hold no value of it."""
    mine = measures.filter(pl.col("measure") == by.measure, pl.col("value").is_not_null())
    if isinstance(by, ByGap):
        mine = mine.filter(pl.col("pupils_group") == DISADVANTAGED)
    else:
        mine = mine.filter(pl.col("pupils_group") == ALL_PUPILS)
    if not mine.height:
        return None
    period = max(mine["period"].unique().to_list(), key=period_end)
    measure = load_measures().measure(by.measure)
    if isinstance(by, ByGap):
        rows, england = _gaps(by, measures, measure.unit, period, comparison, config)
        stated, label = None, f"Gap: {measure.label}"
    else:
        rows = best_release(
            measures.filter(
                pl.col("measure") == by.measure,
                pl.col("period") == period,
                pl.col("pupils_group") == ALL_PUPILS,
            )
        )
        rows = with_interval(rows, measure.unit, config.confidence, by.pupil_sd)
        england, stated, label = comparison.england(by.measure, period, ALL_PUPILS), by.nation, measure.label
    beside, words = comparison.of(rows, stated, england)
    joined = rows.join(beside, on="urn", how="left", maintain_order="left")
    difference, low, high = difference_interval()
    better = 1 if measure.better == "high" else -1
    known = joined.with_columns(difference=difference, diff_low=low, diff_high=high)
    up, down = ("diff_low", "diff_high") if better == 1 else ("diff_high", "diff_low")
    strength = (
        pl.when(pl.col("diff_low").is_null() | pl.col("diff_high").is_null()).then(pl.lit("unknown"))
        .when(pl.col(up) * better > 0).then(pl.lit("strong"))
        .when(pl.col(down) * better < 0).then(pl.lit("weak"))
        .otherwise(pl.lit("typical"))
    )  # fmt: skip
    hidden = pl.format("the figure is {}", pl.col("status").cast(pl.String).str.replace_all("_", " "))
    reason = (
        pl.when(pl.col("status") != REPORTED).then(pl.coalesce("told", hidden) if isinstance(by, ByGap) else hidden)
        .when(pl.col("own_low").is_null() | pl.col("own_high").is_null())
        .then(pl.lit("the figure has no interval: neither one is published nor the pupils behind it"))
        .when(pl.col("mean").is_null())
        .then(pl.lit(comparison.not_there))
    )  # fmt: skip
    frame = known.select(
        "urn",
        strength=strength,
        basis=pl.lit("interval"),
        judged_by=pl.lit(by.measure),
        period=pl.lit(period),
        dated=pl.lit(period_end(period)),
        value="value",
        pupils="pupils",
        compared_with="mean",
        difference="difference",
        low="diff_low",
        high="diff_high",
        grade=pl.lit(None, pl.String),
        reason=pl.when(strength == "unknown").then(reason),
    )
    # Half an interval is none: nothing of the difference is shown where nothing is told.
    none = pl.col("strength") == "unknown"
    frame = frame.with_columns(
        pl.when(~none).then(name).alias(name) for name in ("compared_with", "difference", "low", "high")
    )
    return frame.select(FIGURE_COLUMNS), f"{label}, {period}, beside {words}"


def _gaps(
    by: ByGap,
    measures: pl.DataFrame,
    unit: str,
    period: str,
    comparison: Comparison,
    config: StrengthConfig,
) -> tuple[pl.DataFrame, float | None]:
    """Gaps of a period with their intervals, and England's: of its two groups as published."""
    of_period = measures.filter(pl.col("period") == period)
    gaps = measure_gaps(of_period, by.measure, unit, AdjustConfig(confidence=config.confidence))
    rows = gaps.select(
        "urn", "status", value="gap", pupils="pupils", own_low="low", own_high="high", told="reason"
    )
    england = [comparison.england(by.measure, period, group) for group in (DISADVANTAGED, OTHER_PUPILS)]
    if england[0] is None or england[1] is None:
        return rows, None
    return rows, england[0] - england[1]
