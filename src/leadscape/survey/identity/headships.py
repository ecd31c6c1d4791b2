"""One name at several schools: one head who leads both, two namesakes, or no way to tell?

Tables in: headships, memberships and schools of one register. Tables out: ``SharedPosts``, ``SharedHeads``,
``SharedTies``. The name alone cannot tell; the schools can. Far from each other and untied, schools share a head's name
by chance only, so the far pairs say how often chance does that. In one trust, on one site or in one authority many more
pairs share a name: what goes beyond chance are shared heads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.survey.identity.clusters import components
from leadscape.survey.identity.tables import SharedHeads, SharedPosts, SharedTies
from leadscape.survey.identity.ties import TYING_GROUPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

SITE_KM: Final = 1.0
NEIGHBOURS_KM: Final = 10.0
TIES: Final = ("trust", "site", "neighbours", "authority", "region", "none")
TIE_WORDS: Final = {
    "trust": "one trust or federation",
    "site": f"within {SITE_KM:.0f} km of each other",
    "neighbours": f"within {NEIGHBOURS_KM:.0f} km of each other",
    "authority": "one authority, not near",
    "region": "one region, another authority, not near",
    "none": "two regions, nothing in common",
}
SHARED_FROM: Final = 0.95
NAMESAKES_BELOW: Final = 0.10
SHIPPED: Final = {
    "trust": 0.99, "site": 0.99, "neighbours": 0.97, "authority": 0.91, "region": 0.23, "none": 0.0
}  # fmt: skip
"""Share of the pairs under one name that are one person, where a register is too small to say: measured by this method
on England's register of August 2022 (3,592 posts under 1,605 names)."""
SHIPPED_CHANCE: Final = 702 / 1.6254e8
"""Share of far, untied pairs of posts under one full name in that register."""
SHARE_STRENGTH: Final = 5.0
"""Pairs under one name that the shipped shares are worth."""
CHANCE_STRENGTH: Final = 5e4
"""Untied pairs that the shipped chance is worth."""
COMMONEST: Final = 40
"""Posts under one name from which pairs are not looked at: a placeholder, not a person."""


@dataclass(frozen=True)
class HeadTelling:
    """Names at more than one school.

    Attributes
    ----------
    posts
        As :class:`SharedPosts`, one row a pair of posts.
    heads
        As :class:`SharedHeads`, one row a name.
    ties
        As :class:`SharedTies`: what chance would give, by tie.
    """

    posts: pl.DataFrame
    heads: pl.DataFrame
    ties: pl.DataFrame


def tell_shared_heads(
    headships: pl.DataFrame, memberships: pl.DataFrame | None, schools: pl.DataFrame
) -> HeadTelling:
    """Shared heads told from namesakes.

    Parameters
    ----------
    headships
        As :class:`~leadscape.register.tables.Headships`, of one register on one date.
    memberships
        As :class:`~leadscape.register.tables.Memberships`; null: no school is known to be in a trust or federation.
    schools
        As :class:`~leadscape.register.tables.Schools`.

    Notes
    -----
    Take one tie, with or without a title that says executive: ``N`` pairs of posts have it, ``O`` of them under one
    full name. ``r`` is the share under one full name of the pairs in two regions, untied and without such a title. The
    share of the ``O`` that are one person is ``max(0, 1 - r N / O)``, with the shares of England's register of 2022 as
    a prior worth five pairs. For one name the chance part is weighed by how many more people bear it than a shared
    name usually has: a name at nine untied schools is common.

    Assumes that nobody leads two untied schools in two regions. What it does not say: which of two posts is the main
    one, nor that a pair judged to be one person was confirmed by anybody.
    """
    posts = _posts(headships, memberships, schools)
    pairs = _pairs(posts)
    ties = _ties(posts, pairs)
    told = _tell(pairs, ties)
    return HeadTelling(told, _heads(posts, told), ties)


def _posts(headships: pl.DataFrame, memberships: pl.DataFrame | None, schools: pl.DataFrame) -> pl.DataFrame:
    """One row a post with the school's place and groups."""
    places = schools.select("urn", "authority_code", "region", "easting", "northing")
    groups = pl.DataFrame(schema={"urn": pl.String, "groups": pl.List(pl.String)})
    if memberships is not None:
        tying = pl.col("group_type").cast(pl.String).is_in(TYING_GROUPS)
        groups = memberships.filter(tying).group_by("urn").agg(groups=pl.col("group_uid").unique().sort())
    executive = pl.col("job_title").str.to_lowercase().str.contains("exec").fill_null(value=False)
    return (
        headships.select("head", "urn", executive=executive)
        .unique(["head", "urn"], keep="first", maintain_order=True)
        .join(places, on="urn")
        .join(groups, on="urn", how="left")
        .sort("head", "urn")
    )


