"""Adding, correcting, ending and withdrawing role-holdings."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from leadscape_web.accounts.rules import EDITS, allow
from leadscape_web.survey import changes
from leadscape_web.survey.codebooks import KnownWaves, known_waves
from leadscape_web.survey.forms.holding import MISTAKE, CorrectHoldingForm, EndForm, HoldingForm
from leadscape_web.survey.presenters.words import span
from leadscape_web.survey.reading import holding_or_404, leader_or_404
from leadscape_web.survey.views.editing import Correction, answer, check_can_change, person_names


@allow(EDITS, methods=("GET", "POST"))
def add_holding(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A role that the leader holds and no return told of."""
    leader = leader_or_404(key)
    check_can_change(leader)
    names = person_names(leader)
    form = HoldingForm(request.POST or None, waves=known_waves(), person=leader.person_id)
    page = Correction(
        title="Add a role-holding",
        about="A role-holding is one person's dated holding of one role beyond their own school. It is not a headship.",
        button="Add the role-holding",
        done="The role-holding was added.",
        leader=leader,
        notes=("It is shown as reported by an editor of this service.",),
    )

    def save() -> None:
        given = form.cleaned_data
        changes.add_holding(
            leader, given["role"], form.origin, form.wave.id if form.wave else None, given["started_on"],
            given["ended_on"], given["why"],
        )  # fmt: skip

    return answer(request, form, page, names, save)


@allow(EDITS, methods=("GET", "POST"))
def correct_holding(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Another role or other dates of a holding."""
    holding = holding_or_404(key)
    check_can_change(holding)
    _check_counts(holding.withdrawn_at is not None)
    names = person_names(holding.leader)
    waves = known_waves()
    own = waves.get(holding.wave_id)
    form = CorrectHoldingForm(
        request.POST or None,
        waves=KnownWaves((own,)) if own else waves,
        initial={
            "role": holding.role,
            "started_on": holding.started_on,
            "ended_on": holding.ended_on,
            "version": holding.version,
        },
        person=holding.leader.person_id,
    )
    page = Correction(
        title="Correct a role-holding",
        about=f"{waves.words(holding.wave_id).role(holding.role)}, {span(holding.started_on, holding.ended_on)}.",
        button="Save the role-holding",
        done="The role-holding was corrected.",
        leader=holding.leader,
        notes=("Support given in this role follows the role.",),
    )

    def save() -> bool:
        given = form.cleaned_data
        return changes.correct_holding(
            holding, given["version"], given["role"], form.origin, form.wave.id if form.wave else None,
            given["started_on"], given["ended_on"], given["why"],
        )  # fmt: skip

    return answer(request, form, page, names, save)


@allow(EDITS, methods=("GET", "POST"))
def end_holding(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The end of a holding, or its withdrawal when it never was."""
    holding = holding_or_404(key)
    check_can_change(holding)
    _check_counts(holding.withdrawn_at is not None)
    names = person_names(holding.leader)
    form = EndForm(
        request.POST or None,
        initial={"version": holding.version, "ended_on": holding.ended_on},
        started_on=holding.started_on,
        person=holding.leader.person_id,
    )
    role = known_waves().words(holding.wave_id).role(holding.role)
    page = Correction(
        title="End or withdraw a role-holding",
        about=f"{role}, {span(holding.started_on, holding.ended_on)}.",
        button="Save",
        done="The role-holding was ended or withdrawn.",
        leader=holding.leader,
        notes=("Support given in this role ends or is withdrawn with it.",),
    )

    def save() -> bool:
        given = form.cleaned_data
        if given["kind"] == MISTAKE:
            changes.withdraw_holding(holding, given["version"], given["why"])
            return True
        return changes.end_holding(holding, given["version"], given["ended_on"], given["why"])

    return answer(request, form, page, names, save)


def _check_counts(withdrawn: bool) -> None:
    if withdrawn:
        raise PermissionDenied(
            "This was entered by mistake and withdrawn. Add it anew if it was right after all."
        )
