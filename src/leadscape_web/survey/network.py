"""Which schools are connected by support: who supports a school, whom it supports, and those one step further.

A tie goes from the home school of a leader to a partner school. Only ties of leaders whom the user may see are found,
because the database shows no others.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Q

from leadscape_web.accounts.names import names_of
from leadscape_web.survey.models import Support

STEPS: Final = 2


@dataclass(frozen=True)
class Tie:
    """One leader supporting one partner school. ``giver`` is null where the leader's home school is not known."""

    support: uuid.UUID
    leader: uuid.UUID
    leader_name: str | None
    wave: uuid.UUID | None
    role: str
    giver: str | None
    giver_name: str | None
    receiver: str
    receiver_name: str | None
    started_on: date | None
    ended_on: date | None


@dataclass(frozen=True)
class Neighbour:
    """One school near another.

    Attributes
    ----------
    step
        How many ties away, 1 or 2.
    side
        1 where the first tie on the way is support given by the school in the middle, -1 where it is received.
    """

    urn: str
    name: str | None
    step: int
    side: int


@dataclass(frozen=True)
class Neighbourhood:
    """The schools around one, nearest first, and every tie between any two of them."""

    urn: str
    neighbours: tuple[Neighbour, ...]
    ties: tuple[Tie, ...]

    @property
    def given(self) -> tuple[Tie, ...]:
        """Support that leaders of this school give."""
        return tuple(tie for tie in self.ties if tie.giver == self.urn)

    @property
    def received(self) -> tuple[Tie, ...]:
        """Support that this school receives."""
        return tuple(tie for tie in self.ties if tie.receiver == self.urn)


def neighbourhood(urn: str, steps: int = STEPS) -> Neighbourhood:
    """Schools up to ``steps`` ties from a school: one query a step, and one for the names of leaders."""
    reached: dict[str, Neighbour] = {}
    supports: dict[uuid.UUID, Support] = {}
    frontier = {urn: 0}
    for step in range(1, steps + 1):
        met: dict[str, int] = {}
        for support in _supports_of(frontier):
            supports[support.pk] = support
            for here, there, school, side in (
                (support.home_school_id, support.partner_school_id, support.partner_school, 1),
                (support.partner_school_id, support.home_school_id, support.home_school, -1),
            ):
                if here in frontier and there is not None and there != urn and there not in reached:
                    met[there] = frontier[here] or side
                    reached[there] = Neighbour(there, school.name if school else None, step, met[there])
        frontier = met
        if not frontier:
            break
    return Neighbourhood(urn, tuple(sorted(reached.values(), key=_nearest)), _ties(supports.values()))


def _supports_of(urns: Iterable[str]) -> list[Support]:
    wanted = list(urns)
    found = (
        Support.objects.filter(Q(home_school__in=wanted) | Q(partner_school__in=wanted), withdrawn_at=None)
        .select_related("home_school", "partner_school")
        .only(
            "person_id", "leader_id", "wave_id", "role", "started_on", "ended_on",
            "home_school__name", "partner_school__name",
        )
    )  # fmt: skip
    return sorted(found, key=lambda support: (support.partner_school.name or "", str(support.pk)))


def _ties(supports: Iterable[Support]) -> tuple[Tie, ...]:
    kept = list(supports)
    names = names_of(support.person_id for support in kept)
    return tuple(
        Tie(
            support=support.pk,
            leader=support.leader_id,
            leader_name=names.get(support.person_id),
            wave=support.wave_id,
            role=support.role,
            giver=support.home_school_id,
            giver_name=support.home_school.name if support.home_school else None,
            receiver=support.partner_school_id,
            receiver_name=support.partner_school.name,
            started_on=support.started_on,
            ended_on=support.ended_on,
        )
        for support in kept
    )


def _nearest(neighbour: Neighbour) -> tuple[int, int, str, str]:
    return neighbour.step, -neighbour.side, neighbour.name or "", neighbour.urn
