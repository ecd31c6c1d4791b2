"""Which home schools the map may show.

A dot is a count of one. Where a count of an authority is hidden, its dots would give it away, so they are left out and
counted instead.
"""

from __future__ import annotations

import polars as pl

from leadscape.core.missing import SUPPRESSED
from leadscape.core.tables import check_table
from leadscape.report.contents import PointsShown
from leadscape.report.tables import HomePoints
from leadscape.report.wording import whole


def draw_home_points(holdings: pl.DataFrame, points: pl.DataFrame, authorities: pl.DataFrame) -> PointsShown:
    """The places of home schools that may be shown.

    Parameters
    ----------
    holdings
        As :class:`leadscape.survey.tables.RoleHoldings`.
    points
        Places of schools in planar metres: ``urn``, ``x``, ``y``.
    authorities
        As :class:`leadscape.landscape.tables.AuthorityDistribution`, already suppressed where that was asked for.

    Returns
    -------
    PointsShown
        One point a holding that has a located home school in an authority none of whose counts is suppressed.

    Notes
    -----
    An authority is left out whole when any of its counts is suppressed: the dots of one origin and the total would
    give the other away.
    """
    hidden = authorities.filter(
        pl.any_horizontal(
            pl.col("holdings_status", "local_holdings_status", "national_holdings_status").cast(pl.String)
            == SUPPRESSED
        )
    )["authority_code"]
    placed = holdings.select("home_urn", "origin", "authority_code").join(
        points.select("urn", "x", "y").unique("urn", keep="first", maintain_order=True),
        left_on="home_urn",
        right_on="urn",
        how="left",
        maintain_order="left",
    )
    located = placed.drop_nulls(["x", "y"])
    shown = located.filter(~pl.col("authority_code").is_in(hidden.implode()).fill_null(False))
    unlinked = holdings["home_urn"].null_count()
    reasons = (
        (unlinked, "have no home school that could be linked to the register"),
        (holdings.height - located.height - unlinked, "have a home school without a place on the map"),
        (located.height - shown.height, "are in authorities with suppressed counts"),
    )
    return PointsShown(
        check_table(shown.sort("origin", "x", "y"), HomePoints, "The points of home schools"),
        holdings.height - shown.height,
        tuple(f"{whole(count)} {words}" for count, words in reasons if count),
    )
