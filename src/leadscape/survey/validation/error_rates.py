"""How often each field of the reported entries is wrong, with what nobody said kept apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.survey.validation.shares import Share, estimate_share
from leadscape.survey.validation.tables import FIELDS, ErrorRates

if TYPE_CHECKING:
    from leadscape.survey.validation.answers import AnswersReading

STATED: Final = {
    "home_school": "home_school",
    "partner_schools": "partner_schools",
    "started_on": "started_on",
    "ended_on": "ended_on",
}
"""Fields that an entry may leave open, with the column of the sample that states them."""
ALL: Final = "all"


def judge_entries(sample: pl.DataFrame, reading: AnswersReading) -> pl.DataFrame:
    """One row a drawn entry and field that it states: ``role``, ``stratum``, ``weight``, ``answer``, ``back``.

    ``weight`` is the inverse of the inclusion share. ``back`` says whether anything came back about the entry. Entries
    that are said not to lead have no further field.
    """
    fields = pl.DataFrame({"field": FIELDS}, schema={"field": pl.String})
    said = reading.answers.with_columns(pl.col("field").cast(pl.String), pl.col("answer").cast(pl.String))
    no_leader = said.filter(pl.col("field") == "leads", pl.col("answer") == "wrong")["entry_id"]
    stated = pl.lit(value=True)
    for field, column in STATED.items():
        stated &= (pl.col("field") != field) | pl.col(column).is_not_null()
    return (
        sample.join(fields, how="cross")
        .filter(stated, (pl.col("field") == "leads") | ~pl.col("entry_id").is_in(no_leader.implode()))
        .join(said, on=["entry_id", "field"], how="left", maintain_order="left")
        .select(
            "entry_id",
            "role",
            "stratum",
            "field",
            "answer",
            "correction",
            weight=1 / pl.col("inclusion_share"),
            back=pl.col("entry_id").is_in(reading.returned.implode()),
        )
    )


def rate_errors(judged: pl.DataFrame, confidence: float = 0.95) -> pl.DataFrame:
    """Error rates of all entries and of each role, as :class:`ErrorRates`.

    Parameters
    ----------
    judged
        As :func:`judge_entries` returns it.

    Notes
    -----
    Within a stratum, entries about which nothing is known of a field are taken to be like those of which it is: each
    answered entry weighs (1 / inclusion share) times stated over answered entries of its stratum. A stratum without any
    answer has no part in the rate. What else the silent ones could be is told by the two bounds, which use the
    inclusion shares alone: all of them right, or all of them wrong.
    """
    groups = [ALL, *judged["role"].unique().sort()]
    rows = [
        _rate(
            judged.filter(pl.col("field") == field, (pl.col("role") == role) | (role == ALL)),
            role,
            field,
            confidence,
        )
        for role in groups
        for field in FIELDS
    ]
    frame = pl.DataFrame([row for row in rows if row], schema=polars_schema(ErrorRates))
    return ErrorRates.validate(frame)


def _rate(entries: pl.DataFrame, role: str, field: str, confidence: float) -> dict[str, Any] | None:
    if not entries.height:
        return None
    answer = pl.col("answer")
    counts = entries.select(
        answered=answer.is_in(["right", "wrong"]).sum(),
        wrong=(answer == "wrong").sum(),
        do_not_know=(answer == "do_not_know").sum(),
        left_blank=(answer.is_null() & pl.col("back")).sum(),
        not_returned=(~pl.col("back")).sum(),
    ).row(0, named=True)
    share = share_of(entries, "wrong", confidence)
    known = {"rate": None, "low": None, "high": None, "effective_n": None,
             "if_missing_right": None, "if_missing_wrong": None}  # fmt: skip
    if share is not None:
        lowest, highest = _bounds(entries)
        known = {
            "rate": share.value,
            "low": share.low,
            "high": share.high,
            "effective_n": share.effective_n,
            "if_missing_right": lowest,
            "if_missing_wrong": highest,
        }
    return {
        "role": role,
        "field": field,
        "eligible": entries.height,
        **counts,
        **known,
        "rate_status": "unknown" if share is None else "reported",
    }


def share_of(
    entries: pl.DataFrame, value: str, confidence: float, column: str = "answer", among: pl.Expr | None = None
) -> Share | None:
    """The weighted share of answered entries whose ``column`` is ``value``; null where none is answered."""
    answered = pl.col("answer").is_in(["right", "wrong"]) if among is None else among
    weighted = entries.with_columns(answered=answered).with_columns(
        adjusted=pl.col("weight") * pl.len().over("stratum") / pl.col("answered").sum().over("stratum")
    )
    used = weighted.filter("answered")
    if not used.height:
        return None
    return estimate_share(
        (used[column] == value).to_numpy(),
        used["adjusted"].to_numpy(),
        used["stratum"].rank("dense").cast(pl.Int64).to_numpy(),
        confidence,
    )


def _bounds(entries: pl.DataFrame) -> tuple[float, float]:
    weight = entries["weight"].to_numpy()
    wrong = (entries["answer"] == "wrong").fill_null(value=False).to_numpy()
    missing = ~entries["answer"].is_in(["right", "wrong"]).fill_null(value=False).to_numpy()
    return float(np.average(wrong, weights=weight)), float(np.average(wrong | missing, weights=weight))
