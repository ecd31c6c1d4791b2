"""A head and a second respondent for the same case: how many were expected, and from how many both sides came."""

from __future__ import annotations

from typing import Final

import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.survey.response.shares import share_columns
from leadscape.survey.response.tables import DyadCounts, Dyads

ANSWERED: Final = ("answered", "answered_none", "late")
NOT_ASKED: Final = "not_asked"


def pair_dyads(contacts: pl.DataFrame) -> pl.DataFrame:
    """Both parts of every dyad side by side, as :class:`Dyads`.

    Parameters
    ----------
    contacts
        As :class:`~leadscape.survey.response.tables.Contacts`; respondents without a dyad are left out.
    """
    of_dyads = contacts.drop_nulls("dyad_id").select(
        "dyad_id", "part", status=pl.col("status").cast(pl.String)
    )

    def part(name: str) -> pl.Expr:
        return pl.col("status").filter(pl.col("part") == name).first().fill_null(NOT_ASKED)

    paired = of_dyads.group_by("dyad_id").agg(head_status=part("head"), second_status=part("second"))
    head, second = (pl.col(name).is_in(list(ANSWERED)) for name in ("head_status", "second_status"))
    return Dyads.validate(
        paired.with_columns(
            outcome=pl.when(head & second)
            .then(pl.lit("complete"))
            .when(head)
            .then(pl.lit("head_only"))
            .when(second)
            .then(pl.lit("second_only"))
            .otherwise(pl.lit("neither"))
            .cast(polars_schema(Dyads)["outcome"])
        ).sort("dyad_id")
    )


def count_dyads(dyads: pl.DataFrame) -> pl.DataFrame:
    """How many dyads were expected and what came of them, as :class:`DyadCounts`.

    Examples
    --------
    14 heads and 4 second respondents make 18 responses, 4 complete dyads and 10 heads alone.
    """
    outcome = pl.col("outcome").cast(pl.String)
    counts = dyads.select(
        expected=pl.len().cast(pl.Int64),
        **{
            name: (outcome == name).sum().cast(pl.Int64)
            for name in ("complete", "head_only", "second_only", "neither")
        },
    ).with_columns(responses=2 * pl.col("complete") + pl.col("head_only") + pl.col("second_only"))
    return DyadCounts.validate(
        counts.with_columns(
            *share_columns("complete", "expected", ("complete_share", "low_share", "high_share"))
        ).select(DyadCounts.column_names())
    )
