"""How were the lines of the returns understood: by which rule, by a person, or not yet?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from leadscape.core.suppression import rounded
from leadscape.core.tables import polars_schema
from leadscape.report.tables import UnderstoodLines

if TYPE_CHECKING:
    from leadscape.landscape.config import LandscapeConfig
    from leadscape.survey import Settlement
    from leadscape.survey.understanding import Understanding

NOT_KNOWN = pl.lit(None, pl.Float64)


def count_understood(settled: Settlement, settings: LandscapeConfig) -> pl.DataFrame:
    """How many lines were understood by which rule, and how many of the answers are expected to be wrong.

    Lines are about as many as people named, so they are hidden and rounded as counts of people are; with one count
    hidden the next larger goes too, since all lines together are told elsewhere.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.report.tables.UnderstoodLines`.
    """
    understood = settled.understood
    counted = (
        pl.concat(
            [_roles(settled), *_schools(understood), _persons(understood)],
            how="diagonal",
        )
        .group_by("question", "how")
        .agg(
            lines=pl.len().cast(pl.Int64),
            expected_wrong=pl.when(pl.col("wrong").count() > 0).then(pl.col("wrong").sum()),
        )
        .with_columns(pl.col("question").cast(polars_schema(UnderstoodLines)["question"]))
        .sort("question", "lines", "how", descending=[False, True, False])
    )
    lines = pl.col("lines")
    few = lines.is_between(1, settings.suppress_below - 1)
    larger = lines == lines.filter(lines >= settings.suppress_below).min().over("question")
    hide = few | ((few.sum().over("question") == 1) & larger.fill_null(value=False))
    told = rounded(lines, settings.round_to) if settings.round_to else lines
    return UnderstoodLines.validate(
        counted.with_columns(
            lines=pl.when(~hide).then(told),
            expected_wrong=pl.when(~hide).then("expected_wrong"),
        )
    )


def _roles(settled: Settlement) -> pl.DataFrame:
    return settled.codings.select(
        how=pl.col("method").cast(pl.String), wrong=NOT_KNOWN, question=pl.lit("role")
    )


def _schools(understood: Understanding) -> list[pl.DataFrame]:
    """Every mention of a home or partner school, and the lines that state no home school."""
    outcome, method = pl.col("outcome").cast(pl.String), pl.col("method").cast(pl.String)
    accepted = outcome == "accepted"
    links = understood.linkage.links.select(
        "mention_id",
        how=pl.when(accepted).then(method).otherwise(outcome.replace({"review": "in_review"})),
        wrong=pl.when(accepted & (method != "review")).then(1 - pl.col("probability")),
    )
    mentioned = understood.uses.join(links, on="mention_id", maintain_order="left").select(
        "nomination_id", "how", "wrong", question=pl.col("use") + " school"
    )
    stated = mentioned.filter(pl.col("question") == "home school")
    unstated = understood.placed.join(stated, on="nomination_id", how="anti").select(
        how=pl.lit("not_stated"), wrong=NOT_KNOWN, question=pl.lit("home school")
    )
    return [mentioned.drop("nomination_id"), unstated]


def _persons(understood: Understanding) -> pl.DataFrame:
    merged = pl.col("merged_by").cast(pl.String)
    alone = (pl.len().over("group") == 1) & (merged == "exact")
    return understood.resolution.identities.select(
        how=pl.when(alone).then(pl.lit("alone")).otherwise(merged), wrong=NOT_KNOWN, question=pl.lit("person")
    )
