"""Which school became which, from statements that are one-sided, repeated, undated or contradict each other?

In: one or more vintages of :class:`~leadscape.register.tables.Links`, optionally
:class:`~leadscape.register.tables.Schools` for opening and closing dates. Out: a graph without cycles, and
everything that was set aside or broken, with the rule.

Method: a statement of either side makes an edge from predecessor to successor. A wording that gives no
order ("Result of Amalgamation") is ordered by closing dates, else set aside. Where edges run in a circle,
the edge with the weaker claim goes, by the first rule that tells the two apart (:data:`CYCLE_RULES`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS: Final = ("succession", "merger", "amalgamation", "split")
CYCLE_RULES: Final[dict[str, str]] = {
    "withdrawn": "the newest file no longer states it, and states the opposite",
    "one_sided": "one school states it, both schools state the opposite",
    "dates_contradict": "its successor had closed, or its predecessor had not opened, on its date",
    "order": "its successor is the earlier school: closed before the other, else opened earlier, else the lower number",
}
SET_ASIDE: Final[dict[str, str]] = {
    "sixth_form_centre": "A shared sixth form is not a succession.",
    "not_lineage": "The wording says that the two are related, not that one follows the other.",
    "restated": "Another statement on the same two schools gives the order.",
    "no_direction": "Neither the wording nor closing dates say which came first.",
    "itself": "A school cannot follow itself.",
}
NEVER: Final = date(9999, 12, 31)
_EDGE: Final = ["predecessor", "successor"]


@dataclass(frozen=True)
class LinkEdges:
    """A graph from predecessor to successor without cycles.

    Attributes
    ----------
    edges
        ``predecessor``, ``successor``, ``kind`` (one of :data:`KINDS`), ``taken_on`` (date of effect, null
        where unknown), ``dated_by`` (``link``, ``opening``, ``closing`` or null), ``sides`` (schools that
        state it: 1 or 2), ``in_newest`` (whether the newest file states it).
    broken
        As ``edges`` with ``rule`` (key of :data:`CYCLE_RULES`) and ``cycle`` (number): edges that closed a
        circle.
    set_aside
        ``urn``, ``link_urn``, ``link_type``, ``reason`` (key of :data:`SET_ASIDE`): statements that are not
        edges.
    cycles
        How many circles were found.
    """

    edges: pl.DataFrame
    broken: pl.DataFrame
    set_aside: pl.DataFrame
    cycles: int


def read_edges(
    links: pl.DataFrame | Sequence[pl.DataFrame], schools: pl.DataFrame | None = None
) -> LinkEdges:
    """Edges from one vintage of links, or from several ordered from the oldest to the newest.

    Parameters
    ----------
    links
        As :class:`~leadscape.register.tables.Links`.
    schools
        As :class:`~leadscape.register.tables.Schools`, open and closed: ``urn``, ``opened_on``,
        ``closed_on``. Dates edges that the links do not date, and orders what the wording does not.
    """
    vintages = [links] if isinstance(links, pl.DataFrame) else list(links)
    spans = _life_spans(schools)
    newest = len(vintages) - 1
    statements = _classify(
        pl.concat(
            one.select(
                "urn", "link_urn", pl.col("relation").cast(pl.String), "link_type", "established_on"
            ).with_columns(vintage=pl.lit(number))
            for number, one in enumerate(vintages)
        ),
        spans,
    )
    set_aside = (
        statements.filter(pl.col("reason").is_not_null())
        .select("urn", "link_urn", "link_type", "reason")
        .unique()
        .sort("urn", "link_urn", "link_type")
    )
    edges = _merge_statements(statements.filter(pl.col("reason").is_null()), newest, spans)
    edges, broken, cycles = _break_cycles(edges, spans)
    return LinkEdges(edges, broken, set_aside, cycles)


def _life_spans(schools: pl.DataFrame | None) -> pl.DataFrame:
    if schools is None:
        schema = {"urn": pl.String, "opened_on": pl.Date, "closed_on": pl.Date}
        return pl.DataFrame(schema=schema)
    return schools.group_by("urn").agg(pl.col("opened_on").min(), pl.col("closed_on").max())


def _classify(statements: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Each statement with ``predecessor``, ``successor`` and ``kind``, or the ``reason`` why it is no edge."""
    words = pl.col("link_type").str.to_lowercase()
    closed = spans.select("urn", "closed_on")
    dated = statements.join(closed, on="urn", how="left", maintain_order="left").join(
        closed.rename({"urn": "link_urn", "closed_on": "link_closed_on"}),
        on="link_urn",
        how="left",
        maintain_order="left",
    )
    mine, theirs = pl.col("closed_on").fill_null(NEVER), pl.col("link_closed_on").fill_null(NEVER)
    pair = [pl.min_horizontal("urn", "link_urn"), pl.max_horizontal("urn", "link_urn")]
    unordered = words.str.contains("amalgamat|merge") & ~words.str.contains("predecessor|successor")
    forward = (
        pl.when(unordered)
        .then(pl.when(mine != theirs).then(mine < theirs))
        .when(words.str.contains("successor"))
        .then(pl.lit(True))
        .when(words.str.contains("predecessor"))
        .then(pl.lit(False))
        .when(pl.col("relation") != "related")
        .then(pl.col("relation") == "successor")
    )
    reason = (
        pl.when(words.str.contains("sixth form"))
        .then(pl.lit("sixth_form_centre"))
        .when(words.str.contains("^(other|closure|expansion)"))
        .then(pl.lit("not_lineage"))
        .when(pl.col("urn") == pl.col("link_urn"))
        .then(pl.lit("itself"))
        .when(unordered & (pl.col("forward").is_not_null() & ~unordered).any().over(pair))
        .then(pl.lit("restated"))
        .when(pl.col("forward").is_null())
        .then(pl.lit("no_direction"))
    )
    kind = (
        pl.when(words.str.contains("split"))
        .then(pl.lit("split"))
        .when(words.str.contains("amalgamat"))
        .then(pl.lit("amalgamation"))
        .when(words.str.contains("merge"))
        .then(pl.lit("merger"))
        .otherwise(pl.lit("succession"))
    )
    return dated.with_columns(forward=forward, kind=kind).with_columns(
        predecessor=pl.when("forward").then("urn").otherwise("link_urn"),
        successor=pl.when("forward").then("link_urn").otherwise("urn"),
        reason=reason,
    )


