"""A leader's role-holdings and the support given in them, as a page shows them: in words, with their source."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.urls import reverse

from leadscape_web.survey.codebooks import KnownWave
from leadscape_web.survey.models import RoleHolding, Support
from leadscape_web.survey.presenters import words
from leadscape_web.survey.reading import LeaderRecord


@dataclass(frozen=True)
class Withdrawn:
    """When something was found to be entered by mistake, and why."""

    on: str
    why: str


@dataclass(frozen=True)
class HoldingFact:
    """One fact about a role-holding, with a link or none."""

    label: str
    value: str
    href: str | None = None


@dataclass(frozen=True)
class ShownHolding:
    """One role-holding, from the survey or from an editor."""

    id: uuid.UUID
    role: str
    started: str
    facts: tuple[HoldingFact, ...]
    withdrawn: Withdrawn | None


@dataclass(frozen=True)
class ShownSupport:
    """One partner school and the help it gets in one role."""

    id: uuid.UUID
    urn: str
    school: str
    role: str
    started: str
    ended: str
    state: str
    withdrawn: Withdrawn | None


def show_holding(holding: RoleHolding, record: LeaderRecord) -> ShownHolding:
    """One role-holding in words."""
    book = record.waves.words(holding.wave_id)
    wave = record.waves.get(holding.wave_id)
    role = book.roles.get(holding.role)
    names = [
        record.respondents.get((holding.wave_id, name), name) if holding.wave_id else name
        for name in holding.respondents
    ]
    school, by_editor = holding.home_school, "editor" in holding.routes
    reported = ", ".join(names) or ("An editor of this service" if by_editor else words.NOT_KNOWN)
    if by_editor:
        source = HoldingFact(
            "Source",
            f"Added by an editor, in the words of the codebook {wave.codebook}"
            if wave
            else "Added by an editor",
        )
    else:
        source = (
            HoldingFact("Source", source_of(wave), reverse("survey:wave", args=[wave.id]))
            if wave
            else HoldingFact("Source", "Not from a survey")
        )
    return ShownHolding(
        id=holding.pk,
        role=book.role(holding.role),
        started=words.started(holding.started_on),
        facts=(
            HoldingFact("What it means", role.definition if role else "Not in the codebook"),
            HoldingFact("Origin", book.origin(holding.origin)),
            HoldingFact("Kind", ", ".join(book.kinds_of(holding.role)) or words.NO_KIND),
            HoldingFact("Started", words.started(holding.started_on)),
            HoldingFact("Ended", words.ended(holding.ended_on)),
            HoldingFact(
                "Home school in this role",
                (school.name or school.urn) if school else words.NOT_KNOWN,
                reverse("register:school", args=[school.urn]) if school else None,
            ),
            HoldingFact("Reported by", reported),
            HoldingFact("By way of", words.routes(holding.routes)),
            source,
        ),
        withdrawn=_withdrawn(holding.pk, record),
    )


def show_support(support: Support, record: LeaderRecord) -> ShownSupport:
    """One partner school in words."""
    withdrawn = _withdrawn(support.pk, record)
    return ShownSupport(
        id=support.pk,
        urn=support.partner_school_id,
        school=support.partner_school.name or support.partner_school_id,
        role=record.waves.words(support.wave_id).role(support.role),
        started=words.started(support.started_on),
        ended=words.ended(support.ended_on),
        state=f"No: entered by mistake, found on {withdrawn.on}. {withdrawn.why}" if withdrawn else "Yes",
        withdrawn=withdrawn,
    )


def _withdrawn(key: uuid.UUID, record: LeaderRecord) -> Withdrawn | None:
    if str(key) not in record.withdrawn:
        return None
    at, why = record.withdrawn[str(key)]
    return Withdrawn(words.day(at), why or "No reason is kept")


def source_of(wave: KnownWave) -> str:
    """The wave that told it, with its date."""
    return f"{wave.title}, as of {words.day(wave.as_of)}"
