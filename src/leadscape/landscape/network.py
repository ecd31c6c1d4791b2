"""Who supports whom: how far support reaches, who stands outside, what hangs on one person.

Supports and schools in, :class:`~leadscape.landscape.results.NetworkSummary` out. Support is an arrow from a
leader's home school to a partner school; several leaders or roles between the same two schools are one arrow.
Graphs are kept as arrays of arrows (scipy.sparse.csgraph), so a national network takes milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse import csgraph

from leadscape.core.tables import polars_schema
from leadscape.core.writing import write_text
from leadscape.landscape.distribution import open_schools
from leadscape.landscape.results import NetworkSummary
from leadscape.landscape.tables import NetworkReach, NetworkSchools
from leadscape.register.geography import distance_km

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

JOINING_GROUPS: Final = ("multi_academy_trust", "federation", "foundation_trust")
"""Groups that make several schools one organisation."""
_NOT_IN_XML: Final = r"[^\t\n\r\x20-\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}]"


def summarise_network(
    supports: pl.DataFrame,
    schools: pl.DataFrame,
    as_of: date | None = None,
    memberships: pl.DataFrame | None = None,
) -> NetworkSummary:
    """The support network in figures.

    Parameters
    ----------
    supports
        As :class:`~leadscape.survey.tables.Supports`. One without a home school counts for the leader and the
        partner school, and makes no arrow.
    schools
        As :class:`~leadscape.register.tables.Schools`: for distances, and for the open schools that no
        support touches.
    as_of
        Date on which schools are open and memberships hold; as the register says without it.
    memberships
        As :class:`~leadscape.register.tables.Memberships`: tells support inside one trust or federation, which its own
        structure may ask for, from support beyond it. Without it that is not known.

    Returns
    -------
    NetworkSummary
        ``schools`` as :class:`~leadscape.landscape.tables.NetworkSchools`, ``reach`` as
        :class:`~leadscape.landscape.tables.NetworkReach`.

    Notes
    -----
    Components join schools that any chain of support connects, whatever its direction. A chain follows the
    arrows; schools that support one another in a circle are one stop on it and add one step, however many
    they are, so that every chain ends.
    """
    arrows = _arrows(supports)
    rows = _school_rows(supports, arrows)
    components = _component_sizes(rows["urn"], arrows)
    open_urns = open_schools(schools, as_of).select("urn")
    return NetworkSummary(
        supports=supports.height,
        home_schools=supports["home_urn"].drop_nulls().n_unique(),
        partner_schools=supports["partner_urn"].n_unique(),
        schools_in_network=rows.height,
        isolates=open_urns.join(rows, on="urn", how="anti").height,
        hanging_on_one=int(rows["hangs_on_one"].sum()),
        largest_component=int(components.max(initial=0)),
        components=len(components),
        longest_chain=int(rows["longest_chain"].to_numpy().max(initial=0)),
        schools=rows,
        reach=_reach(supports, schools),
        arrows=supports["home_urn"].count(),
        inside_group=None if memberships is None else _inside_group(supports, memberships, as_of),
    )


def write_graphml(supports: pl.DataFrame, schools: pl.DataFrame, path: Path) -> None:
    """The network as GraphML for other programs: a node a school, an edge a leader's support in a role.

    Identifiers only: leaders appear as their ids, and no name of a person is written. Schools carry name,
    phase, authority and region. A support without a home school has no edge.

    Raises
    ------
    OutputBlocked
        When ``path`` cannot be written.

    Sources
    -------
    GraphML primer and schema 1.0 (graphdrawing.org).
    """
    node_keys = ("name", "phase", "authority_code", "region")
    edge_keys = ("leader_id", "role", "started_on", "ended_on")
    edges = supports.drop_nulls("home_urn").sort("home_urn", "partner_urn", "holding_id")
    urns = (
        pl.concat([supports["home_urn"], supports["partner_urn"]]).drop_nulls().unique().sort().alias("urn")
    )
    nodes = urns.to_frame().join(
        schools.select("urn", *node_keys), on="urn", how="left", maintain_order="left"
    )
    keys = [f'<key id="n_{key}" for="node" attr.name="{key}" attr.type="string"/>' for key in node_keys]
    keys += [f'<key id="e_{key}" for="edge" attr.name="{key}" attr.type="string"/>' for key in edge_keys]
    node_lines = nodes.select(
        pl.concat_str(
            pl.lit('<node id="'), _xml("urn"), pl.lit('">'), *_data(node_keys, "n"), pl.lit("</node>")
        )
    )
    edge_lines = edges.select(
        pl.concat_str(
            pl.lit('<edge source="'),
            _xml("home_urn"),
            pl.lit('" target="'),
            _xml("partner_urn"),
            pl.lit('">'),
            *_data(edge_keys, "e"),
            pl.lit("</edge>"),
        )
    )
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
        *keys,
        '<graph id="supports" edgedefault="directed">',
        *node_lines.to_series(),
        *edge_lines.to_series(),
        "</graph>",
        "</graphml>",
    ]
    write_text("\n".join(lines) + "\n", path)


def _inside_group(supports: pl.DataFrame, memberships: pl.DataFrame, as_of: date | None) -> int:
    """Ties whose two schools belong to one trust or federation on the date. Sponsors join no schools to each other."""
    joining = memberships.filter(pl.col("group_type").cast(pl.String).is_in(JOINING_GROUPS))
    if as_of is not None:
        joined = pl.col("joined_on").is_null() | (pl.col("joined_on") <= as_of)
        joining = joining.filter(joined & (pl.col("left_on").is_null() | (pl.col("left_on") > as_of)))
    homes = joining.select(home_urn="urn", group_uid="group_uid")
    partners = joining.select(partner_urn="urn", group_uid="group_uid")
    ties = supports.drop_nulls("home_urn").select("holding_id", "home_urn", "partner_urn")
    return (
        ties.join(homes, on="home_urn")
        .join(partners, on=["partner_urn", "group_uid"])
        .select(ties.columns)
        .n_unique()
    )


def _arrows(supports: pl.DataFrame) -> pl.DataFrame:
    """Distinct pairs of home school and partner school."""
    return (
        supports.drop_nulls("home_urn")
        .select("home_urn", "partner_urn")
        .unique()
        .sort("home_urn", "partner_urn")
    )


def _school_rows(supports: pl.DataFrame, arrows: pl.DataFrame) -> pl.DataFrame:
    gives = arrows.group_by(urn="home_urn").agg(partners_supported=pl.len())
    gets = arrows.group_by(urn="partner_urn").agg(supporters=pl.len())
    leaders = supports.group_by(urn="partner_urn").agg(leaders_in=pl.col("leader_id").n_unique())
    ties = ("partners_supported", "supporters", "leaders_in")
    counted = (
        pl.concat([arrows["home_urn"], supports["partner_urn"]])
        .unique()
        .sort()
        .alias("urn")
        .to_frame()
        .join(gives, on="urn", how="left")
        .join(gets, on="urn", how="left")
        .join(leaders, on="urn", how="left")
        # No arrow in the network is a count of none, not a missing measure.
        .with_columns(pl.col(tie).fill_null(0).cast(pl.Int64) for tie in ties)
        .sort("urn")
    )
    chains = _chain_lengths(*_numbered(counted["urn"], arrows), counted.height)
    rows = counted.with_columns(
        hangs_on_one=pl.col("leaders_in") == 1, longest_chain=pl.Series(chains, dtype=pl.Int64)
    )
    return NetworkSchools.validate(rows)


def _numbered(urns: pl.Series, arrows: pl.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions in ``urns`` of both ends of every arrow."""
    place = pl.DataFrame({"urn": urns, "place": np.arange(len(urns))})
    tails, heads = (
        arrows.select(urn=end).join(place, on="urn", how="left", maintain_order="left")["place"].to_numpy()
        for end in ("home_urn", "partner_urn")
    )
    return tails, heads


