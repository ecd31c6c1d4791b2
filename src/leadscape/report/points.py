"""Which home schools the map may show.

A dot is a count of one. Where a count of an authority is hidden, its dots would give it away, so they are left out and
counted instead.
"""

from __future__ import annotations

import polars as pl

from leadscape.core.missing import SUPPRESSED
from leadscape.core.tables import check_table
from leadscape.landscape.disclosure import authorities_on_the_map
from leadscape.report.contents import PointsShown
from leadscape.report.tables import HomePoints
from leadscape.report.wording import whole


def draw_home_points(
    holdings: pl.DataFrame, points: pl.DataFrame, authorities: pl.DataFrame, *, rounded: bool = False
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
    rounded
        Whether published counts are rounded: dots could be counted exactly, so none is shown then.

    Returns
    -------
    PointsShown
        One point a holding that has a located home school. Where any count of an authority is suppressed, only
        authorities of :func:`leadscape.landscape.disclosure.authorities_on_the_map` have points.
    """
    placed = holdings.select("home_urn", "origin", "authority_code").join(
        points.select("urn", "x", "y").unique("urn", keep="first", maintain_order=True),
        left_on="home_urn",
        right_on="urn",
        how="left",
        maintain_order="left",
    )
    located = placed.drop_nulls(["x", "y"])
    shown = located.clear() if rounded else _protected(located, authorities)
    unlinked = holdings["home_urn"].null_count()
    why = "would tell counts that are rounded" if rounded else "are in authorities with suppressed counts"
    reasons = (
        (unlinked, "have no home school that could be linked to the register"),
        (holdings.height - located.height - unlinked, "have a home school without a place on the map"),
        (located.height - shown.height, why),
    )
    return PointsShown(
        check_table(shown.sort("origin", "x", "y"), HomePoints, "The points of home schools"),
        holdings.height - shown.height,
        tuple(f"{whole(count)} {words}" for count, words in reasons if count),
    )


def _protected(located: pl.DataFrame, authorities: pl.DataFrame) -> pl.DataFrame:
    """All points where nothing is suppressed; otherwise those of authorities whose counts are all told."""
    statuses = pl.col("holdings_status", "local_holdings_status", "national_holdings_status").cast(pl.String)
    if authorities.filter(pl.any_horizontal(statuses == SUPPRESSED)).is_empty():
        return located
    return located.filter(pl.col("authority_code").is_in(authorities_on_the_map(authorities).implode()))
