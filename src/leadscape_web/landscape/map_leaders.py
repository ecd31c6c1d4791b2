"""Where the leaders are that whoever looks may see: home schools, and whom they support."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl
from django.db.models import QuerySet

from leadscape_web.landscape.map_filters import MapFilters, in_force
from leadscape_web.survey.models import RoleHolding, Support

_HELD: Final = {"urn": pl.String, "leader": pl.String, "role": pl.String}
_TIES: Final = {"urn": pl.String, "partner_urn": pl.String}


@dataclass(frozen=True)
class LeadersShown:
    """Leaders in sight, by home school.

    Attributes
    ----------
    homes
        ``urn leaders roles``: leaders whose home school it is, and labels of their roles, sorted.
    ties
        ``urn partner_urn leaders``: leaders of the first school who support the second.
    pairs
        ``urn leader``: each leader at each home school, so that nobody is counted twice.
    without_home
        Leaders who are seen and have no home school in the register, so that no map can show them.
    """

    homes: pl.DataFrame
    ties: pl.DataFrame
    pairs: pl.DataFrame
    without_home: int


def leaders_shown(
    filters: MapFilters, kinds: Mapping[str, tuple[str, ...]], labels: Mapping[str, str], day: date
) -> LeadersShown:
    """Leaders with a role that the filters ask for, as the database shows them: two queries.

    Parameters
    ----------
    kinds, labels
        Role id to the ids of its kinds, and to its label.
    day
        On which the roles are held.
    """
    held = filters.holdings(kinds, day)
    rows = held.values_list("home_school_id", "leader_id", "role")
    frame = pl.DataFrame(
        [(urn, str(leader), role) for urn, leader, role in rows], schema=_HELD, orient="row"
    ).with_columns(pl.col("role").replace(dict(labels)))
    homes = (
        frame.drop_nulls("urn")
        .group_by("urn")
        .agg(leaders=pl.col("leader").n_unique(), roles=pl.col("role").unique().sort())
        .sort("urn")
    )
    without = frame.filter(pl.col("urn").is_null())["leader"].n_unique()
    pairs = frame.drop_nulls("urn").select("urn", "leader").unique()
    return LeadersShown(homes, _ties(held, day), pairs, without)


def _ties(held: QuerySet[RoleHolding], day: date) -> pl.DataFrame:
    supports = Support.objects.filter(
        in_force(day), holding__in=held, withdrawn_at=None, home_school__isnull=False
    )
    rows = list(supports.values_list("home_school_id", "partner_school_id"))
    ties = pl.DataFrame(rows, schema=_TIES, orient="row")
    return ties.group_by("urn", "partner_urn").agg(leaders=pl.len()).sort("urn", "partner_urn")


def rows_of(schools: pl.DataFrame, shown: LeadersShown | None, filters: MapFilters) -> pl.DataFrame:
    """The map as a table: one row a school.

    ``schools`` as filtered; with ``shown``, also ``leaders``, ``roles``, and ``supports`` and ``supported_by``: the
    schools at the other end of each line that the map draws, by name and URN. Where a role is asked for, only schools
    that have or receive it.
    """
    if shown is None:
        return schools
    named = schools.select("urn", school=pl.format("{} ({})", pl.col("name").fill_null("No name"), "urn"))
    joined = (
        schools.join(shown.homes, on="urn", how="left")
        .join(_ends(shown.ties, named, "urn", "partner_urn", "supports"), on="urn", how="left")
        .join(_ends(shown.ties, named, "partner_urn", "urn", "supported_by"), on="urn", how="left")
        .with_columns(pl.col("roles", "supports", "supported_by").list.join("; "))
    )
    if filters.about_roles:
        joined = joined.filter(pl.col("leaders").is_not_null() | pl.col("supported_by").is_not_null())
    return joined


def _ends(ties: pl.DataFrame, named: pl.DataFrame, here: str, there: str, name: str) -> pl.DataFrame:
    """``urn`` and a list of the schools at the other end of its lines, in order of name; both ends on the map."""
    return (
        ties.select(urn=here, other=there)
        .join(named, left_on="other", right_on="urn")
        .group_by("urn")
        .agg(pl.col("school").sort().alias(name))
    )


def points_of(shown: LeadersShown, schools: pl.DataFrame) -> dict[str, Any]:
    """Columns for the browser: home schools with their place, and ties as positions in the list of schools.

    Only schools of ``schools`` that have a place are kept.
    """
    placed = schools.drop_nulls(["longitude", "latitude"]).select("urn").with_row_index("place")
    homes = shown.homes.join(placed, on="urn")
    ties = shown.ties.join(placed, on="urn").join(
        placed.rename({"place": "partner_place", "urn": "partner_urn"}), on="partner_urn"
    )
    return {
        "homes": {
            "place": homes["place"].to_list(),
            "leaders": homes["leaders"].to_list(),
            "roles": homes["roles"].to_list(),
        },
        "ties": {"from": ties["place"].to_list(), "to": ties["partner_place"].to_list()},
    }
