"""Tables of strengths and needs: a school in a theme, a group in a theme, who could help whom."""

from __future__ import annotations

from typing import Final

import dataframely as dy
import polars as pl

from leadscape.codebooks.themes import STAGES
from leadscape.core.tables import Table
from leadscape.register.tables import urn_column

STRENGTHS: Final = ("strong", "typical", "weak", "unknown")
NO_FILE: Final = "no file has the school"
BASES: Final = ("interval", "inspection", "balance")
SUPPLY: Final = {
    "sharing": "somebody is weak and somebody is strong: the group can share",
    "external_input": "somebody is weak and nobody is strong: help has to come from outside",
    "external_unless_unknown": "somebody is weak and nobody is known to be strong; schools that are unknown may be",
    "none_weak": "every school is known and nobody is weak",
    "no_weakness_seen": "nobody is known to be weak; schools that are unknown may be",
    "nothing_known": "nothing is known of any school",
}


class Strengths(Table):
    """One row is one school in one theme at one stage.

    A missing row means that the theme has no such stage for the school: it has no pupils there. What is not known is
    here, as unknown, with the reason.
    """

    urn = urn_column(primary_key=True)
    theme = dy.String(primary_key=True, description="Id in the codebook of themes")
    stage = dy.Enum(STAGES, primary_key=True, description="any: not about one stage")
    strength = dy.Enum(STRENGTHS)
    basis = dy.Enum(
        BASES, description="interval: an estimate; inspection: a person's judgement; balance: money"
    )
    judged_by = dy.String(description="Id of the measure, or area of the inspection")
    period = dy.String(nullable=True, description="Period of the figure, or framework of the inspection")
    dated = dy.Date(nullable=True, description="End of the period, or day of the inspection")
    value = dy.Float64(nullable=True, description="In the measure's unit")
    pupils = dy.Float64(nullable=True, min=0, description="Pupils behind the figure")
    compared_with = dy.Float64(nullable=True, description="The comparison's figure")
    difference = dy.Float64(nullable=True, description="value less compared_with")
    low = dy.Float64(nullable=True, description="Lower end of the interval of difference")
    high = dy.Float64(nullable=True, description="Upper end")
    grade = dy.String(nullable=True, description="The grade, where a person judged")
    reason = dy.String(nullable=True, description="Why it is unknown")

    @dy.rule()
    def unknown_has_a_reason(cls) -> pl.Expr:
        """A strength is unknown exactly where it says why."""
        return (pl.col("strength") == "unknown") == pl.col("reason").is_not_null()

    @dy.rule()
    def strong_and_weak_clear_the_comparison(cls) -> pl.Expr:
        """An estimate is strong or weak only where its interval leaves 0 out."""
        told = pl.col("strength").is_in(["strong", "weak"]) & (pl.col("basis") == "interval")
        return ~told | ((pl.col("low") > 0) | (pl.col("high") < 0)).fill_null(value=False)


class GroupThemes(Table):
    """One row is one theme at one stage over a group of schools. No theme of the group's schools is missing."""

    theme = dy.String(primary_key=True)
    stage = dy.Enum(STAGES, primary_key=True)
    label = dy.String()
    basis = dy.String(description="What it was judged by")
    schools = dy.Int64(min=1)
    strong = dy.Int64(min=0)
    typical = dy.Int64(min=0)
    weak = dy.Int64(min=0)
    unknown = dy.Int64(min=0)
    supply = dy.Enum(tuple(SUPPLY), description="What the group can do about its weaknesses")
    by_chance = dy.Float64(
        nullable=True,
        min=0,
        description="Strong, and as many weak, if every school were as its comparison; null without intervals",
    )
    strong_schools = dy.String(nullable=True, description="URNs")
    weak_schools = dy.String(nullable=True, description="URNs")


class SharingPairs(Table):
    """One row is one school that is weak in a theme and one of the group that is strong in it at the same stage.

    A missing row means that no such pair is known. It says who could be asked, not who should: whether the strong
    school can spare anybody is not known here.
    """

    theme = dy.String(primary_key=True)
    stage = dy.Enum(STAGES, primary_key=True)
    weak_urn = urn_column(primary_key=True)
    strong_urn = urn_column(primary_key=True)
