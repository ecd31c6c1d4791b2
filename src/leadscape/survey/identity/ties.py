"""Which schools are tied: one followed the other, or both are in one trust or federation."""

from __future__ import annotations

from typing import Final

import polars as pl

TYING_GROUPS: Final = ("multi_academy_trust", "federation")
"""Kinds of group that may share a head. Sponsors and umbrella trusts do not."""


def school_ties(
    urns: pl.Series, memberships: pl.DataFrame | None = None, successors: pl.DataFrame | None = None
) -> pl.DataFrame:
    """``urn``, ``other_urn``, ``tie`` (``followed`` or ``trust``) among the schools asked about.

    Parameters
    ----------
    urns
        Schools that are home to anybody.
    memberships
        As :class:`~leadscape.register.tables.Memberships`.
    successors
        ``urn``, ``successor_urn``.
    """
    asked = urns.drop_nulls().unique().sort().to_frame("urn")
    tied = [pl.DataFrame(schema={"urn": pl.String, "other_urn": pl.String, "tie": pl.String})]
    if successors is not None:
        tied.append(
            successors.filter(pl.col("urn") != pl.col("successor_urn"))
            .join(asked, on="urn", how="semi")
            .select("urn", other_urn="successor_urn", tie=pl.lit("followed"))
        )
    if memberships is not None:
        belongs = (
            memberships.filter(pl.col("group_type").cast(pl.String).is_in(TYING_GROUPS))
            .join(asked, on="urn", how="semi")
            .select("urn", "group_uid")
            .unique()
        )
        tied.append(
            belongs.join(belongs, on="group_uid", suffix="_other")
            .filter(pl.col("urn") < pl.col("urn_other"))
            .select("urn", other_urn="urn_other", tie=pl.lit("trust"))
        )
    return pl.concat(tied).unique().sort("urn", "other_urn", "tie")
