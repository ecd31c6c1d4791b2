"""Who supports whom: partner schools near the home school, federations under one head, when each role began."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import polars as pl

AS_OF: Final = date(2006, 6, 30)

HABITS: Final = pl.DataFrame(
    [
        # role, chance of partner schools, fewest, most, among how many of the nearest: of the same sector, of any,
        # or of the same sector and authority; first and last day on which it may have begun
        ("executive_headship", 1.0, 1, 2, 12, "authority", date(2000, 9, 1), date(2006, 4, 24)),
        ("support_for_school_in_difficulty", 1.0, 1, 1, 15, "same", date(2003, 9, 1), date(2006, 5, 15)),
        ("community_partnerships", 0.9, 3, 5, 12, "any", date(2003, 9, 1), date(2006, 4, 24)),
        ("sustaining_improvement", 0.0, 1, 1, 2, "any", date(1998, 9, 1), date(2004, 9, 1)),
        ("consultant_leader", 0.35, 2, 4, 40, "same", date(2003, 9, 1), date(2006, 1, 9)),
        ("mentor_head", 0.6, 1, 1, 40, "same", date(2002, 9, 1), date(2006, 4, 24)),
        ("school_improvement_partner", 0.4, 3, 5, 30, "same", date(2005, 9, 1), date(2006, 6, 1)),
        ("other", 0.8, 1, 1, 8, "authority", date(2002, 9, 1), date(2006, 4, 24)),
    ],
    schema=["role", "chance", "fewest", "most", "nearest", "among", "first", "last"],
    orient="row",
)  # fmt: skip

NOT_PARTNERS: Final = ("special",)
SHARED_HEAD: Final = 0.6
FORMAL_FEDERATION: Final = 0.8
FARTHEST_KM: Final = 45.0
END_PLANNED: Final = 0.12
ENDS: Final = (date(2006, 7, 21), date(2006, 8, 31), date(2007, 7, 20), date(2007, 8, 31), date(2008, 8, 31))


def date_holdings(holdings: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """``holdings`` with ``holding``, ``started_on`` and, where an end is planned, ``ended_on``; all are in force."""
    habits = HABITS.select("role", "first", days=(pl.col("last") - pl.col("first")).dt.total_days())
    planned = pl.Series(rng.random(holdings.height) < END_PLANNED)
    return (
        holdings.join(habits, on="role", how="left", maintain_order="left")
        .with_columns(
            started_on=pl.col("first")
            + pl.duration(
                days=(pl.col("days") * pl.Series(rng.random(holdings.height))).floor().cast(pl.Int64)
            ),
            ended_on=pl.when(planned).then(
                pl.Series(rng.choice(np.array(ENDS, "datetime64[D]"), holdings.height))
            ),
        )
        .drop("first", "days")
        .with_row_index("holding")
    )


def draw_supports(holdings: pl.DataFrame, schools: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """``holding``, ``partner_at`` (row of ``schools``), ``distance_km``: partners among the nearest schools."""
    habits = holdings.join(HABITS, on="role", how="left", maintain_order="left").with_columns(
        sector=pl.Series(schools["sector"].to_numpy()[holdings["at"].to_numpy()])
    )
    supporting = habits.filter(pl.Series(rng.random(holdings.height)) < pl.col("chance"))
    found = [
        _nearest(block, schools, None if among == "any" else sector, own_authority=among == "authority")
        for (among, sector), block in supporting.group_by("among", "sector", maintain_order=True)
    ]
    pairs = pl.concat(found).sort("holding", "partner_at")
    wanted = rng.integers(0, 10_000, holdings.height)
    return (
        pairs.with_columns(
            order=pl.Series(rng.random(pairs.height)), dice=pl.Series(wanted[pairs["holding"].to_numpy()])
        )
        .with_columns(place=pl.col("order").rank("ordinal").over("holding"))
        .filter(
            pl.col("place") <= pl.col("fewest") + pl.col("dice") % (pl.col("most") - pl.col("fewest") + 1)
        )
        .select("holding", "partner_at", "distance_km")
        .sort("holding", "partner_at")
    )


def form_federations(
    schools: pl.DataFrame, holdings: pl.DataFrame, supports: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    """Federations of 2006: ``at``, ``lead_at``, ``shared_head`` and ``formal``, one row a school.

    Executive heads lead one each. A partner school whose own head holds a role keeps that head, as does
    every second or third of the others.
    """
    executive = holdings.filter(pl.col("role") == "executive_headship").select("holding", lead_at="at")
    members = (
        supports.join(executive, on="holding", maintain_order="left")
        .select(at="partner_at", lead_at="lead_at")
        .filter(~pl.col("at").is_in(executive["lead_at"].implode()))
        .unique("at", keep="first", maintain_order=True)
    )
    busy = holdings["at"].unique()
    members = members.with_columns(
        shared_head=pl.Series(rng.random(members.height) < SHARED_HEAD) & ~pl.col("at").is_in(busy.implode())
    )
    leads = members.select(at="lead_at", lead_at="lead_at").unique(maintain_order=True)
    formal = leads.select("lead_at", formal=pl.Series(rng.random(leads.height) < FORMAL_FEDERATION))
    return (
        pl.concat([leads.with_columns(shared_head=pl.lit(value=True)), members])
        .join(formal, on="lead_at", maintain_order="left")
        .sort("lead_at", "at")
    )


def _nearest(
    block: pl.DataFrame, schools: pl.DataFrame, sector: str | None, *, own_authority: bool
) -> pl.DataFrame:
    """Every school near enough to be a partner, for holdings of one habit; never one on its own site."""
    from scipy.spatial import KDTree

    pool = schools.with_row_index("at").filter(
        pl.col("sector") == sector if sector else ~pl.col("sector").is_in(NOT_PARTNERS)
    )
    points = schools.select("x", "y").to_numpy()
    most = min(int(block["nearest"].to_numpy().max()) + 2, pool.height)
    distance, place = KDTree(pool.select("x", "y").to_numpy()).query(points[block["at"].to_numpy()], k=most)
    authority = schools["authority_code"]
    pairs = (
        block.select(pl.exclude("sector", "among", "first", "last").repeat_by(most).explode())
        .with_columns(
            partner_at=pl.Series(pool["at"].to_numpy()[place.ravel()]),
            distance_km=pl.Series(np.round(distance.ravel() / 1000, 2)),
            rank=pl.Series(np.tile(np.arange(most), block.height)),
        )
        .filter(pl.col("distance_km").is_between(0.1, FARTHEST_KM) & (pl.col("rank") <= pl.col("nearest")))
    )
    if own_authority:
        pairs = pairs.filter(authority.gather(pairs["at"]) == authority.gather(pairs["partner_at"]))
    return pairs.select("holding", "partner_at", "distance_km", "fewest", "most")
