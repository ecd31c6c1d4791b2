"""The landscape at a glance: which published figures stand on the first page, for the nation and for one's own area.

Everything is taken from published rows. What is not published for a place is said in words and never counted here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from leadscape.core.missing import NOT_PUBLISHED, UNKNOWN
from leadscape_web.accounts.models import Organisation
from leadscape_web.govuk.wording import MISSING_WORDS, written_number
from leadscape_web.landscape.published import Published

TABLES: Final = frozenset(
    {"key_figures", "statements", "extent", "totals", "estimates", "authorities", "regions", "schools_covered",
     "open_questions"}
)  # fmt: skip
"""Published tables that the first page reads."""
ANSWERS: Final[dict[str, str]] = {
    "answered": "Answered",
    "answered_none": "Answered that there are none",
    "silent": "Did not answer",
    "not_asked": "Not asked",
}
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


@dataclass(frozen=True)
class Entry:
    """One cell; ``missing`` marks a word that stands for an absent figure."""

    text: str
    missing: bool = False


@dataclass(frozen=True)
class Beside:
    """Figures of one's area beside those of the nation: headings, and rows of a label and one cell a heading."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Entry, ...]], ...]


def tiles(published: Published) -> tuple[Tile, ...]:
    """The key figures of the study, in its order."""
    return tuple(
        Tile(row["value"], row["label"], row["basis"]) for row in published.rows.get("key_figures", [])
    )


def bars(published: Published, origins: Mapping[str, str]) -> tuple[Bar, ...]:
    """Roles, most frequent first, those that were not collected last."""
    rows = published.rows.get("extent", [])
    most = max((row["holdings"] or 0 for row in rows), default=0)
    ordered = sorted(rows, key=lambda row: (row["holdings"] is None, -(row["holdings"] or 0)))
    return tuple(
        Bar(
            label=row["role_label"],
            origin=origins.get(row["origin"], row["origin"]),
            count=_figure(row, "holdings").text,
            share="" if row["pct"] is None else f"{written_number(float(row['pct']), 1)} %",
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
            value=written_number(float(row["value"]), 0),
            interval=f"{written_number(float(row['low']), 0)} to {written_number(float(row['high']), 0)}",
            at=_BAR * row["value"] / top,
            start=_BAR * row["low"] / top,
            end=_BAR * row["high"] / top,
        )
        for label, row in chosen
    )


def beside(published: Published, kind: str, key: str, label: str) -> Beside:
    """Published figures of an authority with its region, or of a region, beside those of the nation."""
    places: list[tuple[str, Mapping[str, Entry]]] = []
    region = key if kind == Organisation.Kind.REGION else None
    if kind == Organisation.Kind.AUTHORITY:
        row = published.row("authorities", authority_code=key)
        places.append((label, _of_authority(row)))
        region = row["region"] if row else None
    if region:
        places.append((region, _of_region(published, region)))
    places.append(("The whole system", _of_nation(published)))
    labels = [name for name in _MEASURES if any(name in figures for _, figures in places)]
    nowhere = Entry(MISSING_WORDS[NOT_PUBLISHED], missing=True)
    return Beside(
        tuple(name for name, _ in places),
        tuple((name, tuple(figures.get(name, nowhere) for _, figures in places)) for name in labels),
    )


_MEASURES: Final = (
    "Role-holdings reported",
    "of local origin",
    "of national origin",
    "People who hold them",
    "Role-holdings for 100 schools",
    "Authorities that answered",
    "Open schools",
    "Open schools that somebody answered for",
)


def _of_authority(row: Mapping[str, Any] | None) -> dict[str, Entry]:
    if row is None:
        return {}
    status = row["holdings_status"]
    rate = row["per_100_schools"]
    return {
        "Role-holdings reported": _floor(row),
        "of local origin": _figure(row, "local_holdings"),
        "of national origin": _figure(row, "national_holdings"),
        "People who hold them": _figure(row, "leaders", "holdings_status"),
        "Role-holdings for 100 schools": _why(status) if rate is None else Entry(written_number(rate, 1)),
        "Authorities that answered": Entry(ANSWERS.get(row["response"], row["response"])),
        "Open schools": Entry(written_number(row["schools"])),
    }


def _of_region(published: Published, region: str) -> dict[str, Entry]:
    row = published.row("regions", region=region)
    if row is None:
        return {}
    return {
        "Role-holdings reported": _figure(row, "holdings"),
        "of local origin": _figure(row, "local_holdings"),
        "of national origin": _figure(row, "national_holdings"),
        "People who hold them": _figure(row, "leaders", "holdings_status"),
        "Authorities that answered": _part(row["authorities_answered"], row["authorities"]),
        "Open schools": Entry(written_number(row["schools"])),
        **_covered(published, region),
    }


def _of_nation(published: Published) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for total, holdings in (("all", "Role-holdings reported"), ("origin:local", "of local origin"),
                            ("origin:national", "of national origin")):  # fmt: skip
        row = published.row("totals", total=total)
        if row is not None:
            found[holdings] = _figure(row, "holdings")
            if total == "all":
                found["People who hold them"] = _figure(row, "leaders", "holdings_status")
    return found | _covered(published, "all")


def _covered(published: Published, region: str) -> dict[str, Entry]:
    row = published.row("schools_covered", region=region)
    if row is None:
        return {}
    return {
        "Authorities that answered": _part(row["answering_authorities"], row["authorities"]),
        "Open schools": Entry(written_number(row["schools"])),
        "Open schools that somebody answered for": _part(row["schools_covered"], row["schools"]),
    }


def _floor(row: Mapping[str, Any]) -> Entry:
    """The total, or why it is not known with what is known at least."""
    found, least = _figure(row, "holdings"), row["reported_at_least"]
    if not found.missing or row["holdings_status"] != UNKNOWN or least is None:
        return found
    return Entry(f"{found.text}; at least {written_number(least)}", missing=True)


def _figure(row: Mapping[str, Any], measure: str, status: str | None = None) -> Entry:
    value = row[measure]
    return _why(row[status or f"{measure}_status"]) if value is None else Entry(written_number(value))


def _why(status: str) -> Entry:
    return Entry(str(MISSING_WORDS[status if status in MISSING_WORDS else NOT_PUBLISHED]), missing=True)


def _part(count: int, of: int) -> Entry:
    share = f" ({written_number(100 * count / of, 1)} %)" if of else ""
    return Entry(f"{written_number(count)} of {written_number(of)}{share}")


def _first(rows: Iterable[str], *starts: str) -> str:
    names = tuple(rows)
    return next((name for start in starts for name in names if name.startswith(start)), "")
