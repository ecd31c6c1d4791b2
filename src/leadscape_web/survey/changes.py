"""Corrections of leaders and their roles: each saves the record, its reason and its history together, or nothing.

Nothing is deleted. What ended is ended; what was entered by mistake is withdrawn and stays for the history. A
correction that says what the record says already is not saved, so that the history holds changes only; each function
that corrects tells whether it saved.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Final

from django.db import transaction
from django.utils import timezone

from leadscape_web.accounts.context import because
from leadscape_web.accounts.models import PersonName
from leadscape_web.audit.versions import save_if_current
from leadscape_web.register.models import School
from leadscape_web.survey.models import Leader, RoleHolding, Support
from leadscape_web.survey.refusals import broken_rules, outside_area

ROUTE: Final = "editor"


def correct_name(leader: Leader, version: int, full_name: str, why: str) -> bool:
    """A new current name; the old one stays, superseded. The version of the leader guards both.

    Raises
    ------
    EditedMeanwhile, PermissionDenied
        As :func:`leadscape_web.audit.versions.save_if_current`.
    """
    with transaction.atomic():
        because(why)
        if leader.version == version and _names_of(leader) == [full_name]:
            return False
        save_if_current(leader, version)
        now = timezone.now()
        PersonName.objects.filter(person=leader.person_id, superseded_at=None).update(superseded_at=now)
        PersonName.objects.create(person_id=leader.person_id, full_name=full_name, recorded_at=now)
    return True


def correct_home_school(leader: Leader, version: int, school: School, moved: bool, why: str) -> bool:
    """Another home school; authority, region and phase follow from it.

    Parameters
    ----------
    moved
        Whether the leader went to another school, so that holdings and support that have ended keep the former one.
        Otherwise the school was recorded wrongly, and everything that carries it is put right.

    Raises
    ------
    EditedMeanwhile, PermissionDenied
        As :func:`leadscape_web.audit.versions.save_if_current`.
    Impossible
        When the school is outside the editor's area, or is a partner school of the leader.
    """
    former = leader.home_school_id
    follows = {
        "home_school_id": school.urn,
        "authority_id": school.authority_id,
        "region": school.region,
        "phase": school.phase,
    }
    if _says_already(leader, version, **follows):
        return False
    with outside_area("school"), broken_rules("school"), transaction.atomic():
        because(why)
        save_if_current(leader, version, **follows)
        holdings = leader.role_holdings.filter(home_school=former, withdrawn_at=None)
        supports = leader.supports.filter(home_school=former, withdrawn_at=None)
        for holding in holdings.filter(ended_on=None) if moved else holdings:
            save_if_current(holding, holding.version, home_school_id=school.urn, authority=school.authority)
        for support in supports.filter(ended_on=None) if moved else supports:
            save_if_current(support, support.version, home_school_id=school.urn)
    return True


def add_holding(
    leader: Leader,
    role: str,
    origin: str,
    wave: uuid.UUID | None,
    started_on: date | None,
    ended_on: date | None,
    why: str,
) -> RoleHolding:
    """A role-holding that an editor knows of.

    Raises
    ------
    Impossible
        When it ends before it starts, overlaps another holding of the role, or is outside the editor's area.
    """
    key = uuid.uuid4()
    holding = RoleHolding(
        id=key,
        key=f"{ROUTE}-{key}",
        leader=leader,
        person_id=leader.person_id,
        role=role,
        origin=origin,
        wave_id=wave,
        home_school_id=leader.home_school_id,
        authority_id=leader.authority_id,
        started_on=started_on,
        ended_on=ended_on,
        respondents=[],
        routes=[ROUTE],
    )
    with outside_area(""), broken_rules("started_on", holding), transaction.atomic():
        because(why)
        holding.save(force_insert=True)
    return holding


def correct_holding(
    holding: RoleHolding,
    version: int,
    role: str,
    origin: str,
    wave: uuid.UUID | None,
    started_on: date | None,
    ended_on: date | None,
    why: str,
) -> bool:
    """Another role or other dates of a holding; support given in it follows the role.

    Raises
    ------
    EditedMeanwhile, PermissionDenied
        As :func:`leadscape_web.audit.versions.save_if_current`.
    Impossible
        When it would end before it starts, or overlap another holding of the role.
    """
    wanted = {
        "role": role,
        "origin": origin,
        "wave_id": wave,
        "started_on": started_on,
        "ended_on": ended_on,
    }
    if _says_already(holding, version, **wanted):
        return False
    changed = RoleHolding(
        id=holding.pk, leader_id=holding.leader_id, role=role, started_on=started_on, ended_on=ended_on
    )
    with broken_rules("started_on", changed), transaction.atomic():
        because(why)
        save_if_current(holding, version, **wanted)
        for support in holding.supports.exclude(role=role):
            save_if_current(support, support.version, role=role)
    return True


def end_holding(holding: RoleHolding, version: int, ended_on: date, why: str) -> bool:
    """The day on which a holding ended. Support given in it that has no end ends on the same day.

    Raises
    ------
    EditedMeanwhile, PermissionDenied
        As :func:`leadscape_web.audit.versions.save_if_current`.
    Impossible
        When that is before it started.
    """
    open_ones = holding.supports.filter(ended_on=None, withdrawn_at=None)
    if _says_already(holding, version, ended_on=ended_on) and not open_ones.exists():
        return False
    with broken_rules("ended_on", holding), transaction.atomic():
        because(why)
        save_if_current(holding, version, ended_on=ended_on)
        for support in open_ones:
            end = max(ended_on, support.started_on) if support.started_on else ended_on
            save_if_current(support, support.version, ended_on=end)
    return True


def withdraw_holding(holding: RoleHolding, version: int, why: str) -> None:
    """A holding that was entered by mistake, with the support given in it. It stays, and counts nowhere.

    Raises
    ------
    EditedMeanwhile, PermissionDenied
        As :func:`leadscape_web.audit.versions.save_if_current`.
    """
    now = timezone.now()
    with transaction.atomic():
        because(why)
        save_if_current(holding, version, withdrawn_at=now)
        for support in holding.supports.filter(withdrawn_at=None):
            save_if_current(support, support.version, withdrawn_at=now)


def add_support(holding: RoleHolding, partner: School, started_on: date | None, why: str) -> Support:
    """Support for a partner school in a role that the leader holds.

    Raises
    ------
    Impossible
        When the partner is the home school or is supported in this role already, or the home school is outside the
        editor's area.
    """
    support = Support(
        holding=holding,
        leader_id=holding.leader_id,
        person_id=holding.person_id,
        role=holding.role,
        home_school_id=holding.home_school_id,
        partner_school=partner,
        started_on=started_on,
        wave_id=holding.wave_id,
    )
    with outside_area(""), broken_rules("school"), transaction.atomic():
        because(why)
        support.save(force_insert=True)
    return support


def end_support(support: Support, version: int, ended_on: date, why: str) -> bool:
    """The day on which support for a partner school ended.

    Raises
    ------
    EditedMeanwhile, PermissionDenied
        As :func:`leadscape_web.audit.versions.save_if_current`.
    Impossible
        When that is before it started.
    """
    if _says_already(support, version, ended_on=ended_on):
        return False
    with broken_rules("ended_on"), transaction.atomic():
        because(why)
        save_if_current(support, version, ended_on=ended_on)
    return True


def withdraw_support(support: Support, version: int, why: str) -> None:
    """Support that was entered by mistake. It stays, and counts nowhere.

    Raises
    ------
    EditedMeanwhile, PermissionDenied
        As :func:`leadscape_web.audit.versions.save_if_current`.
    """
    with transaction.atomic():
        because(why)
        save_if_current(support, version, withdrawn_at=timezone.now())


def _says_already(record: Leader | RoleHolding | Support, version: int, **wanted: object) -> bool:
    """Whether nothing would change, and nobody else changed it after the form was opened."""
    return record.version == version and all(getattr(record, name) == value for name, value in wanted.items())


def _names_of(leader: Leader) -> list[str]:
    current = PersonName.objects.filter(person=leader.person_id, superseded_at=None)
    return list(current.values_list("full_name", flat=True))
