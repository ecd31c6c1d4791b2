"""What was a school before, and what became of it, by the links in the database?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl
from django.db import connection
from django.db.models import F, Q

from leadscape.actions.follow_lineage import follow_lineage
from leadscape_web.register.models import Link, School

# Links in either direction, from school to school, until nothing new is found.
_FAMILY: Final = """
with recursive family(urn) as (
  select %s::text
  union
  select case when l.urn = f.urn then l.link_urn else l.urn end
  from family f join register_link l on l.urn = f.urn or l.link_urn = f.urn
)
select l.urn, l.link_urn, l.relation, l.link_type, l.link_name, l.established_on
from register_link l where l.urn in (select urn from family) or l.link_urn in (select urn from family)
"""
_LINK: Final = {
    **dict.fromkeys(("urn", "link_urn", "relation", "link_type", "link_name"), pl.String),
    "established_on": pl.Date,
}
_SCHOOL: Final = {
    **dict.fromkeys(("urn", "name", "status"), pl.String),
    "opened_on": pl.Date,
    "closed_on": pl.Date,
}


@dataclass(frozen=True)
class Successor:
    """A school that followed another; ``name`` is its URN where the register gives none."""

    urn: str
    name: str


@dataclass(frozen=True)
class Relative:
    """One school of the family.

    Attributes
    ----------
    relation
        ``predecessor``, ``successor``, or ``kin``: it shares a predecessor or successor.
    steps
        Links between the two; null for kin.
    taken_on
        Date of the link that ties it to the family.
    kind
        ``succession``, ``merger``, ``amalgamation`` or ``split``.
    name
        As the register names it, else as a link does; null where neither does.
    status
        As in the register; null where the register does not list it.
    """

    urn: str
    relation: str
    steps: int | None
    taken_on: date | None
    kind: str | None
    name: str | None
    status: str | None
    closed_on: date | None


def relatives_of(urn: str) -> tuple[Relative, ...]:
    """The family of a school without itself: predecessors, successors, kin; each the nearest first. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_FAMILY, [urn])
        links = pl.DataFrame(cursor.fetchall(), schema=_LINK, orient="row")
        if links.is_empty():
            return ()
        urns = pl.concat([links["urn"], links["link_urn"]]).unique().to_list()
        cursor.execute(
            "select urn, name, status, opened_on, closed_on from register_school where urn = any (%s)", [urns]
        )
        schools = pl.DataFrame(cursor.fetchall(), schema=_SCHOOL, orient="row")
    family = follow_lineage(urn, links, schools).family
    told = links.drop_nulls("link_name").select(urn="link_urn", told="link_name").unique("urn", keep="last")
    named = (
        family.filter(pl.col("relation").cast(pl.String) != "self")
        .join(schools, on="urn", how="left", maintain_order="left")
        .join(told, on="urn", how="left", maintain_order="left")
    )
    return tuple(
        Relative(
            row["urn"],
            row["relation"],
            row["steps"],
            row["taken_on"],
            row["kind"],
            row["name"] or row["told"],
            row["status"],
            row["closed_on"],
        )
        for row in named.iter_rows(named=True)
    )


def neighbours_by_links(urns: Collection[str]) -> dict[str, tuple[set[str], set[str]]]:
    """Of each of some schools the URNs of those one link before and one link after it, whichever side stated the link.

    The whole family of one school is :func:`relatives_of`; this is for many schools at once. One query.
    """
    found: dict[str, tuple[set[str], set[str]]] = {urn: (set(), set()) for urn in urns}
    stated = Link.objects.filter(
        Q(urn__in=found) | Q(link_urn__in=found), relation__in=["predecessor", "successor"]
    )
    for urn, other, relation in stated.exclude(urn=F("link_urn")).values_list("urn", "link_urn", "relation"):
        before, after = (other, urn) if relation == "predecessor" else (urn, other)
        if after in found:
            found[after][0].add(before)
        if before in found:
            found[before][1].add(after)
    return found


def successors_of(urns: Collection[str]) -> dict[str, tuple[Successor, ...]]:
    """Schools of the register that followed each of some, in order of name. Two queries; none for no school."""
    if not urns:
        return {}
    after = {urn: followed for urn, (_, followed) in neighbours_by_links(urns).items()}
    names = dict(School.objects.filter(pk__in=set().union(*after.values())).values_list("urn", "name"))
    return {
        urn: tuple(sorted((Successor(one, names[one] or one) for one in followed if one in names),
                          key=lambda one: (one.name, one.urn)))
        for urn, followed in after.items()
    }  # fmt: skip


def named_by_links(urn: str) -> tuple[tuple[str, str | None], ...]:
    """Schools of the register whose links name ``urn``: number and name. For a school that the register lacks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct s.urn, s.name from register_link l"
            " join register_school s on s.urn = case when l.urn = %s then l.link_urn else l.urn end"
            " where l.urn = %s or l.link_urn = %s order by s.name limit 10",
            [urn, urn, urn],
        )
        return tuple(cursor.fetchall())
