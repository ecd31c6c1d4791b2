"""Which lines of the returns stand behind which leader and which holding?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from leadscape.survey.settle import Settlement


def trace_nominations(settled: Settlement) -> pl.DataFrame:
    """One row a nomination: ``nomination_id``, ``leader_id``, ``holding_id`` (null without a role).

    A line whose role is not known has a leader all the same: somebody is named in it.
    """
    holdings = pl.concat([settled.role_holdings, settled.ended_holdings]).select(
        "leader_id", "role", "holding_id"
    )
    return (
        settled.understood.resolution.identities.select("nomination_id", "leader_id")
        .join(settled.codings.select("nomination_id", "role"), on="nomination_id", maintain_order="left")
        .join(holdings, on=["leader_id", "role"], how="left", maintain_order="left")
        .select("nomination_id", "leader_id", "holding_id")
    )
