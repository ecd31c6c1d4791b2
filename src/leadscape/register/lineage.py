"""What became of a school, and whose results may be read as whose, on a given date?

In: links and schools. Out: :class:`Lineage`, from which successors, families and carried results are asked.

Method: the graph of :mod:`leadscape.register.link_edges` has no cycles, so following it ends. All schools
are followed at once, one step of the graph a join. An edge is in force from its date; an undated edge
always.

What it does not say: that a school and its successor are the same school. A sponsored academy may share
nothing with its predecessor but the building; a successor's results start a new record in published tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.register.link_edges import LinkEdges, read_edges

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

CARRY_RULES: Final[dict[str, str]] = {
    "unchanged": "The school still stands under its own number.",
    "succeeded": "One school became one other: renamed, rebuilt or converted. Its results are read as the successor's.",
    "merged": "Several schools became one. Its results are a part of the successor's and need their pupils as weights.",
    "split": "One school became several. Its results belong to none of them and are not carried.",
}
SHARES: Final = {"unchanged": "whole", "succeeded": "whole", "merged": "part", "split": "none"}


@dataclass(frozen=True)
class Lineage:
    """Every school's way through time.

    Attributes
    ----------
    edges, broken, set_aside, cycles
        As in :class:`~leadscape.register.link_edges.LinkEdges`.
    """

    edges: pl.DataFrame
    broken: pl.DataFrame
    set_aside: pl.DataFrame
    cycles: int

    def in_force(self, as_of: date | None = None) -> pl.DataFrame:
        """Edges in force on a date: dated no later, or not dated; all of them without a date."""
        if as_of is None:
            return self.edges
        return self.edges.filter(pl.col("taken_on").is_null() | (pl.col("taken_on") <= as_of))

    def successors(self, urn: str, as_of: date | None = None) -> pl.DataFrame:
        """Every school that followed ``urn``, directly or not: ``urn``, ``steps``, ``taken_on``, ``kind``, by steps."""
        return _walk(self.in_force(as_of), urn, "predecessor", "successor")

    def predecessors(self, urn: str, as_of: date | None = None) -> pl.DataFrame:
        """Every school that ``urn`` followed, directly or not: ``urn``, ``steps``, ``taken_on``, ``kind``, by steps."""
        return _walk(self.in_force(as_of), urn, "successor", "predecessor")

    def lineage(self, urn: str, as_of: date | None = None) -> pl.DataFrame:
        """The whole family of a school on a date.

        Returns
        -------
        polars.DataFrame
            ``urn``, ``relation`` (``predecessor``, ``self``, ``successor``, or ``kin``: a school that
            shares one of them), ``steps`` (null for kin), ``taken_on`` (date of the edge that ties it to
            the next of the family) and ``kind`` of that edge. A school that no link names is a family of
            one.
        """
        edges = self.in_force(as_of)
        before, after = self.predecessors(urn, as_of), self.successors(urn, as_of)
        near = pl.concat(
            [
                before.with_columns(relation=pl.lit("predecessor")),
                _start(urn).with_columns(relation=pl.lit("self")),
                after.with_columns(relation=pl.lit("successor")),
            ]
        )
        family = _component(edges, urn)
        tie = (
            edges.filter(pl.col("predecessor").is_in(family.implode()))
            .sort("taken_on", "successor")
            .unique("predecessor", keep="first", maintain_order=True)
            .select(urn="predecessor", taken_on="taken_on", kind="kind")
        )
        kin = pl.DataFrame({"urn": family}).filter(~pl.col("urn").is_in(near["urn"].implode()))
        distant = kin.join(tie, on="urn", how="left").with_columns(
            steps=pl.lit(None, pl.Int64), relation=pl.lit("kin")
        )
        order = pl.Enum(["predecessor", "self", "successor", "kin"])
        columns = ["urn", "relation", "steps", "taken_on", "kind"]
        return (
            pl.concat([near.select(columns), distant.select(columns)])
            .cast({"relation": order})
            .sort("relation", "taken_on", "urn", nulls_last=True)
        )

    def latest_successors(self, urns: pl.Series, as_of: date | None = None) -> pl.DataFrame:
        """Where each school ended on a date.

        Parameters
        ----------
        urns
            Any schools, repeated or not.
        as_of
            Date on which one asks; all links without it.

        Returns
        -------
        polars.DataFrame
            One row a school and final successor, ordered: ``urn``, ``successor_urn`` (itself where nothing
            followed), ``steps`` (longest way), ``rule`` (key of :data:`CARRY_RULES`), ``share_rule``
            (``whole``: results carry; ``part``: as part of several; ``none``: not at all). Only a split has
            several rows.
        """
        edges = self.in_force(as_of)
        joins = edges.with_columns(
            merging=(pl.len().over("successor") > 1) | pl.col("kind").is_in(["merger", "amalgamation"])
        ).select(current="predecessor", following="successor", merging="merging")
        frontier = pl.DataFrame({"urn": urns.cast(pl.String).drop_nulls().unique()}).with_columns(
            current="urn", steps=pl.lit(0, pl.Int64), merged=pl.lit(False)
        )
        ended = []
        while frontier.height:
            stepped = frontier.join(joins, on="current", how="left")
            ended.append(stepped.filter(pl.col("following").is_null()).select(frontier.columns))
            frontier = (
                stepped.drop_nulls("following")
                .group_by("urn", current="following")
                .agg(steps=pl.col("steps").max() + 1, merged=(pl.col("merged") | pl.col("merging")).any())
                .select(frontier.columns)
            )
        ends = (
            pl.concat(ended or [frontier])
            .group_by("urn", "current")
            .agg(pl.col("steps").max(), pl.col("merged").any())
            .with_columns(ends=pl.len().over("urn"))
        )
        rule = (
            pl.when(pl.col("ends") > 1)
            .then(pl.lit("split"))
            .when("merged")
            .then(pl.lit("merged"))
            .when(pl.col("steps") > 0)
            .then(pl.lit("succeeded"))
            .otherwise(pl.lit("unchanged"))
        )
        return (
            ends.select("urn", successor_urn="current", steps="steps", rule=rule)
            .with_columns(share_rule=pl.col("rule").replace_strict(SHARES, return_dtype=pl.String))
            .sort("urn", "successor_urn")
        )


def build_lineage(
    links: pl.DataFrame | Sequence[pl.DataFrame], schools: pl.DataFrame | None = None
) -> Lineage:
    """The lineage of every school that links name.

    Parameters
    ----------
    links
        One vintage of :class:`~leadscape.register.tables.Links`, or several from the oldest to the newest.
        A link once stated is kept when a newer file no longer states it, unless the newer file states the
        opposite.
    schools
        :class:`~leadscape.register.tables.Schools`, open and closed, to date and order what the links leave
        open.
    """
    found: LinkEdges = read_edges(links, schools)
    return Lineage(found.edges, found.broken, found.set_aside, found.cycles)


def carry_results(frame: pl.DataFrame, lineage: Lineage, as_of: date | None = None) -> pl.DataFrame:
    """Results beside the school that they speak for on a date, with the rule of each row stated.

    Parameters
    ----------
    frame
        Any rows with ``urn``.
    lineage
        From :func:`build_lineage`.
    as_of
        The date for which results are wanted.

    Returns
    -------
    polars.DataFrame
        The same rows in the same order, none repeated and none dropped, with ``successor_urn`` (null where
        nothing may be carried), ``carry_rule`` (key of :data:`CARRY_RULES`), ``successor_urns`` (all final
        successors) and ``sources`` (how many schools of ``frame`` carry to this successor, itself included;
        null where not carried). A row whose ``sources`` is above 1 is a part: add parts up with pupils as
        weights, never as they are.
    """
    ends = (
        lineage.latest_successors(frame["urn"], as_of)
        .group_by("urn")
        .agg(successor_urns=pl.col("successor_urn").sort(), carry_rule=pl.col("rule").first())
        .with_columns(
            successor_urn=pl.when(pl.col("carry_rule") != "split").then(pl.col("successor_urns").list.first())
        )
    )
    known = pl.col("successor_urn").is_not_null()
    ends = ends.with_columns(sources=pl.when(known).then(pl.len().over("successor_urn")).cast(pl.Int64))
    added = ends.select("urn", "successor_urn", "carry_rule", "successor_urns", "sources")
    return frame.with_columns(pl.col("urn").cast(pl.String)).join(
        added, on="urn", how="left", maintain_order="left"
    )


def _start(urn: str) -> pl.DataFrame:
    return pl.DataFrame(
        {"urn": [urn], "steps": [0], "taken_on": [None], "kind": [None]},
        schema={"urn": pl.String, "steps": pl.Int64, "taken_on": pl.Date, "kind": pl.String},
    )


def _walk(edges: pl.DataFrame, urn: str, start: str, end: str) -> pl.DataFrame:
    """Schools reached from ``urn`` along the edges one way, each once, at the fewest steps."""
    reached = _start(urn)
    frontier = reached
    while frontier.height:
        frontier = (
            edges.filter(pl.col(start).is_in(frontier["urn"].implode()))
            .filter(~pl.col(end).is_in(reached["urn"].implode()))
            .sort("taken_on", start)
            .unique(end, keep="first", maintain_order=True)
            .select(
                urn=end, steps=pl.lit(reached["steps"].max(), pl.Int64) + 1, taken_on="taken_on", kind="kind"
            )
        )
        reached = pl.concat([reached, frontier])
    return reached.filter(pl.col("steps") > 0).sort("steps", "urn")


def _component(edges: pl.DataFrame, urn: str) -> pl.Series:
    """Every school tied to ``urn`` by any number of edges in either direction, itself included."""
    members = pl.Series("urn", [urn], dtype=pl.String)
    size = 0
    while len(members) > size:
        size = len(members)
        known = members.implode()
        tied = edges.filter(pl.col("predecessor").is_in(known) | pl.col("successor").is_in(known))
        members = pl.concat(
            [members, tied["predecessor"].alias("urn"), tied["successor"].alias("urn")]
        ).unique()
    return members.sort()
