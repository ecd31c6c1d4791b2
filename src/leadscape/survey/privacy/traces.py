"""Which lines of the returns stand behind which leader and which holding?

``settle`` tells who reported a holding, not in which lines. Here it is asked in such a way that its public answer says
so: every line gets a respondent of its own, and a line without a role borrows one, so that no line is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from leadscape.survey.settle import settle

if TYPE_CHECKING:
    from datetime import date

    from leadscape.codebooks import Codebook
    from leadscape.survey.settle import Settlement


def trace_nominations(
    nominations: pl.DataFrame,
    responses: pl.DataFrame,
    schools: pl.DataFrame,
    codebook: Codebook,
    decisions: pl.DataFrame,
    as_of: date,
    successors: pl.DataFrame | None = None,
    settled: Settlement | None = None,
) -> pl.DataFrame:
    """One row a nomination: ``nomination_id``, ``leader_id``, ``holding_id`` (null without a role).

    Parameters
    ----------
    nominations, responses, schools, codebook, decisions, as_of, successors
        As :func:`~leadscape.survey.settle.settle` takes them.
    settled
        What it gave for them, to save settling once more.
    """
    plain = settled or settle(nominations, responses, schools, codebook, decisions, as_of, successors)
    uncoded = plain.codings.filter(pl.col("role").is_null())["nomination_id"]
    borrowed = next(role.label for role in codebook.roles)
    marked = nominations.with_columns(
        respondent_id=pl.col("nomination_id"),
        role_text=pl.when(pl.col("nomination_id").is_in(uncoded.implode()))
        .then(pl.lit(borrowed))
        .otherwise("role_text"),
    )
    own = (
        nominations.select("nomination_id", "respondent_id")
        .join(responses, on="respondent_id", maintain_order="left")
        .with_columns(respondent_id=pl.col("nomination_id"))
        .select(responses.columns)
    )
    traced = settle(marked, own, schools, codebook, decisions, as_of, successors)
    holdings = pl.concat([traced.role_holdings, traced.ended_holdings])
    lines = (
        holdings.select("leader_id", "holding_id", "respondents")
        .explode("respondents")
        .rename({"respondents": "nomination_id"})
    )
    return (
        nominations.select("nomination_id")
        .join(lines, on="nomination_id", maintain_order="left")
        .with_columns(
            holding_id=pl.when(~pl.col("nomination_id").is_in(uncoded.implode())).then("holding_id")
        )
        .select("nomination_id", "leader_id", "holding_id")
    )
