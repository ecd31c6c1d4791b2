"""What changed between two registers, and what cannot be said?

In: two registers with their dates, with headships and memberships where they hold them; optionally the
lineage of schools. Out: :class:`Changes`.

Method: schools are compared by their number. A comparison is made only where both registers hold the
column; ``compared`` says which were not made and why, so that an empty table is never read as "nothing
changed" by mistake. A school that the newer register does not list is *missing*: a question, with what the
links say beside it, and never a closure.

What it does not say: when, within the two dates, a change happened, unless the register gives a date; and
nothing about what changed and changed back.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.errors import NotComparable
from leadscape.core.identifiers import normalise_name
from leadscape.register.geography import distance_km, planar_distance_km
from leadscape.register.groups import GroupChanges, compare_memberships
from leadscape.register.heads import trace_heads
from leadscape.register.tables import OPEN_STATUSES, Headships, Memberships
from leadscape.register.vintages import Vintage

if TYPE_CHECKING:
    from datetime import date

    from leadscape.register.lineage import Lineage
    from leadscape.register.vintages import Dated

MOVED_KM: Final = 0.25
SAYS: Final[dict[str, str]] = {
    "succeeded": "The links say that another school followed it.",
    "merged": "The links say that it became part of another school.",
    "split": "The links say that several schools followed it.",
    "nothing": "No link says what became of it.",
}


@dataclass(frozen=True)
class Changes:
    """What changed between two registers. Every table starts with ``urn`` and ``name``.

    Attributes
    ----------
    opened
        Only in the newer register, with ``opened_on`` between the two dates.
    appeared
        Only in the newer register without such a date: it may have opened, or be about to, or the older one did not
        cover it.
    closed
        Open in the older register, closed in the newer one; ``closed_on``, ``successor_urns``.
    reopened
        Closed in the older register, open in the newer one.
    status_changed
        Any other change of status: ``old_status``, ``new_status``.
    missing
        Open in the older register and not in the newer one: ``says`` (key of :data:`SAYS`),
        ``successor_urns``, ``successor_listed`` (whether the newer register lists one of them).
    renamed
        ``old_name``, ``new_name``, other than in case, accents or punctuation.
    moved_authority
        ``old_code``, ``new_code``, ``together`` (schools that made the same move: many mean a
        reorganisation).
    moved_trust
        As ``moves`` of :class:`~leadscape.register.groups.GroupChanges`.
    trusts
        As ``groups`` of :class:`~leadscape.register.groups.GroupChanges`.
    new_head
        ``left``, ``came``: lists of heads.
    moved_location
        ``distance_km``, ``old_postcode``, ``new_postcode``: more than :data:`MOVED_KM`.
    compared
        ``comparison``, ``made``, ``schools`` (compared), ``changed``, ``reason`` (why it was not made).
    """

    opened: pl.DataFrame
    appeared: pl.DataFrame
    closed: pl.DataFrame
    reopened: pl.DataFrame
    status_changed: pl.DataFrame
    missing: pl.DataFrame
    renamed: pl.DataFrame
    moved_authority: pl.DataFrame
    moved_trust: pl.DataFrame
    trusts: pl.DataFrame
    new_head: pl.DataFrame
    moved_location: pl.DataFrame
    compared: pl.DataFrame

    def counts(self) -> dict[str, int]:
        """How many schools each table names; a trust counts once in ``trusts``."""
        tables = [one.name for one in fields(self) if one.name != "compared"]
        return {name: getattr(self, name).height for name in tables}


def register_changes(old: Dated, new: Dated, lineage: Lineage | None = None) -> Changes:
    """Everything that changed between two registers.

    Parameters
    ----------
    old, new
        :class:`~leadscape.register.tables.Schools` with their dates, as
        :func:`~leadscape.register.reading.read_register_file` gives them. ``companions`` may hold
        ``headships`` and ``memberships``.
    lineage
        What the links say, for schools that closed or are missing.

    Raises
    ------
    NotComparable
        When one has no date, or the older is not the older.
    """
    before, after = _dates(old, new)
    between = (pl.col("opened_on") > before) & (pl.col("opened_on") <= after)
    both = old.frame.join(new.frame, on="urn", suffix="_new").sort("urn")
    only_new = new.frame.join(old.frame, on="urn", how="anti").sort("urn")
    gone = old.frame.filter(_is("status", *OPEN_STATUSES, "unknown")).join(new.frame, on="urn", how="anti")
    statuses = both.filter(~_is("status", "unknown"), ~_is("status_new", "unknown"))
    closed = statuses.filter(_is("status", *OPEN_STATUSES), _is("status_new", "closed"))
    reopened = statuses.filter(_is("status", "closed"), _is("status_new", *OPEN_STATUSES))
    other = statuses.filter(pl.col("status") != pl.col("status_new")).join(
        pl.concat([closed, reopened]), on="urn", how="anti"
    )
    located = both.with_columns(distance_km=_distance()).drop_nulls("distance_km")
    compared = {
        "status": _possible(both, statuses.height, "status is unknown in one of them"),
        "name": _both_hold(both, "name"),
        "authority": _both_hold(both, "authority_code"),
        "location": _possible(both, located.height, "one of the two registers gives no coordinates"),
        "head": _companions_hold(old, new, "headships"),
        "trust": _companions_hold(old, new, "memberships"),
    }
    trusts = _compare_trusts(old, new, lineage, made=compared["trust"][0])
    heads = trace_heads([_heads(old, before), _heads(new, after)]).changes
    found = {
        "name": both.filter(normalise_name(pl.col("name")) != normalise_name(pl.col("name_new"))).select(
            "urn", old_name="name", new_name="name_new"
        ),
        "authority": both.filter(pl.col("authority_code") != pl.col("authority_code_new")).select(
            "urn",
            old_code="authority_code",
            new_code="authority_code_new",
            together=pl.len().over("authority_code", "authority_code_new").cast(pl.Int64),
        ),
        "location": located.filter(pl.col("distance_km") > MOVED_KM).select(
            "urn", "distance_km", old_postcode="postcode", new_postcode="postcode_new"
        ),
        "head": (heads if compared["head"][0] else heads.clear()).select("urn", "left", "came"),
        "trust": trusts.moves,
        # A register lists schools that will open: those have not opened between the two.
        "opened": only_new.filter(between).select("urn", "opened_on", "authority_code"),
        "appeared": only_new.filter(~between.fill_null(value=False)).select("urn", "opened_on", "status"),
        "closed": _with_links(closed.select("urn", closed_on="closed_on_new"), lineage, after, new.frame),
        "reopened": reopened.select("urn", opened_on="opened_on_new"),
        "status": other.select("urn", old_status="status", new_status="status_new"),
        "missing": _with_links(gone.select("urn", "status").sort("urn"), lineage, after, new.frame),
    }
    named = {name: _named(table, old.frame, new.frame) for name, table in found.items()}
    changed = {name: named[name]["urn"].n_unique() for name in compared}
    changed["status"] += closed.height + reopened.height
    return Changes(
        opened=named["opened"],
        appeared=named["appeared"],
        closed=named["closed"],
        reopened=named["reopened"],
        status_changed=named["status"],
        missing=named["missing"],
        renamed=named["name"],
        moved_authority=named["authority"],
        moved_trust=named["trust"],
        trusts=trusts.groups,
        new_head=named["head"],
        moved_location=named["location"],
        compared=_compared(compared, changed),
    )


_NO_HEADSHIPS: Final = Headships.create_empty()


def _is(column: str, *statuses: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).is_in(statuses)


def _compare_trusts(old: Dated, new: Dated, lineage: Lineage | None, *, made: bool) -> GroupChanges:
    """Moves between trusts; empty where the comparison cannot be made."""
    nothing = Memberships.create_empty()
    before, after = (one.companions["memberships"] if made else nothing for one in (old, new))
    return compare_memberships(before, after, lineage, listed=new.frame["urn"])


def _dates(old: Dated, new: Dated) -> tuple[date, date]:
    if old.seen_on is None or new.seen_on is None:
        undated = " and ".join(one.name for one in (old, new) if one.seen_on is None)
        raise NotComparable(
            f"{undated} has no date.",
            "What opened between two registers can be told only from their dates.",
            "Give the date on which each register held (--old-date and --new-date).",
        )
    if old.seen_on >= new.seen_on:
        raise NotComparable(
            f"{old.name} ({old.seen_on}) is not older than {new.name} ({new.seen_on}).",
            "What opened and what closed would be exchanged.",
            "Give the older register first.",
        )
    return old.seen_on, new.seen_on


def _possible(both: pl.DataFrame, usable: int, reason: str) -> tuple[bool, int, str | None]:
    if both.is_empty():
        return False, 0, "The two registers have no school in common."
    return (usable > 0, usable, None if usable else f"Not compared: {reason}.")


def _both_hold(both: pl.DataFrame, column: str) -> tuple[bool, int, str | None]:
    usable = both.filter(pl.col(column).is_not_null(), pl.col(f"{column}_new").is_not_null()).height
    lacking = [
        age for age, name in (("older", column), ("newer", f"{column}_new")) if both[name].is_null().all()
    ]
    return _possible(both, usable, f"the {' and the '.join(lacking)} register gives none")


def _companions_hold(old: Dated, new: Dated, table: str) -> tuple[bool, int, str | None]:
    lacking = [age for age, one in (("older", old), ("newer", new)) if not len(one.companions.get(table, ()))]
    if lacking:
        return False, 0, f"Not compared: the {' and the '.join(lacking)} register gives none."
    shared = old.companions[table].select("urn").unique().join(new.companions[table], on="urn", how="semi")
    return True, shared.height, None


def _compared(made: dict[str, tuple[bool, int, str | None]], changed: dict[str, int]) -> pl.DataFrame:
    rows = [
        (name, possible, schools, changed[name] if possible else None, reason)
        for name, (possible, schools, reason) in made.items()
    ]
    schema = {
        "comparison": pl.String,
        "made": pl.Boolean,
        "schools": pl.Int64,
        "changed": pl.Int64,
        "reason": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _distance() -> pl.Expr:
    """Kilometres between the two places of a school, on the grid where both registers give one, else on the globe."""
    grid = ("easting", "northing", "easting_new", "northing_new")
    globe = ("longitude", "latitude", "longitude_new", "latitude_new")
    return pl.coalesce(planar_distance_km(*map(pl.col, grid)), distance_km(*map(pl.col, globe)))


def _heads(register: Dated, seen_on: date) -> Vintage:
    return Vintage(register.companions.get("headships", _NO_HEADSHIPS), seen_on, register.name)


def _named(frame: pl.DataFrame, old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """With the newest name that either register gives, after the number."""
    names = pl.concat([new.select("urn", "name"), old.select("urn", "name")]).drop_nulls("name")
    newest = names.unique("urn", keep="first", maintain_order=True)
    return frame.join(newest, on="urn", how="left", maintain_order="left").select(
        "urn", "name", pl.exclude("urn", "name")
    )


def _with_links(
    schools: pl.DataFrame, lineage: Lineage | None, as_of: date, new: pl.DataFrame
) -> pl.DataFrame:
    """Schools with what the links say became of them by a date, and whether the newer register lists it."""
    if lineage is None:
        nobody = pl.lit(None, pl.List(pl.String))
        return schools.with_columns(
            says=pl.lit(None, pl.String), successor_urns=nobody, successor_listed=pl.lit(None, pl.Boolean)
        )
    followed = lineage.latest_successors(schools["urn"], as_of).with_columns(
        listed=pl.col("successor_urn").is_in(new["urn"].implode()) & (pl.col("steps") > 0)
    )
    ends = followed.group_by("urn").agg(
        says=pl.col("rule").first().replace("unchanged", "nothing"),
        successor_urns=pl.col("successor_urn").filter(pl.col("steps") > 0).sort(),
        successor_listed=pl.col("listed").any(),
    )
    return schools.join(ends, on="urn", how="left", maintain_order="left")
