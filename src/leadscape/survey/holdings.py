"""Leaders, role-holdings and supports from coded, linked and grouped nominations."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from leadscape.survey.mentions import place_by_school
from leadscape.survey.tables import Leaders, RoleHoldings, Supports

if TYPE_CHECKING:
    from leadscape.codebooks import Codebook


def in_force(as_of: date) -> pl.Expr:
    """Whether a holding is in force on a date; one without dates is."""
    begun = pl.col("started_on").is_null() | (pl.col("started_on") <= as_of)
    going = pl.col("ended_on").is_null() | (pl.col("ended_on") >= as_of)
    return begun & going


def gather_lines(
    located: pl.DataFrame,
    codings: pl.DataFrame,
    people: pl.DataFrame,
    schools: pl.DataFrame,
    codebook: Codebook,
) -> pl.DataFrame:
    """One row a nomination with a role: leader, role, origin, home school's place and phase, respondent and route.

    Parameters
    ----------
    located
        Nominations with ``home_urn`` as it is taken to be meant, and ``route``: the kind of respondent.
    """
    return (
        place_by_school(located, schools)
        .join(codings.drop_nulls("role").select("nomination_id", "role"), on="nomination_id")
        .join(people, on="nomination_id")
        .join(codebook.role_frame().select("role", "origin"), on="role", how="left")
        .with_columns(leader_id=pl.concat_str(pl.lit("L"), pl.col("person").str.slice(1)))
        .with_columns(holding_id=pl.concat_str("leader_id", pl.lit(":"), "role"))
        .sort("holding_id", "nomination_id")
    )


def make_holdings(lines: pl.DataFrame) -> pl.DataFrame:
    """One row a person and role. Of several lines the first with a home school tells the place.

    A holding has ended only when every line that reports it says so; it began when the earliest says.
    """
    first = [
        pl.col(name).sort_by(pl.col("home_urn").is_null(), "nomination_id").first()
        for name in ("leader_id", "role", "origin", "home_urn", "authority_code", "region", "phase")
    ]
    return RoleHoldings.validate(
        lines.group_by("holding_id")
        .agg(
            *first,
            started_on=pl.col("started_on").min(),
            ended_on=pl.when(pl.col("ended_on").null_count() == 0).then(pl.col("ended_on").max()),
            respondents=pl.col("respondent_id").unique().sort(),
            routes=pl.col("route").drop_nulls().unique().sort(),
        )
        .sort("holding_id")
        .select(RoleHoldings.column_names())
    )


def make_leaders(lines: pl.DataFrame, holdings: pl.DataFrame) -> pl.DataFrame:
    """One row a person who holds any of ``holdings``; the fullest name written for them."""
    held = lines.join(holdings, on="holding_id", how="semi")
    place = [
        pl.col(name).sort_by(pl.col("home_urn").is_null(), "nomination_id").first()
        for name in ("home_urn", "authority_code", "region", "phase")
    ]
    return Leaders.validate(
        held.group_by("leader_id")
        .agg(
            *place,
            name=pl.col("leader_name")
            .sort_by(pl.col("leader_name").str.len_chars(), "leader_name", descending=[True, False])
            .first(),
        )
        .sort("leader_id")
        .select(Leaders.column_names())
    )


def make_supports(lines: pl.DataFrame, holdings: pl.DataFrame, partners: pl.DataFrame) -> pl.DataFrame:
    """One row a holding and partner school; a school listed as its own partner is left out.

    Parameters
    ----------
    partners
        ``nomination_id``, ``urn`` (null where the mention is not linked).
    """
    columns = ("leader_id", "role", "home_urn", "started_on", "ended_on")
    return Supports.validate(
        lines.select("nomination_id", "holding_id")
        .join(partners.drop_nulls("urn").select("nomination_id", partner_urn="urn"), on="nomination_id")
        .select("holding_id", "partner_urn")
        .unique()
        .join(holdings.select("holding_id", *columns), on="holding_id")
        .filter(pl.col("home_urn").is_null() | (pl.col("home_urn") != pl.col("partner_urn")))
        .sort("holding_id", "partner_urn")
        .select(Supports.column_names())
    )
