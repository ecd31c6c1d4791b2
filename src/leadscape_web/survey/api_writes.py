"""Correcting leaders' records by a program: what the screens can write, under the same rules, in the same words.

What is sent is checked by the forms of the screens, and saved as they save it: with a reason, under the version that
was read, in the editor's area only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, Literal, TypeVar
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from ninja import Field, Schema, Status
from pydantic import ConfigDict

from leadscape_web.accounts.api import ONE, Problem
from leadscape_web.accounts.api_access import needs
from leadscape_web.accounts.api_once import OtherRequest, once
from leadscape_web.accounts.api_pages import Day, Reason, Text
from leadscape_web.accounts.api_problems import problem
from leadscape_web.accounts.names import names_of
from leadscape_web.accounts.rules import EDITS, allow
from leadscape_web.audit.versions import EditedMeanwhile
from leadscape_web.register.api import one_of
from leadscape_web.survey import api_shapes as shape
from leadscape_web.survey import changes
from leadscape_web.survey.api import router
from leadscape_web.survey.codebooks import KnownWaves, known_waves
from leadscape_web.survey.forms.holding import MISTAKE, CorrectHoldingForm, EndForm, HoldingForm
from leadscape_web.survey.forms.leader import MOVED, HomeSchoolForm
from leadscape_web.survey.forms.support import SupportForm
from leadscape_web.survey.models import Leader, RoleHolding, Support
from leadscape_web.survey.permissions import can_change
from leadscape_web.survey.reading import holding_or_404, leader_or_404, support_or_404
from leadscape_web.survey.refusals import Impossible

WRITE: Final = "survey:write"
WRITES: Final[dict[int, Any]] = {**ONE, 400: Problem, 409: Problem}
_CALLED: Final = {"school": "partner_school"}
"""What a part of a form is called in the body, where that differs."""


class Change(Schema):
    """What every change says."""

    model_config = ConfigDict(extra="forbid")
    why: Reason = Field(description="The reason, kept for good in the history. No names of people.")


class Versioned(Change):
    """A change of a record that is there."""

    version: int = Field(
        ge=1, description="Version of the record as it was read; if it has another by now, nothing is saved."
    )


class NewHolding(Change):
    """A role that the leader holds and no return told of."""

    role: Text = Field(description="Role id of the codebook that holds on the day of the start.")
    started_on: Day | None = Field(None, description="First day; null: not known.")
    ended_on: Day | None = Field(None, description="Day after the last; null: in force, or not known.")


class CorrectedHolding(NewHolding, Versioned):
    """The whole holding as it should be."""


class End(Versioned):
    """An end, or that it never was."""

    kind: Literal["ended", "mistake"] = Field(
        description="ended: it counts until the day; mistake: it is withdrawn and counts nowhere."
    )
    ended_on: Day | None = Field(None, description="Day on which it ended; null for a mistake.")


class NewSupport(Change):
    """A partner school that the leader supports in one of their roles."""

    holding: UUID = Field(description="Id of the role-holding in which the support is given.")
    partner_school: str = Field(pattern=r"^[0-9]{1,10}$", description="URN of the school that receives it.")
    started_on: Day | None = Field(None, description="First day; null: not known.")


class HomeSchool(Versioned):
    """Another home school; authority, region and phase follow from it."""

    school: str = Field(pattern=r"^[0-9]{1,10}$", description="URN, in the area that you edit.")
    kind: Literal["moved", "wrong"] = Field(
        description="moved: what has ended keeps the former school; wrong: everything that carries it is put right."
    )


@router.post(
    "/leaders/{uuid:key}/role-holdings",
    response={201: shape.RoleHoldingShape, **WRITES},
    summary="Add a role-holding",
)
@allow(EDITS, methods=("POST",))
@needs(WRITE)
def add_role_holding(request: HttpRequest, key: UUID, body: NewHolding) -> Any:
    """Add a role that a leader of your area holds. It is shown as reported by an editor."""
    leader = _changeable(leader_or_404(key))
    form = HoldingForm(_as_form(body), waves=known_waves(), person=leader.person_id)

    def write(given: Mapping[str, Any]) -> UUID:
        wave = form.wave.id if form.wave else None
        return changes.add_holding(
            leader, given["role"], form.origin, wave, given["started_on"], given["ended_on"], given["why"]
        ).pk

    return _written(request, form, 201, write, _holding)


@router.put(
    "/role-holdings/{uuid:key}",
    response={200: shape.RoleHoldingShape, **WRITES},
    summary="Correct a role-holding",
)
@allow(EDITS, methods=("PUT",))
@needs(WRITE)
def correct_role_holding(request: HttpRequest, key: UUID, body: CorrectedHolding) -> Any:
    """Another role or other dates of a role-holding. Support given in it follows the role."""
    holding = _counting(_changeable(holding_or_404(key)))
    waves = known_waves()
    own = waves.get(holding.wave_id)
    form = CorrectHoldingForm(
        _as_form(body), waves=KnownWaves((own,)) if own else waves, person=holding.leader.person_id
    )

    def write(given: Mapping[str, Any]) -> UUID:
        wave = form.wave.id if form.wave else None
        changes.correct_holding(
            holding, given["version"], given["role"], form.origin, wave, given["started_on"], given["ended_on"],
            given["why"],
        )  # fmt: skip
        return holding.pk

    return _written(request, form, 200, write, _holding)


@router.post(
    "/role-holdings/{uuid:key}/end",
    response={200: shape.RoleHoldingShape, **WRITES},
    summary="End a role-holding",
)
@allow(EDITS, methods=("POST",))
@needs(WRITE)
def end_role_holding(request: HttpRequest, key: UUID, body: End) -> Any:
    """The end of a role-holding, or its withdrawal when it never was. Support given in it ends with it."""
    holding = _counting(_changeable(holding_or_404(key)))
    form = EndForm(_as_form(body), started_on=holding.started_on, person=holding.leader.person_id)

    def write(given: Mapping[str, Any]) -> UUID:
        if given["kind"] == MISTAKE:
            changes.withdraw_holding(holding, given["version"], given["why"])
        else:
            changes.end_holding(holding, given["version"], given["ended_on"], given["why"])
        return holding.pk

    return _written(request, form, 200, write, _holding)


@router.post(
    "/leaders/{uuid:key}/supports", response={201: shape.SupportShape, **WRITES}, summary="Record support"
)
@allow(EDITS, methods=("POST",))
@needs(WRITE)
def add_support(request: HttpRequest, key: UUID, body: NewSupport) -> Any:
    """Record that a leader of your area supports a partner school in one of their roles."""
    leader = _changeable(leader_or_404(key))
    holdings = {str(one.pk): one for one in leader.role_holdings.filter(withdrawn_at=None)}
    form = SupportForm(
        _as_form(body, school=body.partner_school),
        holdings=[(one, one) for one in holdings],
        person=leader.person_id,
    )

    def write(given: Mapping[str, Any]) -> UUID:
        holding = holdings[given["holding"]]
        return changes.add_support(holding, given["school"], given["started_on"], given["why"]).pk

    return _written(request, form, 201, write, _support)


@router.post("/supports/{uuid:key}/end", response={200: shape.SupportShape, **WRITES}, summary="End support")
@allow(EDITS, methods=("POST",))
@needs(WRITE)
def end_support(request: HttpRequest, key: UUID, body: End) -> Any:
    """The end of support for a partner school, or its withdrawal when it never was."""
    support = _counting(_changeable(support_or_404(key)))
    form = EndForm(_as_form(body), started_on=support.started_on, person=support.leader.person_id)

    def write(given: Mapping[str, Any]) -> UUID:
        if given["kind"] == MISTAKE:
            changes.withdraw_support(support, given["version"], given["why"])
        else:
            changes.end_support(support, given["version"], given["ended_on"], given["why"])
        return support.pk

    return _written(request, form, 200, write, _support)


@router.put(
    "/leaders/{uuid:key}/home-school",
    response={200: shape.LeaderShape, **WRITES},
    summary="Correct a leader's home school",
)
@allow(EDITS, methods=("PUT",))
@needs(WRITE)
def correct_home_school(request: HttpRequest, key: UUID, body: HomeSchool) -> Any:
    """Another home school of a leader, in the area that you edit."""
    leader = _changeable(leader_or_404(key))
    form = HomeSchoolForm(_as_form(body), person=leader.person_id)

    def write(given: Mapping[str, Any]) -> UUID:
        moved = given["kind"] == MOVED
        changes.correct_home_school(leader, given["version"], given["school"], moved, given["why"])
        return leader.pk

    return _written(request, form, 200, write, _leader)


def _written(
    request: HttpRequest,
    form: forms.Form,
    status: int,
    write: Callable[[Mapping[str, Any]], UUID],
    shown: Callable[[UUID], Schema],
) -> Any:
    """The record after the change, or the problem that says why nothing was saved."""
    number = getattr(request, "number", "")

    def checked() -> UUID:
        if not form.is_valid():
            raise _Unsound
        return write(form.cleaned_data)

    called = _CALLED if isinstance(form, SupportForm) else {}
    try:
        status, record = once(request, status, checked)
    except _Unsound:
        errors = [
            {"parameter": called.get(name, name), "detail": str(message)}
            for name, messages in form.errors.items()
            for message in messages
        ]
        return problem(422, errors=errors, number=number)
    except Impossible as refused:
        errors = [{"parameter": called.get(refused.field, refused.field), "detail": refused.what}]
        return problem(422, f"{refused.what} {refused.why}", refused.next_step, errors=errors, number=number)
    except OtherRequest:
        return problem(
            409,
            "The same Idempotency-Key was sent with another change within a day. Nothing was saved.",
            "Use a new key for each change, and the same one only to send the same change again.",
            number=number,
        )
    except EditedMeanwhile as met:
        return _meanwhile(met, number)
    return Status(status, shown(record))


def _meanwhile(met: EditedMeanwhile, number: str) -> HttpResponse:
    """What changed after the record was read, so that the program or its owner can decide."""
    return problem(
        409,
        number=number,
        more={
            "version": met.record.version,  # type: ignore[attr-defined]
            "changes": [{"at": one.at.isoformat(), "why": one.why} for one in met.changes],
            "conflicts": [
                {
                    "field": one.column.removesuffix("_id"),
                    "read": _plain(one.opened),
                    "now": _plain(one.now),
                    "sent": _plain(one.wanted),
                }
                for one in met.conflicts
            ],
        },
    )


class _Unsound(Exception):
    """The form says what is wrong."""


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, UUID) else value


def _as_form(body: Schema, **more: str) -> dict[str, str]:
    """The body as a form of the screens sends it."""
    sent = dict(more)
    for name, value in body.model_dump().items():
        if isinstance(value, date):
            sent |= {f"{name}-{part}": str(getattr(value, part)) for part in ("day", "month", "year")}
            # The form wants four digits, as people write years.
            sent[f"{name}-year"] = f"{value.year:04}"
        elif value is not None:
            sent[name] = str(value)
    return sent


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
