"""Statements about figures: is it below, in which period, and where it is not there, why?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

import polars as pl

from leadscape.codebooks.measures import load_measures
from leadscape.codebooks.rule_conditions import LATEST, PARTS, FigureIs, FigureMissing
from leadscape.core.missing import REPORTED
from leadscape.need.adjusted.sampling import best_release
from leadscape.need.flags.evidence import Evidence
from leadscape.need.measures.periods import period_end

COMPARE: Final[dict[str, Callable[[pl.Expr, float], pl.Expr]]] = {
    "below": lambda figure, limit: figure < limit,
    "at_most": lambda figure, limit: figure <= limit,
    "above": lambda figure, limit: figure > limit,
    "at_least": lambda figure, limit: figure >= limit,
}
SEEN: Final = (
    "holds",
    "value",
    "judgement",
    "period",
    "dated",
    "published_on",
    "source",
    "status",
    "why",
    "kind",
)


def answer_figure(
    statement: FigureIs | FigureMissing, urns: pl.DataFrame, evidence: Evidence, as_of: date
) -> pl.DataFrame:
    """One row a school of ``urns``, in its order: columns :data:`SEEN`; ``holds`` is null where it cannot be told."""
    of_context = isinstance(statement, FigureIs) and statement.kind == "context"
    mine = _context(evidence, statement, as_of) if of_context else _measures(evidence, statement, as_of)
    label = load_measures().measure(statement.measure).label
    periods = sorted(set(mine["period"]), key=period_end)
    newest = periods[-1] if periods else None
    wanted = newest if statement.period == LATEST else statement.period
    period = wanted and _before(wanted, statement.back)
    rows = mine.filter(pl.col("period") == period) if period else mine.clear()
    joined = urns.join(
        rows.with_columns(listed=pl.lit(value=True)), on="urn", how="left", maintain_order="left"
    )
    why, kind = _why(statement, label, period, anything=mine.height > 0)
    if isinstance(statement, FigureMissing):
        # Null, so open, where no file has the school.
        holds = pl.col("status").cast(pl.String).is_in(list(statement.statuses))
        shown = pl.lit(None, pl.Float64)
    else:
        shown = pl.col(statement.part)
        holds = COMPARE[statement.comparison](shown, statement.value)
        # A threshold is meant for the figure of the period asked for, not for one that meant something else before.
        broken = (
            load_measures().breaks_between(statement.measure, period, wanted) if period and wanted else ()
        )
        if broken and not statement.across_breaks:
            reason = f"{label} means something else since {broken[-1].period}: {broken[-1].reason}"
            holds, why, kind = pl.lit(None, pl.Boolean), pl.lit(reason), pl.lit("meaning changed")
    known = joined.with_columns(holds=holds, value=shown)
    return known.select(
        "holds",
        "value",
        judgement=pl.lit(None, pl.String),
        period=pl.lit(period, pl.String),
        dated=pl.col("dated") if of_context else pl.lit(period and period_end(period), pl.Date),
        published_on=pl.col("source").replace_strict(
            dict(evidence.published) or {"": None}, default=None, return_dtype=pl.Date
        ),
        source="source",
        status=pl.when(pl.col("status") != REPORTED).then(pl.col("status").cast(pl.String)),
        why=pl.when(pl.col("holds").is_null()).then(why),
        kind=pl.when(pl.col("holds").is_null()).then(kind),
    )


def _measures(evidence: Evidence, statement: FigureIs | FigureMissing, as_of: date) -> pl.DataFrame:
    rows = evidence.measures.filter(
        pl.col("measure") == statement.measure, pl.col("pupils_group") == statement.pupils_group
    )
    ended = [one for one in rows["period"].unique().to_list() if period_end(one) <= as_of]
    chosen = best_release(rows.filter(pl.col("period").is_in(ended)))
    if "source" not in chosen.columns:
        chosen = chosen.with_columns(source=pl.lit(None, pl.String))
    return chosen.select("urn", "period", "value", "low", "high", "status", "source")


def _context(evidence: Evidence, statement: FigureIs | FigureMissing, as_of: date) -> pl.DataFrame:
    rows = evidence.context.filter(pl.col("measure") == statement.measure).filter(
        pl.col("described_on").is_null() | (pl.col("described_on") <= as_of)
    )
    rows = rows.filter(pl.col("period").str.slice(0, 4).cast(pl.Int64) <= as_of.year)
    number = pl.lit(None, pl.Float64)
    return (
        rows.sort("urn", "joined_by", "source")
        .unique(["urn", "period"], keep="last", maintain_order=True)
        .select("urn", "period", "value", low=number, high=number, status="status", source="source",
                dated="described_on")
    )  # fmt: skip


def _before(period: str, back: int) -> str:
    """The period of the same kind ``back`` before: ``2017/18`` and 2 are ``2015/16``."""
    if not back:
        return period
    first = int(period[:4]) - back
    mark = period[4:5]
    return f"{first}{mark}{(first + 1) % 100:02d}" if mark else str(first)


def _why(
    statement: FigureIs | FigureMissing, label: str, period: str | None, *, anything: bool
) -> tuple[pl.Expr, pl.Expr]:
    """Why a figure is not known, from what the file says or does not say; and the kind of reason."""
    if not anything or period is None:
        return pl.lit(f"no file read holds {label}"), pl.lit("not read")
    absent = load_measures().why_absent(statement.measure, period)
    not_listed = f"{label} of {period}: " + (absent or "no file has the school")
    part = PARTS[statement.part] if isinstance(statement, FigureIs) else ""
    status = pl.col("status").cast(pl.String).str.replace_all("_", " ")
    hidden = pl.concat_str(pl.lit(f"{label} of {period} is "), status)
    why = (
        pl.when(pl.col("listed").is_null()).then(pl.lit(not_listed))
        .when(pl.col("status") != REPORTED).then(hidden)
        .otherwise(pl.lit(f"{part}{label} of {period} is not published"))
    )  # fmt: skip
    kind = (
        pl.when(pl.col("listed").is_null()).then(pl.lit("nobody published it" if absent else "no file has the school"))
        .when(pl.col("status") != REPORTED).then(pl.concat_str(pl.lit("figure "), status))
        .otherwise(pl.lit("interval not published"))
    )  # fmt: skip
    return why, kind
