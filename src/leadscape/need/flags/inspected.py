"""Statements about inspections: what is the latest, what was the one before, and is a grade in the rule's words?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from leadscape.codebooks.rule_conditions import INSPECTIONS, InspectionIs, NotInspected
from leadscape.need.flags.figures import SEEN

if TYPE_CHECKING:
    from leadscape.codebooks.rules import Word
    from leadscape.need.flags.evidence import Evidence


def answer_inspection(
    statement: InspectionIs,
    word: Word,
    urns: pl.DataFrame,
    evidence: Evidence,
    as_of: date,
    stale_days: int,
) -> pl.DataFrame:
    """One row a school of ``urns``, in its order, as :func:`~leadscape.need.flags.figures.answer_figure`.

    An inspection is everything judged of a school from one day on. It is what the word says where any area that the
    word names for its framework has one of the grades; it is not where all of them are known and none has. Under a
    framework that the word does not name nobody can tell.
    """
    read = evidence.inspections.filter(pl.col("inspected_on") <= as_of)
    days = (
        read.select("urn", "inspected_on")
        .unique()
        .sort("urn", "inspected_on", descending=[False, True])
        .with_columns(back=pl.int_range(pl.len()).over("urn"), inspections=pl.len().over("urn"))
    )
    back = INSPECTIONS[statement.which]
    chosen = days.filter(pl.col("back") == back).select("urn", "inspected_on")
    rows = read.join(chosen, on=["urn", "inspected_on"])
    meant = pl.DataFrame(
        [(one.framework, one.area, list(one.grades)) for one in word.judged],
        schema={"framework": pl.String, "area": pl.String, "grades": pl.List(pl.String)},
        orient="row",
    )
    areas = meant.group_by("framework").agg(areas=pl.len())
    about = (
        rows.group_by("urn")
        .agg(
            pl.col("inspected_on").first(),
            frameworks=pl.col("framework").unique().sort(),
            published_on=pl.col("published_on").max(),
            source=pl.col("source").first(),
        )
        .with_columns(framework=pl.col("frameworks").list.join(", "))
    )
    expected = (
        rows.select("urn", "framework")
        .unique()
        .join(areas, on="framework")
        .group_by("urn")
        .agg(expected=pl.col("areas").sum())
    )
    judged = (
        rows.join(meant, on=["framework", "area"])
        .with_columns(meets=pl.col("grade").is_in("grades"))
        .group_by("urn", "framework", "area")
        .agg(
            # Two grades of one area on one day that answer differently are no answer.
            meets=pl.when(pl.col("meets").null_count() == 0, pl.col("meets").n_unique() == 1).then(
                pl.col("meets").first()
            ),
            contradicted=(pl.col("grade").n_unique() > 1),
            shown=pl.format(
                "{}: {}", pl.col("area").first(), pl.col("grade").unique().sort().str.join(" or ")
            ),
            silent=pl.col("status").cast(pl.String).filter(pl.col("grade").is_null()).first(),
        )
        .sort("urn", "framework", "area")
        .group_by("urn", maintain_order=True)
        .agg(
            yes=pl.col("meets").sum(),
            no=pl.col("meets").not_().sum(),
            contradicted=pl.col("contradicted").any(),
            judgement=pl.col("shown").drop_nulls().str.replace_all("_", " ").str.join("; "),
            silent=pl.col("silent").drop_nulls().first(),
        )
    )
    joined = (
        urns.join(about, on="urn", how="left", maintain_order="left")
        .join(expected, on="urn", how="left", maintain_order="left")
        .join(judged, on="urn", how="left", maintain_order="left")
        .join(days.select("urn", "inspections").unique(), on="urn", how="left", maintain_order="left")
    )
    newest = read["inspected_on"].max()
    stale = isinstance(newest, date) and newest < as_of - timedelta(days=stale_days)
    holds = (
        pl.when(pl.lit(stale)).then(None)
        .when(pl.col("yes") > 0).then(pl.lit(value=True))
        .when(pl.col("no") == pl.col("expected")).then(pl.lit(value=False))
    )  # fmt: skip
    none = "no inspection was read" if back == 0 else "no inspection before the latest was read"
    reasons = [
        (pl.lit(stale), pl.lit(f"inspections were read up to {newest} only"), "files end too early"),
        (pl.col("inspected_on").is_null(), pl.lit(none), none.removesuffix(" was read")),
        (
            pl.col("expected").is_null(),
            pl.format("inspected under {}, of which the rule says nothing", pl.col("framework")),
            "another framework",
        ),
        (pl.col("contradicted"), pl.lit("two grades were read for one area on one day"), "two grades"),
        (
            pl.col("silent").is_not_null(),
            pl.format("a grade of the inspection is {}", pl.col("silent").str.replace_all("_", " ")),
            "grade not read",
        ),
    ]
    why, kind = pl.lit("a grade that the rule asks for was not read"), pl.lit("grade not read")
    for condition, told, called in reversed(reasons):
        why = pl.when(condition).then(told).otherwise(why)
        kind = pl.when(condition).then(pl.lit(called)).otherwise(kind)
    known = joined.with_columns(holds=holds)
    return known.select(
        "holds",
        value=pl.lit(None, pl.Float64),
        judgement=pl.when(pl.col("judgement") != "").then("judgement"),
        period="framework",
        dated="inspected_on",
        published_on="published_on",
        source="source",
        status=pl.lit(None, pl.String),
        why=pl.when(pl.col("holds").is_null()).then(why),
        kind=pl.when(pl.col("holds").is_null()).then(kind),
    ).select(SEEN)


def answer_not_inspected(
    statement: NotInspected, urns: pl.DataFrame, evidence: Evidence, as_of: date
) -> pl.DataFrame:
    """Whether none was made for years: *no* where one is read, *yes* only where all are known to be read."""
    since = date(as_of.year - statement.years, as_of.month, min(as_of.day, 28))
    last = (
        evidence.inspections.filter(pl.col("inspected_on") <= as_of)
        .sort("inspected_on", "source_row")
        .group_by("urn")
        .agg(
            dated=pl.col("inspected_on").last(),
            period=pl.col("framework").last(),
            published_on=pl.col("published_on").last(),
            source=pl.col("source").last(),
        )
    )
    joined = urns.join(last, on="urn", how="left", maintain_order="left")
    recent = (pl.col("dated") > since).fill_null(value=False)
    holds = (
        pl.when(recent)
        .then(pl.lit(value=False))
        .when(pl.lit(evidence.inspections_complete))
        .then(pl.lit(value=True))
    )
    why = f"no inspection since {since} was read, which does not say that there was none"
    return joined.select(
        holds=holds,
        value=pl.lit(None, pl.Float64),
        judgement=pl.lit(None, pl.String),
        period="period",
        dated="dated",
        published_on="published_on",
        source="source",
        status=pl.lit(None, pl.String),
        why=pl.when(holds.is_null()).then(pl.lit(why)),
        kind=pl.when(holds.is_null()).then(pl.lit("absence not certain")),
    ).select(SEEN)
