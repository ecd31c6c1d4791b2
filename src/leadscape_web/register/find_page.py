"""How is what was found told? From matches to rows: what it is, where, why it was found, what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from leadscape_web.govuk.wording import written_date
from leadscape_web.register.find import KINDS, Findings, Match
from leadscape_web.register.records.found import KnownSchools
from leadscape_web.register.wording import phase_words

PAGE: Final = 20
WORDS: Final = {"school": "School", "trust": "Trust", "authority": "Authority", "person": "Person"}
PLURALS: Final = {"school": "Schools", "trust": "Trusts", "authority": "Authorities", "person": "People"}
COLOURS: Final = {"school": "blue", "trust": "purple", "authority": "teal", "person": "yellow"}


@dataclass(frozen=True)
class Row:
    """One thing that was found.

    Attributes
    ----------
    why
        Why it was found, where its name does not say so itself.
    notes
        What a reader must know before following: closed, followed by.
    """

    label: str
    href: str
    tag: str
    colour: str
    detail: str
    why: str = ""
    closed: str = ""
    followed_by: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Choice:
    """All kinds, or one, as a link that keeps the question."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True)
class FindPage:
    """Everything that the page shows.

    Attributes
    ----------
    asked
        The question as it was read; empty where nothing was asked.
    state
        ``empty``, ``short``, ``nothing`` or ``found``.
    summary
        How many there are, in a sentence.
    """

    asked: str
    kind: str
    state: str
    cut: bool
    summary: str
    rows: tuple[Row, ...]
    first: int
    choices: tuple[Choice, ...]
    number: int
    pages: int
    previous: str
    next: str
    sees_people: bool


@dataclass(frozen=True)
class Shown:
    """The matches of one page: ``matches``, out of ``count``; ``number`` of the page, out of ``pages``."""

    matches: tuple[Match, ...] = ()
    count: int = 0
    number: int = 1
    pages: int = 1


def page_of_matches(findings: Findings, kind: str, page: str) -> Shown:
    """What stands on one page.

    Parameters
    ----------
    kind
        One of ``KINDS``; empty for all.
    page
        Number of the page as the address gives it; anything else than a number is the first.
    """
    found = [match for match in findings.matches if not kind or match.kind == kind]
    pages = max(1, -(-len(found) // PAGE))
    number = (
        min(int(page), pages) if page.isascii() and page.isdigit() and 0 < len(page) < 6 and int(page) else 1
    )
    start = (number - 1) * PAGE
    return Shown(tuple(found[start : start + PAGE]), len(found), number, pages)


def present(
    asked: str, findings: Findings | None, kind: str, shown: Shown, known: KnownSchools, *, sees_people: bool
) -> FindPage:
    """The page for a question; no findings where nothing was looked for.

    Parameters
    ----------
    kind
        One of ``KINDS``; empty for all.
    shown, known
        The matches of the page, and what is known of the schools among them.
    """
    if findings is None:
        return FindPage(
            asked, kind, "short" if asked else "empty", False, "", (), 1, (), 1, 1, "", "", sees_people
        )
    number = shown.number
    address = _Address(findings.asked, kind)
    return FindPage(
        asked=findings.asked,
        kind=kind,
        state="found" if shown.count else "nothing",
        cut=findings.cut,
        summary=summarise(
            shown.count, bool(findings.more & ({kind} if kind else set(KINDS))), kind, findings.asked
        ),
        rows=tuple(row_of(match, known) for match in shown.matches),
        first=(number - 1) * PAGE + 1,
        choices=tuple(_choices(findings, address)) if findings.matches else (),
        number=number,
        pages=shown.pages,
        previous=address.of(kind, number - 1) if number > 1 else "",
        next=address.of(kind, number + 1) if number < shown.pages else "",
        sees_people=sees_people,
    )


def summarise(count: int, more: bool, kind: str, asked: str) -> str:
    """How many there are of what was asked."""
    what = PLURALS[kind].lower() if kind else "results"
    if count == 1:
        what = WORDS[kind].lower() if kind else "result"
    number = f"The best {count:,}" if more else f"{count:,}" if count else "No"
    end = ". There are more: add a word, such as the place" if more else ""
    return f"{number} {what} for “{asked}”{end}"


def row_of(match: Match, known: KnownSchools) -> Row:
    """The row of one match."""
    row = Row(
        label=match.label,
        href=match.href or address_of(match.kind, match.key),
        tag=match.tag or WORDS[match.kind],
        colour=COLOURS[match.kind],
        detail=match.detail,
        why=_why(match),
    )
    school = known.schools.get(match.key) if match.kind == "school" else None
    if school is None:
        return row
    detail = ", ".join(
        part for part in (phase_words(school.phase), match.detail, f"URN {school.urn}") if part
    )
    ended = ""
    if school.status == "closed":
        ended = f"Closed {written_date(school.closed_on)}" if school.closed_on else "Closed, date not known"
    followed = tuple((one.name, address_of("school", one.urn)) for one in known.successors.get(match.key, ()))
    return replace(row, detail=detail, closed=ended, followed_by=followed)


def address_of(kind: str, key: str) -> str:
    """The page of a school, trust or authority."""
    return reverse(f"register:{kind}", args=[key])


@dataclass(frozen=True)
class _Address:
    asked: str
    kind: str

    def of(self, kind: str, page: int = 1) -> str:
        """The address that asks the same of another kind or page."""
        parts = {"q": self.asked, **({"kind": kind} if kind else {}), **({"page": page} if page > 1 else {})}
        return f"{reverse('register:find')}?{urlencode(parts)}"


def _choices(findings: Findings, address: _Address) -> Iterable[Choice]:
    counts = findings.counts()
    every = f"All ({len(findings.matches):,}{'+' if findings.more else ''})"
    yield Choice(every, address.of(""), not address.kind)
    for kind in KINDS:
        if counts[kind] or kind == address.kind:
            plus = "+" if kind in findings.more and counts[kind] else ""
            yield Choice(f"{PLURALS[kind]} ({counts[kind]:,}{plus})", address.of(kind), kind == address.kind)


def _why(match: Match) -> str:
    if match.because == "former name":
        return f"Former name: {match.named}"
    if match.because in ("number", "postcode"):
        return f"{match.because.capitalize()}: {match.named}"
    return ""
