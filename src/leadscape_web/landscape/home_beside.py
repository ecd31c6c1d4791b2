"""Published figures of one's own area beside those of its region and of the whole system.

What is not published for a place is said in words and never counted here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from leadscape.core.missing import NOT_APPLICABLE, NOT_PUBLISHED, UNKNOWN
from leadscape_web.accounts.models import Organisation
from leadscape_web.govuk.wording import MISSING_WORDS, written_number
from leadscape_web.landscape.published import Published

TABLES: Final = frozenset({"totals", "authorities", "regions", "schools_covered"})
"""Published tables that are read for it."""
ANSWERS: Final[dict[str, str]] = {
    "answered": "Answered",
    "answered_none": "Answered that there are none",
    "silent": "Did not answer",
    "not_asked": "Not asked",
}


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
    "Authorities that answered",
    "Open schools",
    "Open schools that somebody answered for",
)


def _of_authority(row: Mapping[str, Any] | None) -> dict[str, Entry]:
    if row is None:
        return {}
    return {
        "Role-holdings reported": _floor(row),
        "of local origin": figure_in(row, "local_holdings"),
        "of national origin": figure_in(row, "national_holdings"),
        "People who hold them": figure_in(row, "leaders", "holdings_status"),
        "Authorities that answered": Entry(ANSWERS.get(row["response"], str(row["response"]))),
        "Open schools": Entry(written_number(row["schools"])),
        "Open schools that somebody answered for": _why(NOT_APPLICABLE),
    }


def _of_region(published: Published, region: str) -> dict[str, Entry]:
    row = published.row("regions", region=region)
    if row is None:
        return {}
    return {
        "Role-holdings reported": figure_in(row, "holdings"),
        "of local origin": figure_in(row, "local_holdings"),
        "of national origin": figure_in(row, "national_holdings"),
        "People who hold them": figure_in(row, "leaders", "holdings_status"),
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
            found[holdings] = figure_in(row, "holdings")
            if total == "all":
                found["People who hold them"] = figure_in(row, "leaders", "holdings_status")
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
    found, least = figure_in(row, "holdings"), row["reported_at_least"]
    if not found.missing or row["holdings_status"] != UNKNOWN or least is None:
        return found
    return Entry(f"{found.text}; at least {written_number(least)}", missing=True)


def figure_in(row: Mapping[str, Any], measure: str, status: str | None = None) -> Entry:
    """A published count, or why there is none, by the status beside it."""
    value = row[measure]
    return _why(row[status or f"{measure}_status"]) if value is None else Entry(written_number(value))


def _why(status: str) -> Entry:
    return Entry(str(MISSING_WORDS[status if status in MISSING_WORDS else NOT_PUBLISHED]), missing=True)


def _part(count: int, of: int) -> Entry:
    share = f" ({percent_of(100 * count / of)})" if of else ""
    return Entry(f"{written_number(count)} of {written_number(of)}{share}")


def percent_of(value: float) -> str:
    """A percentage with its sign."""
    return f"{written_number(float(value), 1)}\u00a0%"
