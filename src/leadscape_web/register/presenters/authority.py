"""What an authority's page shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from leadscape.core.missing import NOT_COLLECTED
from leadscape_web.govuk.wording import MISSING_WORDS, NOT_KNOWN, written_number
from leadscape_web.register.presenters.facts import Fact, Row, cell, others, stated_by, stated_by_all
from leadscape_web.register.records.authority import AuthorityRecord, PhaseCount
from leadscape_web.register.wording import NO_GROUPS, OPEN_STATUSES, group_words, phase_words


@dataclass(frozen=True)
class AuthorityPage:
    """An authority as its page shows it.

    Attributes
    ----------
    facts
        Facts, each with the file that it comes from.
    schools_source
        The files that say which schools are open.
    phases
        Rows of the table of schools by phase and status, a total last.
    trusts
        Rows of the table of trusts with schools here.
    no_trusts
        What to say where there is none.
    """

    code: str
    name: str
    facts: tuple[Fact, ...]
    schools_source: str
    phases: tuple[Row, ...]
    trusts: tuple[Row, ...]
    no_trusts: str


def present_authority(record: AuthorityRecord) -> AuthorityPage:
    """The page of one authority."""
    authority = record.authority
    is_open = sum(one.schools for one in record.counts if one.status in OPEN_STATUSES)
    everything = sum(one.schools for one in record.counts)
    named, schools = stated_by(authority.source), stated_by_all(record.schools_sources)
    return AuthorityPage(
        code=authority.code,
        name=authority.name,
        facts=(
            Fact("Code", authority.code, source=named),
            Fact(
                "Region",
                authority.region,
                source=others(authority, {"region": "region"}, record.files) or named,
            ),
            Fact(
                "Open schools",
                is_open,
                source=schools,
                note=f"Of {written_number(everything)} that the register lists here",
            ),
            Fact(
                "Trusts and federations with schools here",
                len(record.trusts) if record.trusts_known else None,
                MISSING_WORDS[NOT_COLLECTED],
                source=stated_by_all(record.groups_sources) if record.trusts_known else None,
                note="" if record.trusts_known else NO_GROUPS,
            ),
        ),
        schools_source=schools,
        phases=_phases(record, is_open),
        trusts=tuple(
            (
                cell(one.group.name, reverse("register:trust", args=[one.group.uid])),
                group_words(one.group.group_type),
                written_number(one.here),
                written_number(one.schools),
            )
            for one in record.trusts
        ),
        no_trusts="No file states that a school here belongs to a trust or federation."
        if record.trusts_known
        else f"{MISSING_WORDS[NOT_COLLECTED]}: {NO_GROUPS[:1].lower()}{NO_GROUPS[1:]}.",
    )


def _phases(record: AuthorityRecord, is_open: int) -> tuple[Row, ...]:
    phases = sorted({one.phase for one in record.counts}, key=lambda phase: (phase is None, phase or ""))
    rows = [_row(phase_words(phase) or NOT_KNOWN, record, _of_phase(phase), is_open) for phase in phases]
    return (*rows, _row("All phases", record, lambda _: True, is_open)) if rows else ()


def _of_phase(phase: str | None) -> Callable[[PhaseCount], bool]:
    return lambda one: one.phase == phase


def _row(label: str, record: AuthorityRecord, counts: Callable[[PhaseCount], bool], of: int) -> Row:
    def number(*statuses: str) -> int:
        return sum(one.schools for one in record.counts if counts(one) and one.status in statuses)

    stands = number(*OPEN_STATUSES)
    return (
        label,
        written_number(stands),
        cell(f"{100 * stands / of:.1f} % of {written_number(of)}" if of else None, missing="No open school"),
        written_number(number("proposed_to_close")),
        written_number(number("proposed_to_open")),
        written_number(number("closed")),
        written_number(number("unknown")),
    )
