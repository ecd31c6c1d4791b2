"""Correcting leaders' records by a program: what the screens can write, under the same rules, in the same words.

What is sent is checked by the forms of the screens, and saved as they save it: with a reason, under the version that
was read, in the editor's area only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja import Schema

from leadscape_web.accounts.api import ONE, Problem
from leadscape_web.accounts.api_access import needs
from leadscape_web.accounts.names import names_of
from leadscape_web.accounts.rules import EDITS, allow
from leadscape_web.register.api import one_of
from leadscape_web.survey import api_shapes as shape
from leadscape_web.survey import changes
from leadscape_web.survey.api import router
from leadscape_web.survey.api_bodies import CorrectedHolding, End, HomeSchool, NewHolding, NewSupport
from leadscape_web.survey.api_written import Asked, as_form, written
from leadscape_web.survey.codebooks import KnownWaves, known_waves
from leadscape_web.survey.forms.holding import MISTAKE, CorrectHoldingForm, EndForm, HoldingForm
from leadscape_web.survey.forms.leader import MOVED, HomeSchoolForm
from leadscape_web.survey.forms.support import SupportForm
from leadscape_web.survey.models import Leader, RoleHolding, Support
from leadscape_web.survey.permissions import can_change
from leadscape_web.survey.reading import holding_or_404, leader_or_404, support_or_404

WRITE: Final = "survey:write"
WRITES: Final[dict[int, Any]] = {**ONE, 400: Problem, 409: Problem}
_CALLED: Final = {"school": "partner_school"}
"""What a part of a form is called in the body, where that differs."""


@router.post(
    "/leaders/{uuid:key}/role-holdings",
    response={201: shape.RoleHoldingShape, **WRITES},
    summary="Add a role-holding",
)
@allow(EDITS, methods=("POST",))
@needs(WRITE)
def add_role_holding(request: HttpRequest, key: UUID, body: NewHolding) -> Any:
    """Add a role that a leader of your area holds. It is shown as reported by an editor."""

    def begin() -> Asked:
        leader = _changeable(leader_or_404(key))
        form = HoldingForm(as_form(body), waves=known_waves(), person=leader.person_id)

        def write(given: Mapping[str, Any]) -> UUID:
            wave = form.wave.id if form.wave else None
            return changes.add_holding(
                leader, given["role"], form.origin, wave, given["started_on"], given["ended_on"], given["why"]
            ).pk

        return Asked(form, write, {})

    return written(request, 201, begin, _holding)


@router.put(
    "/role-holdings/{uuid:key}",
    response={200: shape.RoleHoldingShape, **WRITES},
    summary="Correct a role-holding",
)
@allow(EDITS, methods=("PUT",))
@needs(WRITE)
def correct_role_holding(request: HttpRequest, key: UUID, body: CorrectedHolding) -> Any:
    """Another role or other dates of a role-holding. Support given in it follows the role."""

    def begin() -> Asked:
        holding = _counting(_changeable(holding_or_404(key)))
        waves = known_waves()
        own = waves.get(holding.wave_id)
        form = CorrectHoldingForm(
            as_form(body), waves=KnownWaves((own,)) if own else waves, person=holding.leader.person_id
        )

        def write(given: Mapping[str, Any]) -> UUID:
            wave = form.wave.id if form.wave else None
            changes.correct_holding(
                holding, given["version"], given["role"], form.origin, wave, given["started_on"], given["ended_on"],
                given["why"],
            )  # fmt: skip
            return holding.pk

        return Asked(form, write, {})

    return written(request, 200, begin, _holding)


@router.post(
    "/role-holdings/{uuid:key}/end",
    response={200: shape.RoleHoldingShape, **WRITES},
    summary="End a role-holding",
)
@allow(EDITS, methods=("POST",))
@needs(WRITE)
def end_role_holding(request: HttpRequest, key: UUID, body: End) -> Any:
    """The end of a role-holding, or its withdrawal when it never was. Support given in it ends with it."""

    def begin() -> Asked:
        holding = _counting(_changeable(holding_or_404(key)))
        form = EndForm(as_form(body), started_on=holding.started_on, person=holding.leader.person_id)

        def write(given: Mapping[str, Any]) -> UUID:
            if given["kind"] == MISTAKE:
                changes.withdraw_holding(holding, given["version"], given["why"])
            else:
                changes.end_holding(holding, given["version"], given["ended_on"], given["why"])
            return holding.pk

        return Asked(form, write, {})

    return written(request, 200, begin, _holding)


@router.post(
    "/leaders/{uuid:key}/supports", response={201: shape.SupportShape, **WRITES}, summary="Record support"
)
@allow(EDITS, methods=("POST",))
@needs(WRITE)
def add_support(request: HttpRequest, key: UUID, body: NewSupport) -> Any:
    """Record that a leader of your area supports a partner school in one of their roles."""

    def begin() -> Asked:
        leader = _changeable(leader_or_404(key))
        holdings = {str(one.pk): one for one in leader.role_holdings.filter(withdrawn_at=None)}
        form = SupportForm(
            as_form(body, school=body.partner_school),
            holdings=[(one, one) for one in holdings],
            person=leader.person_id,
        )

        def write(given: Mapping[str, Any]) -> UUID:
            holding = holdings[given["holding"]]
            return changes.add_support(holding, given["school"], given["started_on"], given["why"]).pk

        return Asked(form, write, _CALLED)

    return written(request, 201, begin, _support)


@router.post("/supports/{uuid:key}/end", response={200: shape.SupportShape, **WRITES}, summary="End support")
@allow(EDITS, methods=("POST",))
@needs(WRITE)
def end_support(request: HttpRequest, key: UUID, body: End) -> Any:
    """The end of support for a partner school, or its withdrawal when it never was."""

    def begin() -> Asked:
        support = _counting(_changeable(support_or_404(key)))
        form = EndForm(as_form(body), started_on=support.started_on, person=support.leader.person_id)

        def write(given: Mapping[str, Any]) -> UUID:
            if given["kind"] == MISTAKE:
                changes.withdraw_support(support, given["version"], given["why"])
            else:
                changes.end_support(support, given["version"], given["ended_on"], given["why"])
            return support.pk

        return Asked(form, write, {})

    return written(request, 200, begin, _support)


@router.put(
    "/leaders/{uuid:key}/home-school",
    response={200: shape.LeaderShape, **WRITES},
    summary="Correct a leader's home school",
)
@allow(EDITS, methods=("PUT",))
@needs(WRITE)
def correct_home_school(request: HttpRequest, key: UUID, body: HomeSchool) -> Any:
    """Another home school of a leader, in the area that you edit."""

    def begin() -> Asked:
        leader = _changeable(leader_or_404(key))
        form = HomeSchoolForm(as_form(body), person=leader.person_id)

        def write(given: Mapping[str, Any]) -> UUID:
            moved = given["kind"] == MOVED
            changes.correct_home_school(leader, given["version"], given["school"], moved, given["why"])
            return leader.pk

        return Asked(form, write, {})

    return written(request, 200, begin, _leader)


Record = TypeVar("Record", Leader, RoleHolding, Support)


def _changeable(record: Record) -> Record:
    if not can_change(record._meta.db_table, record.pk):
        raise PermissionDenied("You may read this record and not change it: it is not in the area you edit.")
    return record


Ending = TypeVar("Ending", RoleHolding, Support)


def _counting(record: Ending) -> Ending:
    if record.withdrawn_at is not None:
        raise PermissionDenied("This was entered by mistake and withdrawn. Add it anew if it was right.")
    return record


def _holding(key: UUID) -> Schema:
    return shape.holding_shape(one_of(RoleHolding.objects.all(), pk=key))


def _support(key: UUID) -> Schema:
    return shape.support_shape(one_of(Support.objects.all(), pk=key))


def _leader(key: UUID) -> Schema:
    one = one_of(Leader.objects.all(), pk=key)
    return shape.leader_shape(one, names_of([one.person_id]).get(one.person_id))
