"""A leader's page: who they are, headships, role-holdings, partner schools, and what is not known about them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from leadscape_web.register.models import Headship
from leadscape_web.survey.codebooks import KnownWaves
from leadscape_web.survey.models import RoleHolding, Support
from leadscape_web.survey.presenters import words
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
class Withdrawn:
    """When something was found to be entered by mistake, and why."""

    on: str
    why: str


@dataclass(frozen=True)
class ShownHolding:
    """One role-holding, from the survey or from an editor."""

    id: uuid.UUID
    role: str
    definition: str
    origin: str
    kinds: str
    started: str
    ended: str
    school: str
    urn: str | None
    reported_by: str
    routes: str
    wave: uuid.UUID | None
    source: str
    over: bool
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
    over: bool
    withdrawn: Withdrawn | None


@dataclass(frozen=True)
class LeaderView:
    """Everything on the page. ``doubts`` are sentences about what is not known; never empty by accident."""

    id: uuid.UUID
    name: str
    home_school: str
    home_urn: str | None
    authority: str
    authority_code: str | None
    region: str
    phase: str
    trusts: tuple[tuple[str, str], ...]
    source: str
    headships: tuple[ShownHeadship, ...]
    holdings: tuple[ShownHolding, ...]
    supports: tuple[ShownSupport, ...]
    network: NetworkView | None
    doubts: tuple[str, ...]
    changeable: bool
    summary: str


def show_leader(record: LeaderRecord) -> LeaderView:
    """The page of one leader."""
    leader, waves = record.leader, record.waves
    holdings = tuple(_holding(holding, record) for holding in record.holdings)
    school = leader.home_school
    wave = waves.get(leader.wave_id)
    counted = [holding for holding in record.holdings if not holding.withdrawn_at]
    return LeaderView(
        id=leader.pk,
        name=record.name or words.NAME_NOT_KNOWN,
        home_school=(school.name or school.urn) if school else words.NOT_KNOWN,
        home_urn=leader.home_school_id,
        authority=leader.authority.name if leader.authority else words.NOT_KNOWN,
        authority_code=leader.authority_id,
        region=leader.region or words.NOT_KNOWN,
        phase=waves.words(leader.wave_id).phase(leader.phase),
        trusts=tuple((membership.group_id, membership.group.name) for membership in record.memberships),
        source=f"{wave.title}, as of {words.day(wave.as_of)}" if wave else "not from a survey",
        headships=tuple(_headship(headship) for headship in record.headships),
        holdings=holdings,
        supports=tuple(_support(support, record) for support in record.supports),
        network=show_network(record.around, school.name or school.urn, waves)
        if record.around and school
        else None,
        doubts=_doubts(record, counted),
        changeable=record.changeable,
        summary=f"{words.counted(len(counted), 'role-holding')} and"
        f" {words.counted(sum(not support.withdrawn_at for support in record.supports), 'partner school')} known.",
    )


def _headship(headship: Headship) -> ShownHeadship:
    source = headship.source
    return ShownHeadship(
        urn=headship.school_id,
        school=headship.school.name or headship.school_id,
        title=headship.job_title or words.NOT_KNOWN,
        seen=words.day(headship.seen_on) if headship.seen_on else words.NOT_KNOWN,
        ended=words.ended(headship.ended_on),
        source=(source.file_name + (f", as of {words.day(source.as_of)}" if source.as_of else ""))
        if source
        else "source not known",
    )


def _holding(holding: RoleHolding, record: LeaderRecord) -> ShownHolding:
    book = record.waves.words(holding.wave_id)
    wave = record.waves.get(holding.wave_id)
    role = book.roles.get(holding.role)
    names = [
        record.respondents.get((holding.wave_id, name), name) if holding.wave_id else name
        for name in holding.respondents
    ]
    school = holding.home_school
    return ShownHolding(
        id=holding.pk,
        role=book.role(holding.role),
        definition=role.definition if role else "",
        origin=book.origin(holding.origin),
        kinds=", ".join(book.kinds_of(holding.role)) or "no place in the taxonomy",
        started=words.started(holding.started_on),
        ended=words.ended(holding.ended_on),
        school=(school.name or school.urn) if school else words.NOT_KNOWN,
        urn=holding.home_school_id,
        reported_by=", ".join(names) or ("an editor" if "editor" in holding.routes else words.NOT_KNOWN),
        routes=words.routes(holding.routes),
        wave=holding.wave_id,
        source=f"{wave.title}, as of {words.day(wave.as_of)}" if wave else "not from a survey",
        over=holding.ended_on is not None,
        withdrawn=_withdrawn(holding.pk, record),
    )


def _support(support: Support, record: LeaderRecord) -> ShownSupport:
    return ShownSupport(
        id=support.pk,
        urn=support.partner_school_id,
        school=support.partner_school.name or support.partner_school_id,
        role=record.waves.words(support.wave_id).role(support.role),
        started=words.started(support.started_on),
        ended=words.ended(support.ended_on),
        over=support.ended_on is not None,
        withdrawn=_withdrawn(support.pk, record),
    )


def _withdrawn(key: uuid.UUID, record: LeaderRecord) -> Withdrawn | None:
    if str(key) not in record.withdrawn:
        return None
    at, why = record.withdrawn[str(key)]
    return Withdrawn(words.day(at), why or "no reason is kept")


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
