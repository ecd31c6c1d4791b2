"""A wave: who was asked and answered, what the codebook says, and which files it was made from."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import polars as pl

from leadscape_web.govuk.addresses import address_of
from leadscape_web.govuk.listing import Column, Filter, Listing
from leadscape_web.register.models import Authority
from leadscape_web.survey.codebooks import Words, words_in
from leadscape_web.survey.models import Response, Wave
from leadscape_web.survey.presenters import words

AUTHORITY = address_of("register:authority", code="code")
NOT_ASKED = "not_asked"
AnswerCount: TypeAlias = tuple[str, str, int]
"""Kind of respondent, response, and how many of the kind gave it."""
_ANSWERED = ("answered", "answered_none")


@dataclass(frozen=True)
class ShownRole:
    """One role of the codebook in words."""

    label: str
    definition: str
    origin: str
    kinds: str
    source: str
    collected: str


@dataclass(frozen=True)
class ShownEntry:
    """One origin, kind or phase of the codebook."""

    label: str
    definition: str
    source: str


@dataclass(frozen=True)
class ShownInput:
    """One file that the wave was made from. ``rows`` says where it is withheld, never zero for that."""

    name: str
    purpose: str
    sha256: str
    rows: str


@dataclass(frozen=True)
class WaveView:
    """A wave's page but for its list of responses."""

    id: uuid.UUID
    title: str
    as_of: date
    asked: tuple[str, ...]
    book_title: str
    codebook: str
    sha256: str
    valid_from: date | None
    problem: str
    roles: tuple[ShownRole, ...]
    origins: tuple[ShownEntry, ...]
    kinds: tuple[ShownEntry, ...]
    phases: tuple[ShownEntry, ...]
    facts: tuple[tuple[str, str], ...]
    inputs: tuple[ShownInput, ...]


def show_wave(wave: Wave, counts: Iterable[AnswerCount], authorities: int) -> WaveView:
    """The page of one wave.

    Parameters
    ----------
    authorities
        How many authorities the register has.
    """
    known = words_in(wave.codebook_text, wave.codebook)
    book, record = known.book, wave.provenance
    return WaveView(
        id=wave.pk,
        title=wave.title,
        as_of=wave.as_of,
        asked=asked_in_words(counts, authorities),
        book_title=book.title if book else wave.codebook,
        codebook=wave.codebook,
        sha256=wave.codebook_sha256,
        valid_from=book.valid_from if book else None,
        problem=known.problem,
        roles=_roles(known),
        origins=_entries(book.origins if book else ()),
        kinds=_entries(book.kinds if book else ()),
        phases=_entries(book.phases if book else ()),
        facts=_facts(wave, record),
        inputs=tuple(_input(entry) for entry in record.get("inputs", [])),
    )


def asked_in_words(answers: Iterable[AnswerCount], authorities: int) -> tuple[str, ...]:
    """A sentence for each kind of respondent: how many were asked, and what came back."""
    by_kind: dict[str, Counter[str]] = {}
    for kind, response, respondents in answers:
        by_kind.setdefault(kind, Counter())[response] += respondents
    told = []
    for kind, counts in sorted(by_kind.items()):
        asked, answered = counts.total(), sum(counts[one] for one in _ANSWERED)
        many = {"authority": "authorities", "agency": "national agencies"}.get(kind, f"{kind}s")
        sentence = f"{words.counted(asked, words.ROUTES.get(kind, kind), many)} asked, {answered:,} answered"
        sentence += f" ({100 * answered / asked:.1f} % of those asked)"
        if counts["answered_none"]:
            sentence += f", {counts['answered_none']:,} of them that there is nobody to name"
        if counts["silent"]:
            sentence += (
                f"; {counts['silent']:,} did not answer: what they would have said is unknown, not zero"
            )
        if kind == "authority" and authorities > asked:
            more = f"{authorities - asked:,} more of the register's {authorities:,}"
            sentence += f"; {more} were not asked: not collected"
        told.append(sentence + ".")
    return tuple(told) or ("Nobody was asked.",)


def response_listing(wave: Wave, responses: Iterable[Response], authorities: Iterable[Authority]) -> Listing:
    """Who was asked and what came back, authorities that were not asked among them.

    How many people each named is left out: that would tell of few people where a list is short.
    """
    rows: list[dict[str, Any]] = []
    asked = set()
    for one in responses:
        asked.add(one.authority_id)
        rows.append(_row(one.respondent_name, one.kind, one.authority_id, one.region, one.response))
    rows += [
        _row(authority.name, "authority", authority.code, authority.region, NOT_ASKED)
        for authority in authorities
        if authority.code not in asked
    ]
    keys = ("name", "kind", "code", "region", "response", "meaning")
    return Listing(
        name="responses",
        title=f"Who was asked in {wave.title}",
        about="One row is one authority, agency or network. An authority that did not answer is unknown, never zero.",
        columns=(
            Column("name", "Respondent", href=AUTHORITY),
            Column("kind", "Kind of respondent"),
            Column("region", "Region", missing="Not of one region"),
            Column("response", "Response"),
            Column("meaning", "What that means"),
        ),
        rows=pl.DataFrame(rows, schema=dict.fromkeys(keys, pl.String)),
        source=wave.title,
        as_of=wave.as_of,
        filters=(
            Filter("name", "Name", kind="text"),
            Filter("kind", "Kind of respondent"),
            Filter("region", "Region"),
            Filter("response", "Response"),
        ),
        sort="name",
        empty="Nobody was asked.",
    )


def _row(name: str, kind: str, code: str | None, region: str | None, response: str) -> dict[str, Any]:
    what, meaning = words.RESPONSES.get(response, (response, ""))
    kind = words.ROUTES.get(kind, kind).capitalize()
    return {"name": name, "kind": kind, "code": code, "region": region, "response": what, "meaning": meaning}


def _roles(known: Words) -> tuple[ShownRole, ...]:
    return tuple(
        ShownRole(
            role.label,
            role.definition,
            known.origin(role.origin),
            ", ".join(known.kinds_of(role.id)) or words.NO_KIND,
            role.source,
            "Asked for" if role.collected else "Not collected: the instrument had no place for it",
        )
        for role in known.roles.values()
    )


def _entries(entries: Iterable[Any]) -> tuple[ShownEntry, ...]:
    return tuple(ShownEntry(one.label, one.definition, one.source) for one in entries)


def _facts(wave: Wave, record: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    told = [("Software", record.get("software")), ("Seed", record.get("seed"))]
    told += [
        (name.replace("_", " ").capitalize(), value)
        for name, value in sorted(record.get("parameters", {}).items())
    ]
    told += [("Fingerprint of all inputs", wave.inputs_sha256)]
    return tuple((label, _value(value)) for label, value in told)


def _value(value: Any) -> str:
    if value is None or value == [] or value == {}:
        return "None"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_value(one)}" for key, one in value.items())
    if isinstance(value, list):
        return "; ".join(_value(one) for one in value)
    return str(value)


def _input(entry: dict[str, Any]) -> ShownInput:
    if entry.get("withheld"):
        rows = "Withheld: it would tell how many people one respondent named"
    elif entry.get("rows_read") is None:
        rows = "Not a table"
    else:
        used = entry.get("rows_used")
        rows = f"{entry['rows_read']:,} read, {'use not known' if used is None else f'{used:,} used'}"
    return ShownInput(entry.get("name", ""), entry.get("purpose", ""), entry.get("sha256", ""), rows)