def _pairs(posts: pl.DataFrame) -> pl.DataFrame:
    """Every two posts of one name."""
    often = posts.filter((pl.len().over("head") > 1) & (pl.len().over("head") <= COMMONEST))
    pairs = often.join(often, on="head", suffix="_other").filter(pl.col("urn") < pl.col("urn_other"))
    apart = (
        (pl.col("easting") - pl.col("easting_other")).pow(2)
        + (pl.col("northing") - pl.col("northing_other")).pow(2)
    ).sqrt() / 1000
    trust = pl.col("groups").list.set_intersection("groups_other").list.len() > 0
    return pairs.with_columns(
        km=apart, executive=pl.col("executive") | pl.col("executive_other")
    ).with_columns(
        tie=pl.when(trust.fill_null(value=False))
        .then(pl.lit("trust"))
        .when(pl.col("km") <= SITE_KM)
        .then(pl.lit("site"))
        .when(pl.col("km") <= NEIGHBOURS_KM)
        .then(pl.lit("neighbours"))
        .when(pl.col("authority_code") == pl.col("authority_code_other"))
        .then(pl.lit("authority"))
        .when(pl.col("region") == pl.col("region_other"))
        .then(pl.lit("region"))
        .otherwise(pl.lit("none"))
    )


def _ties(posts: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """What chance gives for every tie."""
    executive = float(posts["executive"].to_numpy().mean()) if posts.height else 0.0
    possible = _possible(posts)
    either = 1.0 - (1.0 - executive) ** 2
    observed = {(tie, exec_): n for tie, exec_, n in pairs.group_by("tie", "executive").len().rows()}
    untied = possible["none"] * (1.0 - either)
    chance = (observed.get(("none", False), 0) + CHANCE_STRENGTH * SHIPPED_CHANCE) / (
        untied + CHANCE_STRENGTH
    )
    rows = []
    for tie in TIES:
        for exec_, share in ((False, 1.0 - either), (True, either)):
            n, seen = possible[tie] * share, observed.get((tie, exec_), 0)
            # What is seen beyond chance, held back by the shipped share; nobody is taken to lead two untied schools.
            beyond = max(seen - chance * n, 0.0) + SHARE_STRENGTH * SHIPPED[tie]
            share_shared = 0.0 if tie == "none" else beyond / (seen + SHARE_STRENGTH)
            rows.append((tie, exec_, n, seen, chance * n, share_shared))
    names = ["tie", "executive", "pairs", "observed", "expected", "shared_share"]
    return SharedTies.validate(pl.DataFrame(rows, schema=names, orient="row"))


def _possible(posts: pl.DataFrame) -> dict[str, float]:
    """Pairs of posts with each tie, whatever the names; the first tie that holds counts, as for :func:`_pairs`."""

    def within(*keys: str) -> float:
        sizes = posts.drop_nulls(keys).group_by(keys).len()["len"].cast(pl.Int64)
        return float((sizes * (sizes - 1) // 2).sum())

    trust = posts.select("urn", "groups").explode("groups").drop_nulls().group_by("groups").len()["len"]
    placed = posts.drop_nulls(["easting", "northing"])
    near, near_in_authority, near_in_region, near_on_site, near_in_trust = _near(placed)
    in_trust = float((trust.cast(pl.Int64) * (trust.cast(pl.Int64) - 1) // 2).sum())
    # Trusts are small beside authorities: their pairs that lie in one authority or region are not taken off again.
    all_pairs = posts.height * (posts.height - 1) / 2
    authority = max(within("authority_code") - near_in_authority, 0.0)
    region = max(within("region") - within("authority_code") - (near_in_region - near_in_authority), 0.0)
    neighbours = max(near - near_on_site - near_in_trust, 0.0)
    known = in_trust + near_on_site + neighbours + authority + region
    return {
        "trust": in_trust,
        "site": near_on_site,
        "neighbours": neighbours,
        "authority": authority,
        "region": region,
        "none": max(all_pairs - known, 0.0),
    }


def _near(placed: pl.DataFrame) -> tuple[float, float, float, float, float]:
    """Pairs of posts within :data:`NEIGHBOURS_KM`: all, in one authority, in one region, on one site, in one trust."""
    # Slow to import, and only registers with coordinates need it.
    from scipy.spatial import KDTree

    points = placed.select("easting", "northing").to_numpy()
    if not len(points):
        return 0.0, 0.0, 0.0, 0.0, 0.0
    ends = KDTree(points).query_pairs(NEIGHBOURS_KM * 1000, output_type="ndarray")
    one, other = ends[:, 0], ends[:, 1]

    def same(column: str) -> float:
        codes = placed.select(pl.col(column).rank("dense").cast(pl.Int64)).to_series()
        values = codes.to_numpy() if not codes.null_count() else codes.fill_null(-1).to_numpy()
        return float(((values[one] == values[other]) & (values[one] > 0)).sum())

    km: NDArray[np.float64] = np.linalg.norm(points[one] - points[other], axis=1) / 1000
    first = placed.with_columns(group=pl.col("groups").list.first())
    codes = first.select(pl.col("group").rank("dense").cast(pl.Int64).fill_null(-1)).to_series().to_numpy()
    in_trust = float(((codes[one] == codes[other]) & (codes[one] > 0)).sum())
    return float(one.size), same("authority_code"), same("region"), float((km <= SITE_KM).sum()), in_trust


def _tell(pairs: pl.DataFrame, ties: pl.DataFrame) -> pl.DataFrame:
    """A probability and a verdict for every pair of posts."""
    far = pl.col("tie") == "none"
    # Posts of the name beyond these two and untied to them say how common the name is.
    common = far.sum().over("head")
    usual = pairs.select(common.mean()).item() if pairs.height else 1.0
    told = pairs.join(ties.select("tie", "executive", "shared_share"), on=["tie", "executive"]).with_columns(
        weight=(1 + common) / (1 + (usual or 0.0))
    )
    chance = (1 - pl.col("shared_share")) * pl.col("weight")
    probability = pl.col("shared_share") / (pl.col("shared_share") + chance)
    words = pl.col("tie").replace_strict(TIE_WORDS, return_dtype=pl.String)
    title = (
        pl.when("executive")
        .then(pl.lit("a title says executive"))
        .otherwise(pl.lit("no title says executive"))
    )
    verdict = (
        pl.when(pl.col("probability") >= SHARED_FROM)
        .then(pl.lit("shared_head"))
        .when(pl.col("probability") < NAMESAKES_BELOW)
        .then(pl.lit("namesakes"))
        .otherwise(pl.lit("cannot_tell"))
    )
    return SharedPosts.validate(
        told.with_columns(probability=probability.clip(0.0, 1.0), why=pl.format("{}; {}", words, title))
        .with_columns(verdict=verdict.cast(pl.Enum(("shared_head", "namesakes", "cannot_tell"))))
        .rename({"urn_other": "other_urn"})
        .select(SharedPosts.column_names())
        .sort("head", "urn", "other_urn")
    )


def _heads(posts: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """How many people each name is."""
    often = posts.filter((pl.len().over("head") > 1) & (pl.len().over("head") <= COMMONEST)).with_row_index(
        "at"
    )
    place = often.select("head", "urn", pl.col("at").cast(pl.Int64))
    ends = told.join(place, on=["head", "urn"]).join(
        place, left_on=["head", "other_urn"], right_on=["head", "urn"], suffix="_other"
    )
    shared = ends.filter(pl.col("verdict") == "shared_head")
    possible = ends.filter(pl.col("verdict") != "namesakes")

    def people(joined: pl.DataFrame) -> pl.Series:
        return pl.Series(components(often.height, joined["at"].to_numpy(), joined["at_other"].to_numpy()))

    counted = (
        often.with_columns(most=people(shared), least=people(possible))
        .group_by("head")
        .agg(
            posts=pl.len().cast(pl.Int64),
            people_least=pl.col("least").n_unique().cast(pl.Int64),
            people_most=pl.col("most").n_unique().cast(pl.Int64),
        )
    )
    verdict = (
        pl.when(pl.col("people_most") == 1)
        .then(pl.lit("shared_head"))
        .when(pl.col("people_least") == pl.col("posts"))
        .then(pl.lit("namesakes"))
        .when(pl.col("people_least") == pl.col("people_most"))
        .then(pl.lit("both"))
        .otherwise(pl.lit("cannot_tell"))
    )
    return SharedHeads.validate(
        counted.with_columns(
            verdict=verdict.cast(pl.Enum(("shared_head", "namesakes", "both", "cannot_tell")))
        )
        .select(SharedHeads.column_names())
        .sort("head")
    )