def _component_sizes(urns: pl.Series, arrows: pl.DataFrame) -> NDArray[np.int64]:
    tails, heads = _numbered(urns, arrows)
    _, labels = csgraph.connected_components(_graph(tails, heads, len(urns)), directed=False)
    return np.bincount(labels)


def _chain_lengths(tails: NDArray[np.int64], heads: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Longest chain of support from each of ``n`` schools, circles taken as one stop.

    Circles (strongly connected components) are folded into one node each, which leaves a graph without
    circles. Its ends are taken off again and again: a node is taken once all it supports have been, one step
    above the longest of them.
    """
    count, stop = csgraph.connected_components(_graph(tails, heads, n), directed=True, connection="strong")
    own = (np.bincount(stop, minlength=count) > 1).astype(np.int64)
    folded = np.unique(np.column_stack([stop[tails], stop[heads]]), axis=0)
    folded = folded[folded[:, 0] != folded[:, 1]]
    supporters = _graph(folded[:, 1], folded[:, 0], count)
    open_ends = np.bincount(folded[:, 0], minlength=count)
    length = own.copy()
    ready = np.flatnonzero(open_ends == 0)
    while len(ready):
        block = supporters[ready]
        above, below = block.indices, np.repeat(length[ready], np.diff(block.indptr))
        np.maximum.at(length, above, own[above] + 1 + below)
        np.subtract.at(open_ends, above, 1)
        candidates = np.unique(above)
        ready = candidates[open_ends[candidates] == 0]
    return length[stop]


def _graph(tails: NDArray[np.int64], heads: NDArray[np.int64], n: int) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(tails)), (tails, heads)), shape=(n, n))


def _reach(supports: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    place = schools.select("urn", "longitude", "latitude")
    pairs = (
        supports.select("leader_id", "home_urn", "partner_urn")
        .unique()
        .join(place, left_on="home_urn", right_on="urn", how="left")
        .join(place, left_on="partner_urn", right_on="urn", how="left", suffix="_partner")
        .with_columns(
            km=distance_km(
                pl.col("longitude"),
                pl.col("latitude"),
                pl.col("longitude_partner"),
                pl.col("latitude_partner"),
            )
        )
        # A mean depends in its last digit on the order of what it adds up.
        .sort("leader_id", "home_urn", "partner_urn")
    )
    by_school = pairs.drop_nulls("home_urn").unique(["home_urn", "partner_urn"], maintain_order=True)
    frames = [
        frame.group_by(id=key)
        .agg(
            partner_schools=pl.col("partner_urn").n_unique().cast(pl.Int64),
            mean_km=pl.col("km").mean(),
            furthest_km=pl.col("km").max(),
        )
        .with_columns(unit=pl.lit(unit))
        for unit, key, frame in (("leader", "leader_id", pairs), ("home school", "home_urn", by_school))
    ]
    columns = polars_schema(NetworkReach)
    rows = pl.concat(frames).with_columns(pl.col("unit").cast(columns["unit"]))
    return NetworkReach.validate(rows.select(columns.names()).sort("unit", "id"))


def _xml(column: str) -> pl.Expr:
    """A column's text with what XML 1.0 reserves escaped, and what it forbids taken out."""
    text = pl.col(column).cast(pl.String).fill_null("").str.replace_all(_NOT_IN_XML, "")
    for raw, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.str.replace_all(raw, escaped, literal=True)
    return text


def _data(keys: tuple[str, ...], prefix: str) -> list[pl.Expr]:
    """A data element for each key that has a value."""
    return [
        pl.when(pl.col(key).is_not_null())
        .then(pl.concat_str(pl.lit(f'<data key="{prefix}_{key}">'), _xml(key), pl.lit("</data>")))
        .otherwise(pl.lit(""))
        for key in keys
    ]
