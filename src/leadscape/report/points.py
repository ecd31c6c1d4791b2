"""Which home schools the map may show.

A dot is a count of one. Where a count of an authority is hidden, its dots would give it away, so they are left out and
counted instead.
"""

from __future__ import annotations

import polars as pl

from leadscape.core.missing import SUPPRESSED
from leadscape.core.tables import check_table
from leadscape.landscape.disclosure import authorities_on_the_map
from leadscape.report.contents import WITHHELD, PointsShown
from leadscape.report.tables import HomePoints
from leadscape.report.wording import people_told


def draw_home_points(
    holdings: pl.DataFrame,
    points: pl.DataFrame,
    authorities: pl.DataFrame,
    *,
    hide_below: int | None = None,
    round_to: int | None = None,
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
    )


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
