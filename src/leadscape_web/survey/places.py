"""What is known of people at a school, in an authority or a trust: leaders, their roles, and silence in words."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest

from leadscape_web.accounts.names import names_of
from leadscape_web.survey.codebooks import KnownWaves, known_waves
from leadscape_web.survey.models import Leader, Response, RoleHolding
from leadscape_web.survey.network import Neighbourhood, neighbourhood
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN, RESPONSES, day, span

ASKED_OF_NOBODY = "not_asked"


@dataclass(frozen=True)
class PlacedLeader:
    """One leader with the roles that count, each in words with its span of time."""

    id: uuid.UUID
    name: str
    school: str
    urn: str | None
    roles: tuple[str, ...]


@dataclass(frozen=True)
class RoleCount:
    """How many holdings of one role by how many leaders, among those whom the user may see."""

    role: str
    holdings: int
    leaders: int


@dataclass(frozen=True)
class Answer:
    """What was asked of an authority in one wave and what came back, in words."""

    wave: uuid.UUID
    title: str
    as_of: str
    response: str
    meaning: str


def leaders_where(condition: Q, waves: KnownWaves) -> tuple[PlacedLeader, ...]:
    """Leaders that meet a condition, by name: three queries however many they are."""
    found = list(
        Leader.objects.filter(condition)
        .values_list("pk", "person_id", "home_school_id", "home_school__name")
        .distinct()
    )
    names = names_of(person for _, person, *_ in found)
    roles: dict[uuid.UUID, list[str]] = {}
    held = RoleHolding.objects.filter(leader__in=[key for key, *_ in found], withdrawn_at=None)
    for leader, role, start, end, wave in held.order_by("role", "started_on").values_list(
        "leader_id", "role", "started_on", "ended_on", "wave_id"
    ):
        roles.setdefault(leader, []).append(f"{waves.words(wave).role(role)}, {span(start, end)}")
    placed = [
        PlacedLeader(
            key, names.get(person, NAME_NOT_KNOWN), school or urn or "", urn, tuple(roles.get(key, ()))
        )
        for key, person, urn, school in found
    ]
    return tuple(sorted(placed, key=lambda one: (one.name.casefold(), str(one.id))))


def roles_in(authority: str, waves: KnownWaves) -> tuple[tuple[RoleCount, ...], int, int]:
    """Roles held in an authority among people whom the user may see; and all holdings and leaders."""
    held: dict[str, list[uuid.UUID]] = {}
    rows = RoleHolding.objects.filter(authority=authority, withdrawn_at=None)
    for leader, role, wave in rows.values_list("leader_id", "role", "wave_id"):
        held.setdefault(waves.words(wave).role(role), []).append(leader)
    counts = tuple(RoleCount(role, len(who), len(set(who))) for role, who in sorted(held.items()))
    everybody = {leader for who in held.values() for leader in who}
    return counts, sum(count.holdings for count in counts), len(everybody)


def answers_of(authority: str, waves: KnownWaves) -> tuple[Answer, ...]:
    """What an authority was asked and answered, wave by wave, newest first. Not asked is said, and is not zero."""
    given = dict(Response.objects.filter(authority=authority).values_list("wave_id", "response"))
    return tuple(
        Answer(
            wave.id,
            wave.title,
            day(wave.as_of),
            *RESPONSES.get(given.get(wave.id, ASKED_OF_NOBODY), ("", "")),
        )
        for wave in waves.waves
    )


def silence_of(authority: str | None, name: str | None, waves: KnownWaves) -> str:
    """Why nobody may be known somewhere: what the authority answered when it was asked last."""
    if not waves.waves:
        return "Not collected: no survey is loaded."
    wave = waves.waves[0]
    if authority is None:
        return f"Whether anybody was asked about it in {wave.title} is not known."
    given = (
        Response.objects.filter(wave=wave.id, authority=authority).values_list("response", flat=True).first()
    )
    if given is None:
        return f"Not collected: {name or authority} was not asked in {wave.title}."
    if given == "silent":
        return f"Not known: {name or authority} did not answer in {wave.title}."
    return f"Nobody was named in {wave.title}, which {name or authority} answered."


def around(request: HttpRequest, urn: str) -> tuple[Neighbourhood, KnownWaves]:
    """The neighbourhood of a school and the waves, read once for all panels of a page."""
    kept: dict[str, tuple[Neighbourhood, KnownWaves]] = request.__dict__.setdefault("survey_around", {})
    if urn not in kept:
        kept[urn] = (neighbourhood(urn), known_waves())
    return kept[urn]
