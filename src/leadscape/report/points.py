"""Which home schools the map may show.

A dot is a count of one. Where a count of an authority is hidden, its dots would give it away, so they are left out and
counted instead. Where small counts are hidden, a dot does not stand at the home school itself, which would say who
leads: it stands at one of at least six neighbouring schools, drawn at random.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from leadscape.core.missing import SUPPRESSED
from leadscape.core.randomness import random_stream
from leadscape.core.tables import check_table
from leadscape.landscape.disclosure import authorities_on_the_map
from leadscape.report.contents import WITHHELD, PointsShown
from leadscape.report.tables import HomePoints
from leadscape.report.wording import people_told

FEWEST_NEIGHBOURS: Final = 6
"""Schools that a dot may stand for, the home school among them: as many people as the smallest count that is shown."""


def draw_home_points(
    holdings: pl.DataFrame,
    points: pl.DataFrame,
    authorities: pl.DataFrame,
    *,
    hide_below: int | None = None,
    round_to: int | None = None,
    seed: int = 0,
) -> PointsShown:
    """The places of home schools that may be shown.

    Parameters
    ----------
    holdings
        As :class:`leadscape.survey.tables.RoleHoldings`.
    points
        Places of schools in planar metres: ``urn``, ``x``, ``y``.
    authorities
        As :class:`leadscape.landscape.tables.AuthorityDistribution`, already suppressed where that was asked for.
    hide_below
        Numbers of people below this are not told exactly in the reasons; null where every number is.
    round_to
        Published counts are rounded to this. Dots could be counted exactly, so none is shown then.
    seed
        Of the draw among neighbouring schools, made where ``hide_below`` hides anything.

    Returns
    -------
    PointsShown
        One point a holding that has a located home school and may be shown. Where any count is suppressed, points
        tell no more than the tables: their origin only in authorities of
        :func:`leadscape.landscape.disclosure.authorities_on_the_map`, and none where the total is hidden.
    """
    placed = holdings.select("home_urn", "origin", "authority_code").join(
        points.select("urn", "x", "y").unique("urn", keep="first", maintain_order=True),
        left_on="home_urn",
        right_on="urn",
        how="left",
        maintain_order="left",
    )
    located = placed.drop_nulls(["x", "y"])
    shown = located.clear() if round_to else _protected(located, authorities)
    among = hide_below is not None and hide_below > 1
    if among:
        shown = _among_neighbours(shown, points, seed)
    unlinked = holdings["home_urn"].null_count()
    why = "would tell counts that are rounded" if round_to else "are in authorities with suppressed counts"
    reasons = (
        (unlinked, "have no home school that could be linked to the register"),
        (holdings.height - located.height - unlinked, "have a home school without a place on the map"),
        (located.height - shown.height, why),
    )
    without = holdings.height - shown.height
    return PointsShown(
        check_table(shown.sort("origin", "x", "y"), HomePoints, "The points of home schools"),
        without,
        f"{people_told(without, hide_below, round_to)} role-holding{'s' * (without != 1)}",
        tuple(f"{people_told(count, hide_below, round_to)} {words}" for count, words in reasons if count),
        among,
    )


def _among_neighbours(shown: pl.DataFrame, points: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Every point at the place of a school of its neighbourhood, drawn without regard to which one is meant."""
    schools = points.select("urn", "x", "y").unique("urn", keep="first").sort("urn")
    group = _neighbourhoods(schools["x"].to_numpy(), schools["y"].to_numpy())
    of_group = schools.with_columns(group=pl.Series(group)).sort("group", "urn")
    size = np.bincount(group)
    start = np.cumsum(size) - size
    # In an order that says nothing: by neighbourhood and origin.
    moved = (
        shown.drop("x", "y")
        .join(of_group.select("urn", "group"), left_on="home_urn", right_on="urn", how="left")
        .sort("group", "origin")
    )
    here = moved["group"].to_numpy()
    draw = random_stream(seed, "home points").random(moved.height)
    drawn = start[here] + np.floor(draw * size[here]).astype(np.int64)
    return moved.drop("group").with_columns(of_group[drawn].select("x", "y"))


def _neighbourhoods(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Number of the neighbourhood of every school: halved by turns from west to east and south to north.

    Each holds at least :data:`FEWEST_NEIGHBOURS` schools, or all there are.
    """
    group = np.zeros(len(x), dtype=np.int64)
    for level in range(max(0, int(np.log2(max(1, len(x)) / FEWEST_NEIGHBOURS)))):
        order = np.lexsort(((x, y)[level % 2], group))
        size = np.bincount(group)
        place = np.arange(len(x)) - (np.cumsum(size) - size)[group[order]]
        upper = place >= size[group[order]] // 2
        group[order] = group[order] * 2 + upper
    return np.unique(group, return_inverse=True)[1]


def _protected(located: pl.DataFrame, authorities: pl.DataFrame) -> pl.DataFrame:
    """All points where nothing is suppressed; otherwise no more than the tables tell.

    Where every origin of an authority is told its points keep their origin, where only the total is told they lose it,
    and where that is hidden there are none.
    """
    statuses = pl.col("holdings_status", "local_holdings_status", "national_holdings_status").cast(pl.String)
    if authorities.filter(pl.any_horizontal(statuses == SUPPRESSED)).is_empty():
        return located
    totals = authorities.filter(pl.col("reported_at_least").is_not_null())["authority_code"]
    origins = authorities_on_the_map(authorities)
    code = pl.col("authority_code")
    origin = pl.when(code.is_in(origins.implode())).then("origin").otherwise(pl.lit(WITHHELD))
    return located.filter(code.is_in(totals.implode())).with_columns(origin.alias("origin"))