def _merge_statements(statements: pl.DataFrame, newest: int, spans: pl.DataFrame) -> pl.DataFrame:
    """One row an edge. The newest dated file decides the date; of two sides the later, when the new school stands."""
    dated = statements.drop_nulls("established_on").filter(
        pl.col("vintage") == pl.col("vintage").max().over(_EDGE)
    )
    dates = dated.group_by(_EDGE).agg(link_on=pl.col("established_on").max())
    words = pl.col("kind").filter(pl.col("kind") != "succession")
    edges = statements.group_by(_EDGE).agg(
        kind=pl.coalesce(words.mode().min(), pl.lit("succession")),
        sides=pl.col("forward").n_unique().cast(pl.Int64),
        in_newest=(pl.col("vintage") == newest).any(),
    )
    opened = spans.select(successor="urn", opened="opened_on")
    closed = spans.select(predecessor="urn", closed="closed_on")
    return (
        edges.join(dates, on=_EDGE, how="left")
        .join(opened, on="successor", how="left")
        .join(closed, on="predecessor", how="left")
        .select(
            *_EDGE,
            "kind",
            taken_on=pl.coalesce("link_on", "opened", "closed"),
            dated_by=pl.when(pl.col("link_on").is_not_null())
            .then(pl.lit("link"))
            .when(pl.col("opened").is_not_null())
            .then(pl.lit("opening"))
            .when(pl.col("closed").is_not_null())
            .then(pl.lit("closing")),
            sides="sides",
            in_newest="in_newest",
        )
        .sort(_EDGE)
    )


