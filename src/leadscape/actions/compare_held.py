"""Compare files of a register with the register that a store holds: what would change, and what must be asked.

The comparison is that of two files (:mod:`leadscape.register.changes`). Its result holds no name of a person: of heads
it says at which school one came or left, and how many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import polars as pl

from leadscape.actions.compare_registers import COMPARISONS
from leadscape.actions.open_register import OpenedRegister
from leadscape.core.errors import NotComparable
from leadscape.core.tables import polars_schema
from leadscape.register.changes import SAYS, Changes, register_changes
from leadscape.register.groups import MOVES
from leadscape.register.lineage import build_lineage
from leadscape.register.tables import Headships, Links, Memberships, Schools
from leadscape.register.vintages import Vintage

TABLES: Final = {
    "schools": Schools, "headships": Headships, "memberships": Memberships, "links": Links,
}  # fmt: skip
COLUMNS: Final = ("change", "key", "name", "before", "after", "note")
KINDS: Final = {
    "opened": "Opened",
    "appeared": "Listed for the first time",
    "closed": "Closed",
    "reopened": "Reopened",
    "status_changed": "Changed status",
    "renamed": "Renamed",
    "moved_authority": "Moved to another authority",
    "moved_location": "Moved to another place",
    "moved_trust": "Joined, left or changed trust",
    "new_head": "New head",
    "trusts": "Trusts that changed",
    "links": "New links between schools",
}
"""Kinds of change, in the order in which they are told."""


@dataclass(frozen=True)
class HeldRegister:
    """The register as a store holds it.

    Attributes
    ----------
    dates
        Purpose of a file (schools, links, groups) to the latest date of one that was stored.
    schools, headships, memberships, links
        As the register's tables; headships and memberships that have not ended. Headships are personal data.
    """

    dates: Mapping[str, date]
    schools: pl.DataFrame
    headships: pl.DataFrame
    memberships: pl.DataFrame
    links: pl.DataFrame

    @property
    def as_of(self) -> date | None:
        """Date of the latest extract of schools; null where none was stored."""
        return self.dates.get("schools")


@dataclass(frozen=True)
class ComparedHeld:
    """What storing the files would do.

    Attributes
    ----------
    newest
        Whether they are at least as new as what is held. Older files only add what is missing.
    changes
        ``change`` (key of :data:`KINDS`), ``key`` (number of a school or trust), ``name`` (of it), ``before``,
        ``after``, ``note``. Names nobody.
    absent
        ``urn``, ``name``, ``status``, ``note`` (what links say), ``successors``: open schools that the files do not
        list. Each is a question.
    summary
        ``change``, ``rows`` (null: could not be compared), ``why_not``.
    """

    newest: bool
    changes: pl.DataFrame
    absent: pl.DataFrame
    summary: pl.DataFrame


def held_frame(table: str, rows: list[tuple[object, ...]], columns: list[str]) -> pl.DataFrame:
    """Rows of a store as one of the register's tables; columns that are not given are null.

    Parameters
    ----------
    table
        Key of :data:`TABLES`.
    """
    schema = polars_schema(TABLES[table])
    given = {name: pl.String if isinstance(schema[name], pl.Enum) else schema[name] for name in columns}
    frame = pl.DataFrame(rows, schema=given, orient="row")
    return frame.select(
        (pl.col(name) if name in given else pl.lit(None)).cast(dtype, strict=False).alias(name)
        for name, dtype in schema.items()
    )


def compare_held(held: HeldRegister, opened: OpenedRegister) -> ComparedHeld:
    """What would change in a store that takes the files in.

    Raises
    ------
    NotComparable
        When no school of the files is known to a store that holds schools, or when one file is older than what is held
        and another is not.
    """
    newest = _is_newest(held, opened)
    if held.schools.height and opened.schools.height:
        shared = opened.schools.join(held.schools, on="urn", how="semi").height
        if not shared:
            raise NotComparable(
                "The one school in the files is not known here."
                if opened.schools.height == 1
                else f"None of the {opened.schools.height:,} schools in the files is known here.",
                "Files of another school system would be mixed with this one.",
                "Check that these are the files you mean.",
            )
    if not newest or held.as_of is None:
        return _only_added(held, opened, newest=newest)
    found = _changes(held, opened)
    lists_schools = opened.schools.height > 0
    tables = {name: _told(name, getattr(found, name)) for name in KINDS if name != "links"}
    if not lists_schools:
        # Only the trusts of the same schools were compared.
        tables = {name: table for name, table in tables.items() if name in ("moved_trust", "trusts")}
    tables["links"] = _new_links(held, opened)
    reasons = dict(found.compared.filter(~pl.col("made")).select("comparison", "reason").iter_rows())
    told = {name: reasons.get(COMPARISONS.get(name, "")) for name in tables}
    return ComparedHeld(
        newest=True,
        changes=pl.concat(tables.values()),
        absent=_absent(found.missing) if lists_schools else _absent(found.missing.clear()),
        summary=_summary({name: (table.height, told[name]) for name, table in tables.items()}),
    )


def _is_newest(held: HeldRegister, opened: OpenedRegister) -> bool:
    ages = {
        (purpose, file_name): held.dates.get(purpose) is None or as_of >= held.dates[purpose]
        for purpose, file_name, as_of in opened.sources.select("purpose", "file_name", "as_of").iter_rows()
    }
    old = [f"{name} ({purpose})" for (purpose, name), newer in ages.items() if not newer]
    if old and len(old) < len(ages):
        raise NotComparable(
            f"{', '.join(old)} is older than what is held, and the other files are not.",
            "Older files only add what is missing, and newer ones change what is there.",
            "Bring the older files in by themselves.",
        )
    return not old


def _changes(held: HeldRegister, opened: OpenedRegister) -> Changes:
    after = opened.as_of
    # A corrected file of the same day is compared with that day as if it were the next.
    before = min(held.as_of or after, after - timedelta(days=1))
    schools = _as_stated(held, opened) if opened.schools.height else held.schools
    links = opened.links.drop("source")
    both = pl.concat([schools, held.schools]).unique("urn", keep="first", maintain_order=True)
    vintages = [one for one in (held.links, links) if one.height]
    lineage = build_lineage(vintages, both) if vintages else None
    old = Vintage(
        held.schools, before, "the register held",
        {"headships": held.headships, "memberships": held.memberships},
    )  # fmt: skip
    new = Vintage(
        schools, after, "the files",
        {
            "headships": opened.headships.select(polars_schema(Headships).names()),
            "memberships": opened.memberships.select(polars_schema(Memberships).names()),
        },
    )  # fmt: skip
    return register_changes(old, new, lineage)


def _as_stated(held: HeldRegister, opened: OpenedRegister) -> pl.DataFrame:
    """Schools of the files; a status that no column states is unknown of one that is held, but for closed ones."""
    schools = opened.schools.drop("source")
    if "status" not in opened.unstated:
        return schools
    guessed = pl.col("urn").is_in(held.schools["urn"].implode()) & (
        pl.col("status").cast(pl.String) != "closed"
    )
    unknown = pl.lit("unknown").cast(schools.schema["status"])
    return schools.with_columns(status=pl.when(guessed).then(unknown).otherwise("status"))


def _only_added(held: HeldRegister, opened: OpenedRegister, *, newest: bool) -> ComparedHeld:
    """Files that are older than what is held, or the first ones: what is missing is added, nothing is changed."""
    schools = opened.schools.join(held.schools, on="urn", how="anti")
    added = _rows("appeared", schools.select(key="urn", name="name", after=pl.col("status").cast(pl.String)))
    changes = pl.concat([added, _new_links(held, opened)])
    counts: dict[str, tuple[int, str | None]] = {
        "appeared": (added.height, None),
        "links": (changes.height - added.height, None),
    }
    return ComparedHeld(newest, changes, _absent(None), _summary(counts))


def _new_links(held: HeldRegister, opened: OpenedRegister) -> pl.DataFrame:
    new = opened.links.join(held.links, on=["urn", "link_urn", "relation"], how="anti")
    return _rows(
        "links",
        new.select(
            key="urn",
            name="link_name",
            after=pl.format("{}: {}", "link_type", "link_urn"),
            note=pl.col("established_on").cast(pl.String),
        ),
    )


def _told(change: str, table: pl.DataFrame) -> pl.DataFrame:
    """One table of the comparison as rows of text that name nobody."""
    text = pl.String
    if change == "trusts":
        changed = table.filter(pl.col("change") != "unchanged")
        return _rows(
            change,
            changed.select(
                key="group",
                name=pl.coalesce("new_name", "old_name"),
                before=pl.when(pl.col("old_name") != pl.col("new_name")).then("old_name"),
                after=pl.when(pl.col("old_name") != pl.col("new_name")).then("new_name"),
                note=pl.col("change").cast(text),
            ),
        )
    columns: dict[str, pl.Expr] = {"key": pl.col("urn"), "name": pl.col("name")}
    columns |= {
        "opened": {"after": pl.col("opened_on").cast(text)},
        "appeared": {"after": pl.col("status").cast(text)},
        "closed": {
            "before": pl.lit("open"),
            "after": pl.col("closed_on").cast(text).fill_null("closed"),
            "note": _followed(),
        },
        "reopened": {"before": pl.lit("closed"), "after": pl.lit("open")},
        "status_changed": {
            "before": pl.col("old_status").cast(text),
            "after": pl.col("new_status").cast(text),
        },
        "renamed": {"before": pl.col("old_name"), "after": pl.col("new_name")},
        "moved_authority": {
            "before": pl.col("old_code"),
            "after": pl.col("new_code"),
            "note": pl.format("{} schools made this move", "together"),
        },
        "moved_location": {
            "before": pl.col("old_postcode"),
            "after": pl.col("new_postcode"),
            "note": pl.format("{} km", pl.col("distance_km").round(2)),
        },
        "moved_trust": {
            "before": pl.col("old_name"),
            "after": pl.col("new_name"),
            "note": pl.col("move").cast(text).replace(MOVES),
        },
        "new_head": {
            "before": pl.format("{} left", pl.col("left").list.len()),
            "after": pl.format("{} came", pl.col("came").list.len()),
        },
    }[change]
    return _rows(change, table.select(**columns))


def _followed() -> pl.Expr:
    return pl.when(pl.col("successor_urns").list.len() > 0).then(
        pl.format("Followed by {}", pl.col("successor_urns").list.join(", "))
    )


def _absent(missing: pl.DataFrame | None) -> pl.DataFrame:
    schema = {name: pl.String() for name in ("urn", "name", "status", "note", "successors")}
    if missing is None or missing.is_empty():
        return pl.DataFrame(schema=schema)
    return missing.select(
        "urn",
        "name",
        status=pl.col("status").cast(pl.String),
        note=pl.col("says").replace(SAYS).fill_null("No links say what became of it."),
        successors=pl.col("successor_urns").list.join(", "),
    )


def _rows(change: str, found: pl.DataFrame) -> pl.DataFrame:
    given = found.with_columns(pl.all().cast(pl.String), change=pl.lit(change))
    return given.select(
        pl.col(name) if name in given.columns else pl.lit(None, pl.String).alias(name) for name in COLUMNS
    )


def _summary(counts: Mapping[str, tuple[int, str | None]]) -> pl.DataFrame:
    rows = [(name, None if why else n, why) for name, (n, why) in counts.items()]
    return pl.DataFrame(
        rows, schema={"change": pl.String, "rows": pl.Int64, "why_not": pl.String}, orient="row"
    )
