"""What a leader's page is made of, in a fixed number of queries. The database shows what the user may see."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q
from django.http import Http404

from leadscape_web.accounts.names import names_of
from leadscape_web.audit.models import Event
from leadscape_web.register.memberships import current_members, memberships_collected
from leadscape_web.register.models import Headship, Membership
from leadscape_web.survey.codebooks import KnownWaves, known_waves
from leadscape_web.survey.models import Leader, Response, RoleHolding, Support
from leadscape_web.survey.network import Neighbourhood, neighbourhood
from leadscape_web.survey.permissions import can_change


@dataclass(frozen=True)
class LeaderRecord:
    """One leader with everything that is known about them.

    Attributes
    ----------
    name
        Current name; null where it was erased or never known.
    memberships, trusts_collected
        Trusts of the home school today, and whether any file tells of trusts.
    respondents
        Name of each respondent by wave and id.
    withdrawn
        Reason by id of a holding or support that was entered by mistake.
    around
        Schools connected with the home school; null where the home school is not known.
    changeable
        Whether the user may correct the record.
    """

    leader: Leader
    name: str | None
    headships: tuple[Headship, ...]
    memberships: tuple[Membership, ...]
    trusts_collected: bool
    holdings: tuple[RoleHolding, ...]
    supports: tuple[Support, ...]
    respondents: dict[tuple[uuid.UUID, str], str]
    responses: tuple[Response, ...]
    withdrawn: dict[str, tuple[datetime, str]]
    around: Neighbourhood | None
    waves: KnownWaves
    changeable: bool


def leader_or_404(key: uuid.UUID) -> Leader:
    """The leader, where the database shows them to the user.

    Raises
    ------
    Http404
        When there is none, or none in the user's area: the two are not told apart.
    """
    found = (
        Leader.objects.select_related("home_school", "authority", "home_school__source")
        .filter(pk=key)
        .first()
    )
    if found is None:
        raise Http404("There is no such leader, or none in your area.")
    return found


def holding_or_404(key: uuid.UUID) -> RoleHolding:
    """The role-holding, where the database shows it to the user.

    Raises
    ------
    Http404
        When there is none, or none in the user's area.
    """
    found = RoleHolding.objects.select_related("home_school", "leader").filter(pk=key).first()
    if found is None:
        raise Http404("There is no such role-holding, or none in your area.")
    return found


def support_or_404(key: uuid.UUID) -> Support:
    """The support, where the database shows it to the user.

    Raises
    ------
    Http404
        When there is none, or none in the user's area.
    """
    found = Support.objects.select_related("partner_school", "leader", "holding").filter(pk=key).first()
    if found is None:
        raise Http404("There is no such support, or none in your area.")
    return found


def read_leader(key: uuid.UUID) -> LeaderRecord:
    """Everything that a leader's page shows.

    Raises
    ------
    Http404
        When there is no such leader in the user's area.
    """
    leader = leader_or_404(key)
    holdings = tuple(
        RoleHolding.objects.filter(leader=leader)
        .select_related("home_school")
        .order_by(F("withdrawn_at").asc(nulls_first=True), F("started_on").desc(nulls_last=True), "role")
    )
    supports = tuple(
        Support.objects.filter(leader=leader)
        .select_related("partner_school", "home_school")
        .order_by("partner_school__name", "pk")
    )
    responses = tuple(_responses(leader, holdings))
    memberships = _memberships(leader)
    return LeaderRecord(
        leader=leader,
        name=names_of([leader.person_id]).get(leader.person_id),
        headships=tuple(
            Headship.objects.filter(person=leader.person_id)
            .select_related("school", "source")
            .order_by(F("seen_on").desc(nulls_last=True), "school__name")
        ),
        memberships=memberships,
        trusts_collected=bool(memberships) or memberships_collected(),
        holdings=holdings,
        supports=supports,
        respondents={(r.wave_id, r.respondent): r.respondent_name for r in responses},
        responses=responses,
        withdrawn=_reasons([*holdings, *supports]),
        around=neighbourhood(leader.home_school_id) if leader.home_school_id else None,
        waves=known_waves(),
        changeable=can_change("survey_leader", leader.pk),
    )


def _memberships(leader: Leader) -> tuple[Membership, ...]:
    if not leader.home_school_id:
        return ()
    joined = Membership.objects.filter(current_members(), school=leader.home_school_id).select_related(
        "group"
    )
    return tuple({one.group_id: one for one in joined.order_by("group__name")}.values())


def _responses(leader: Leader, holdings: tuple[RoleHolding, ...]) -> list[Response]:
    """Who reported the holdings, and what the leader's authority answered in each wave."""
    reporters = {name for holding in holdings for name in holding.respondents}
    asked = Q(respondent__in=reporters)
    if leader.authority_id:
        asked |= Q(authority=leader.authority_id)
    return list(Response.objects.filter(asked))


def _reasons(records: list[RoleHolding | Support]) -> dict[str, tuple[datetime, str]]:
    withdrawn = {str(record.pk): record.withdrawn_at for record in records if record.withdrawn_at}
    if not withdrawn:
        return {}
    changes = Event.objects.filter(
        table__in=["survey_roleholding", "survey_support"], record__in=withdrawn, action="update"
    ).order_by("id")
    reasons = {event.record: event.why for event in changes if (event.after or {}).get("withdrawn_at")}
    return {key: (at, reasons.get(key, "")) for key, at in withdrawn.items()}