def _break_cycles(edges: pl.DataFrame, spans: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Edges without the weaker claims of every circle; what went, with its rule and circle; how many circles."""
    in_cycle = _circles(edges)
    cycles = in_cycle["cycle"].n_unique()
    claims = in_cycle.join(
        spans.select(successor="urn", s_opened="opened_on", s_closed="closed_on"), on="successor", how="left"
    ).join(
        spans.select(predecessor="urn", p_opened="opened_on", p_closed="closed_on"),
        on="predecessor",
        how="left",
    )
    impossible = (pl.col("s_closed") < pl.col("taken_on").dt.offset_by("-1d")) | (
        pl.col("p_opened") > pl.col("taken_on").dt.offset_by("1d")
    )
    claims = claims.with_columns(impossible=impossible.fill_null(False))
    opposite = claims.select(
        predecessor="successor",
        successor="predecessor",
        other_newest="in_newest",
        other_sides="sides",
        other_impossible="impossible",
    )
    weaker = claims.join(opposite, on=_EDGE, how="left").with_columns(
        rule=pl.when(~pl.col("in_newest") & pl.col("other_newest"))
        .then(pl.lit("withdrawn"))
        .when(~pl.col("other_newest") & pl.col("in_newest"))
        .then(None)
        .when(pl.col("sides") < pl.col("other_sides"))
        .then(pl.lit("one_sided"))
        .when(pl.col("sides") > pl.col("other_sides"))
        .then(None)
        .when(pl.col("impossible") & ~pl.col("other_impossible"))
        .then(pl.lit("dates_contradict"))
    )
    first = weaker.drop_nulls("rule").select(*edges.columns, "rule", "cycle")
    rest = edges.join(first, on=_EDGE, how="anti")
    still = _circles(rest).drop("cycle").join(claims.select(*_EDGE, "cycle", "^[sp]_.*$"), on=_EDGE)
    ends = [
        still.select(urn=name, closed=f"{initial}_closed", opened=f"{initial}_opened")
        for name, initial in (("successor", "s"), ("predecessor", "p"))
    ]
    number = pl.col("urn").str.len_chars()
    rank = (
        pl.concat(ends)
        .unique("urn")
        .sort(pl.col("closed").fill_null(NEVER), pl.col("opened"), number, "urn", nulls_last=False)
        .select("urn", rank=pl.row_index())
    )
    against = (
        still.join(rank.rename({"urn": "successor", "rank": "s_rank"}), on="successor")
        .join(rank.rename({"urn": "predecessor", "rank": "p_rank"}), on="predecessor")
        .filter(pl.col("s_rank") < pl.col("p_rank"))
        .with_columns(rule=pl.lit("order"))
        .select(*edges.columns, "rule", "cycle")
    )
    broken = pl.concat([first, against]).sort("cycle", *_EDGE)
    return edges.join(broken, on=_EDGE, how="anti").sort(_EDGE), broken, cycles


def _circles(edges: pl.DataFrame) -> pl.DataFrame:
    """Edges between schools each of which can be reached from the other, with the number of their circle."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    urns = pl.concat([edges["predecessor"], edges["successor"]]).unique().sort()
    start, end = (edges[name].cast(pl.Enum(urns)).to_physical().to_numpy() for name in _EDGE)
    graph = coo_array((np.ones(len(start)), (start, end)), shape=(len(urns), len(urns)))
    _, component = connected_components(graph, directed=True, connection="strong")
    found = edges.with_columns(cycle=pl.Series(component[start], dtype=pl.Int64)).filter(
        component[start] == component[end]
    )
    return found.with_columns(cycle=pl.col("cycle").rank("dense").cast(pl.Int64))
