"""The landscape at a glance: which published figures of the whole system stand on the first page.

Everything is taken from published rows; nothing is counted here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from leadscape_web.govuk.wording import written_number
from leadscape_web.landscape.home_beside import TABLES as BESIDE
from leadscape_web.landscape.home_beside import figure_in, percent_of
from leadscape_web.landscape.published import Published

TABLES: Final = frozenset({"statements", "extent", "estimates", "open_questions"}) | BESIDE
"""Published tables that the first page reads."""
_BAR: Final = 100.0


@dataclass(frozen=True)
class Tile:
    """One figure with what it rests on."""

    value: str
    label: str
    basis: str


@dataclass(frozen=True)
class Bar:
    """One role with its count.

    Attributes
    ----------
    length
        0 to 100, in proportion to the most frequent role; null where there is no count.
    """

    label: str
    origin: str
    count: str
    share: str
    length: float | None


@dataclass(frozen=True)
class Spread:
    """One estimate on a common scale: ``value``, ``low`` and ``high`` in words, and their places from 0 to 100."""

    label: str
    value: str
    interval: str
    at: float
    start: float
    end: float


def tiles(published: Published) -> tuple[Tile, ...]:
    """What a reader takes away: what was reported, what there may be in all, out of whom, and who answered."""
    found = [_reported(published), estimated_in_all(published), _prevalence(published), *_shares(published)]
    answered = published.row("schools_covered", region="all")
    if answered and answered["authorities"]:
        asked, came = answered["authorities"], answered["answering_authorities"]
        found.append(
            Tile(percent_of(100 * came / asked), "Authorities that answered", f"{came:,} of {asked:,}")
        )
    return tuple(tile for tile in found if tile)


def _reported(published: Published) -> Tile | None:
    row = published.row("totals", total="all")
    if row is None or row["holdings"] is None:
        return None
    people = row["leaders"]
    held = "by how many people is suppressed" if people is None else f"held by {people:,} people"
    return Tile(written_number(row["holdings"]), "Role-holdings reported", held)


def estimated_in_all(published: Published) -> Tile | None:
    """Role-holdings with those that are missing, by the fullest account; null where nothing is estimated."""
    rows = {row["estimate_id"]: row for row in published.rows.get("estimates", [])}
    whole = _first(rows, "all:whole:")
    chosen = rows.get(whole or _first(rows, "all:post_stratified:", "all:scaled"))
    if chosen is None:
        return None
    missed = "silent authorities and leaders on no list" if whole else "silent authorities"
    ends = f"{_whole(chosen['low'])} to {_whole(chosen['high'])}"
    basis = f"{_interval(chosen)} {ends}, with those of {missed}"
    return Tile(_whole(chosen["value"]), "Role-holdings estimated in all", basis)


def _prevalence(published: Published) -> Tile | None:
    rows = published.rows.get("estimates", [])
    shares = (row for row in rows if row["estimate_id"].startswith("prevalence:"))
    row = next((row for row in shares if row["numerator"] is not None and row["denominator"]), None)
    if row is None:
        return None
    label = str(row["label"])
    of = f"{_whole(row['numerator'])} of {_whole(row['denominator'])}"
    ends = f"{percent_of(row['low'])} to {percent_of(row['high'])}"
    return Tile(percent_of(row["value"]), label[:1].upper() + label[1:], f"{of}; {_interval(row)} {ends}")


def _interval(row: Mapping[str, Any]) -> str:
    """What the interval is called: ``95 % interval`` where its confidence is stated."""
    confidence = re.match(r"\d+ %", row["interval"])
    return f"{confidence[0]} interval" if confidence else "interval"


def _whole(value: float) -> str:
    return written_number(float(value), 0)


def _shares(published: Published) -> list[Tile]:
    """The shares of local and national origin; none where either is suppressed, since it would follow."""
    rows = [(name, published.row("totals", total=f"origin:{name}")) for name in ("local", "national")]
    if any(row is None or row["holdings"] is None or not row["denominator"] for _, row in rows):
        return []
    return [
        Tile(percent_of(100 * row["holdings"] / row["denominator"]), f"Of {name} origin",
             f"{row['holdings']:,} of {row['denominator']:,} role-holdings reported")
        for name, row in rows if row
    ]  # fmt: skip


def bars(published: Published, origins: Mapping[str, str]) -> tuple[Bar, ...]:
    """Roles, most frequent first, those that were not collected last."""
    rows = published.rows.get("extent", [])
    most = max((row["holdings"] or 0 for row in rows), default=0)
    ordered = sorted(rows, key=lambda row: (row["holdings"] is None, -(row["holdings"] or 0)))
    return tuple(
        Bar(
            label=row["role_label"],
            origin=origins.get(row["origin"], row["origin"]),
            count=figure_in(row, "holdings").text,
            share="" if row["pct"] is None else percent_of(row["pct"]),
            length=None if row["holdings"] is None or not most else _BAR * row["holdings"] / most,
        )
        for row in ordered
    )


def how_many(published: Published) -> tuple[Spread, ...]:
    """How many role-holdings there are: as reported, and with what is estimated to be missing, with intervals."""
    rows = {
        row["estimate_id"]: row for row in published.rows.get("estimates", []) if row["unit"] == "holdings"
    }
    chosen = [
        (label, rows[estimate])
        for label, estimate in (
            ("Reported", "reported:holdings"),
            ("With those of silent authorities", _first(rows, "all:post_stratified:", "all:scaled")),
            ("Also with those whom no list named", _first(rows, "all:whole:")),
        )
        if estimate in rows
    ]
    top = max((row["high"] for _, row in chosen), default=0.0)
    if len(chosen) < 2 or not top:
        return ()
    return tuple(
        Spread(
            label=label,
            value=_whole(row["value"]),
            interval=f"{_whole(row['low'])} to {_whole(row['high'])}",
            at=_BAR * row["value"] / top,
            start=_BAR * row["low"] / top,
            end=_BAR * row["high"] / top,
        )
        for label, row in chosen
    )


def _first(rows: Iterable[str], *starts: str) -> str:
    names = tuple(rows)
    return next((name for start in starts for name in names if name.startswith(start)), "")
