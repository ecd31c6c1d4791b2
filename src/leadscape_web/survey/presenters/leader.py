"""A leader's page: who they are, headships, role-holdings, partner schools, and what is not known about them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from leadscape.core.missing import NOT_COLLECTED
from leadscape_web.govuk.wording import MISSING_WORDS
from leadscape_web.register.models import Headship
from leadscape_web.register.wording import NO_GROUP
from leadscape_web.survey.codebooks import KnownWaves
from leadscape_web.survey.models import RoleHolding
from leadscape_web.survey.presenters import words
from leadscape_web.survey.presenters.holding import (
    ShownHolding,
    ShownSupport,
    show_holding,
    show_support,
    source_of,
)
from leadscape_web.survey.presenters.network import NetworkView, show_network
from leadscape_web.survey.reading import LeaderRecord


@dataclass(frozen=True)
class ShownHeadship:
    """One headship, from the register."""

    urn: str
    school: str
    title: str
    seen: str
    ended: str
    source: str


@dataclass(frozen=True)
class Part:
    """A piece of a value, with a link or none."""

    text: str
    href: str | None = None


@dataclass(frozen=True)
class LeaderFact:
    """One fact about the leader, and where it is corrected; empty where the user may not."""

    label: str
    parts: tuple[Part, ...]
    action: str = ""


@dataclass(frozen=True)
class LeaderView:
    """Everything on the page. ``doubts`` are sentences about what is not known; never empty by accident."""

    id: uuid.UUID
    name: str
    facts: tuple[LeaderFact, ...]
    headships: tuple[ShownHeadship, ...]
    holdings: tuple[ShownHolding, ...]
    supports: tuple[ShownSupport, ...]
    network: NetworkView | None
    doubts: tuple[str, ...]
    changeable: bool
    summary: str


def show_leader(record: LeaderRecord) -> LeaderView:
    """The page of one leader."""
    leader, waves, school = record.leader, record.waves, record.leader.home_school
    counted = [holding for holding in record.holdings if not holding.withdrawn_at]
    partners = {support.partner_school_id for support in record.supports if not support.withdrawn_at}
    return LeaderView(
        id=leader.pk,
        name=record.name or words.NAME_NOT_KNOWN,
        facts=tuple(_facts(record)),
        headships=tuple(_headship(headship) for headship in record.headships),
        holdings=tuple(show_holding(holding, record) for holding in record.holdings),
        supports=tuple(show_support(support, record) for support in record.supports),
        network=show_network(record.around, school.name or school.urn, waves)
        if record.around and school
        else None,
        doubts=_doubts(record, counted),
        changeable=record.changeable,
        summary=f"{_known(len(counted), 'role-holding')} and {_known(len(partners), 'partner school')}.",
    )


def _known(n: int, what: str) -> str:
    return f"{words.counted(n, what)} known" if n else f"no {what} known"


def _facts(record: LeaderRecord) -> Iterator[LeaderFact]:
    leader, school = record.leader, record.leader.home_school
    wave = record.waves.get(leader.wave_id)

    def corrected(page: str) -> str:
        return reverse(f"survey:{page}", args=[leader.pk]) if record.changeable else ""

    unknown = Part(words.NOT_KNOWN)
    yield LeaderFact("Name", (Part(record.name or words.NOT_KNOWN),), corrected("correct_name"))
    home = (
        Part(school.name or school.urn, reverse("register:school", args=[school.urn])),
        Part(f"URN {school.urn}"),
    ) if school else (unknown,)  # fmt: skip
    yield LeaderFact("Home school", home, corrected("correct_home_school"))
    authority = leader.authority
    yield LeaderFact(
        "Authority",
        (
            Part(authority.name, reverse("register:authority", args=[authority.code]))
            if authority
            else unknown,
        ),
    )
    yield LeaderFact("Region", (Part(leader.region or words.NOT_KNOWN),))
    yield LeaderFact(
        "Phase of the home school", (Part(record.waves.words(leader.wave_id).phase(leader.phase)),)
    )
    groups = [membership.group for membership in record.memberships]
    trusts = tuple(Part(group.name, reverse("register:trust", args=[group.uid])) for group in groups)
    yield LeaderFact("Trust or federation", trusts or (Part(_no_trust(record)),))
    source = (
        Part(source_of(wave), reverse("survey:wave", args=[wave.id])) if wave else Part("Not from a survey")
    )
    yield LeaderFact("Source", (source,))


def _no_trust(record: LeaderRecord) -> str:
    """Why no trust is shown: only with a school and a file of trusts is it known that there is none."""
    if record.leader.home_school_id is None:
        return words.NOT_KNOWN
    return NO_GROUP if record.trusts_collected else MISSING_WORDS[NOT_COLLECTED]


def _headship(headship: Headship) -> ShownHeadship:
    source = headship.source
    return ShownHeadship(
        urn=headship.school.urn,
        school=headship.school.name or headship.school.urn,
        title=headship.job_title or words.NOT_KNOWN,
        seen=words.day(headship.seen_on) if headship.seen_on else words.NOT_KNOWN,
        ended=words.ended(headship.ended_on),
        source=(source.file_name + (f", as of {words.day(source.as_of)}" if source.as_of else ""))
        if source
        else "Source not known",
    )


def _doubts(record: LeaderRecord, counted: list[RoleHolding]) -> tuple[str, ...]:
    """What is not known about the leader, each in a sentence that says what may not be read from it."""
    leader, found = record.leader, []
    if record.name is None:
        found.append("The name is not known: it was erased, or no return gave one.")
    if leader.home_school_id is None:
        found.append("The home school is not known: no return named one that could be found in the register.")
    if not counted:
        found.append("No role-holding is known that still counts.")
    without = sum(holding.started_on is None for holding in counted)
    if without:
        found.append(
            f"{without} of {words.counted(len(counted), 'role-holding')} came without the day on which it started."
        )
    if not any(support.withdrawn_at is None for support in record.supports):
        found.append("No return named a partner school. That does not mean that there is none.")
    found += [
        sentence
        for holding in counted
        if (sentence := _out_of_phase(holding, record.leader.phase, record.waves))
    ]
    found += _silence(record)
    return tuple(found)


def _out_of_phase(holding: RoleHolding, phase: str | None, waves: KnownWaves) -> str:
    book = waves.words(holding.wave_id)
    role = book.roles.get(holding.role)
    if role is None:
        return f"The role {holding.role} is not in the codebook of its wave."
    if not role.phases or phase is None or phase in role.phases:
        return ""
    meant = " or ".join(book.phase(name).lower() for name in role.phases)
    return f"{role.label} is a role for {meant} schools, and the home school is of another phase."


def _silence(record: LeaderRecord) -> list[str]:
    """What the leader's authority did not say, wave by wave."""
    own = [r for r in record.responses if r.authority_id and r.authority_id == record.leader.authority_id]
    found = []
    for answer in own:
        wave = record.waves.get(answer.wave_id)
        if answer.response == "silent" and wave:
            found.append(
                f"{answer.respondent_name} did not answer in {wave.title}, so local roles there are unknown, not none."
            )
    return found
