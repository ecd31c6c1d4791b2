"""Strengths without an interval: what inspectors judged, and whether money was short year after year."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from leadscape.codebooks.measures import load_measures
from leadscape.core.missing import REPORTED
from leadscape.need.adjusted.sampling import best_release
from leadscape.need.measures.periods import period_end
from leadscape.need.strengths.figures import FIGURE_COLUMNS
from leadscape.need.tables import ALL_PUPILS

if TYPE_CHECKING:
    from leadscape.codebooks.themes import ByBalance, ByInspection
    from leadscape.need.strengths.config import StrengthConfig

_NUMBERS = ("value", "pupils", "compared_with", "difference", "low", "high")


def judge_inspections(
    by: ByInspection, inspections: pl.DataFrame, config: StrengthConfig, as_of: date
) -> tuple[pl.DataFrame, str] | None:
    """One row a school that was inspected, by its *latest* inspection only; null where no area of the entry was read.

    An older inspection does not speak for a later one that says nothing of the theme, nor one framework for another.
    """
    meant = pl.DataFrame(
        [(one.framework, one.area, list(one.strong), list(one.weak)) for one in by.grades],
        schema={
            "framework": pl.String,
            "area": pl.String,
            "strong": pl.List(pl.String),
            "weak": pl.List(pl.String),
        },
        orient="row",
    )
    if not inspections.join(meant, on=["framework", "area"], how="semi").height:
        return None
    latest = inspections.filter(pl.col("inspected_on") == pl.col("inspected_on").max().over("urn"))
    about = latest.group_by("urn").agg(
        dated=pl.col("inspected_on").first(), framework=pl.col("framework").unique().sort().str.join(", ")
    )
    graded = (
        latest.join(meant, on=["framework", "area"])
        .with_columns(
            told=pl.when(pl.col("grade").is_null()).then(None)
            .when(pl.col("grade").is_in("strong")).then(pl.lit("strong"))
            .when(pl.col("grade").is_in("weak")).then(pl.lit("weak"))
            .otherwise(pl.lit("typical"))
        )
        .group_by("urn")
        .agg(
            told=pl.when(pl.col("told").null_count() == 0, pl.col("told").n_unique() == 1).then(
                pl.col("told").first()
            ),
            grade=pl.col("grade").unique().sort().str.join(" or "),
            areas=pl.len(),
        )
    )  # fmt: skip
    oldest = date(as_of.year - config.inspections_years_max, as_of.month, min(as_of.day, 28))
    joined = about.join(graded, on="urn", how="left", maintain_order="left")
    old = pl.col("dated") < oldest
    reason = (
        pl.when(pl.col("areas").is_null())
        .then(pl.format("the latest inspection ({}) does not judge it", pl.col("framework")))
        .when(pl.col("told").is_null())
        .then(pl.lit("the grade of the latest inspection was not read, or there are two"))
        .when(old)
        .then(pl.format("the latest inspection was on {}", pl.col("dated")))
    )
    known = joined.with_columns(reason=reason)
    frame = known.select(
        "urn",
        strength=pl.when(pl.col("reason").is_null()).then("told").otherwise(pl.lit("unknown")),
        basis=pl.lit("inspection"),
        judged_by=pl.lit(by.grades[-1].area),
        period="framework",
        dated="dated",
        grade=pl.when(pl.col("grade") != "").then("grade"),
        reason="reason",
        **{name: pl.lit(None, pl.Float64) for name in _NUMBERS},
    )
    areas = ", ".join(dict.fromkeys(one.area.replace("_", " ") for one in by.grades))
    return frame.select(
        FIGURE_COLUMNS
    ), f"Latest inspection by {as_of}: {areas}; a judgement, without an interval"


def judge_balances(by: ByBalance, measures: pl.DataFrame) -> tuple[pl.DataFrame, str] | None:
    """One row a school: weak where the balance is negative in every year, strong where in none; null without data.

    A year that is not known leaves *weak* and *strong* open unless the others decide against both.
    """
    mine = measures.filter(pl.col("measure") == by.measure, pl.col("pupils_group") == ALL_PUPILS)
    known_periods = mine.filter(pl.col("value").is_not_null())["period"].unique().to_list()
    if not known_periods:
        return None
    last = max(known_periods, key=period_end)
    periods = [_earlier(last, back) for back in range(by.years)]
    rows = best_release(mine).filter(pl.col("period").is_in(periods))
    found = rows.group_by("urn").agg(
        negative=(pl.col("value") < 0).sum(),
        not_negative=(pl.col("value") >= 0).sum(),
        latest=pl.col("value").filter(pl.col("period") == last).first(),
        silent=pl.col("status").cast(pl.String).filter(pl.col("status") != REPORTED).first(),
    )
    strength = (
        pl.when(pl.col("negative") == by.years).then(pl.lit("weak"))
        .when(pl.col("not_negative") == by.years).then(pl.lit("strong"))
        .when((pl.col("negative") > 0) & (pl.col("not_negative") > 0)).then(pl.lit("typical"))
        .otherwise(pl.lit("unknown"))
    )  # fmt: skip
    frame = found.select(
        "urn",
        strength=strength,
        basis=pl.lit("balance"),
        judged_by=pl.lit(by.measure),
        period=pl.lit(f"{periods[-1]} to {last}"),
        dated=pl.lit(period_end(last)),
        grade=pl.lit(None, pl.String),
        reason=pl.when(strength == "unknown").then(
            pl.lit(f"fewer than {by.years} years are known and those do not decide")
        ),
        value="latest",
        **{name: pl.lit(None, pl.Float64) for name in _NUMBERS if name != "value"},
    )
    label = load_measures().measure(by.measure).label
    words = f"{label}, {periods[-1]} to {last}: negative in every year is weak, in none strong; without an interval"
    return frame.select(FIGURE_COLUMNS), words


def _earlier(period: str, back: int) -> str:
    first, mark = int(period[:4]) - back, period[4:5]
    return f"{first}{mark}{(first + 1) % 100:02d}" if mark else str(first)
