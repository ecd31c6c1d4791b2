"""Recording, ending and withdrawing support for partner schools."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from leadscape_web.accounts.rules import EDITS, allow
from leadscape_web.survey import changes
from leadscape_web.survey.codebooks import known_waves
from leadscape_web.survey.forms.holding import MISTAKE, EndForm
from leadscape_web.survey.forms.support import SupportForm
from leadscape_web.survey.presenters.words import span
from leadscape_web.survey.reading import leader_or_404, support_or_404
from leadscape_web.survey.views.editing import Correction, answer, check_can_change, person_names


@allow(EDITS, methods=("GET", "POST"))
def add_support(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A partner school that the leader supports in one of their roles."""
    leader = leader_or_404(key)
    check_can_change(leader)
    names = person_names(leader)
    waves = known_waves()
    holdings = {str(one.pk): one for one in leader.role_holdings.filter(withdrawn_at=None).order_by("role")}
    form = SupportForm(
        request.POST or None,
        holdings=[
            (key, f"{waves.words(one.wave_id).role(one.role)}, {span(one.started_on, one.ended_on)}")
            for key, one in holdings.items()
        ],
        person=leader.person_id,
    )
    page = Correction(
        title="Record support for a partner school",
        about="A partner school receives support; the leader's home school gives it.",
        button="Record the support",
        done="The support was recorded.",
        leader=leader,
        notes=() if holdings else ("Add a role-holding first: support is given in a role.",),
    )

    def save() -> None:
        given = form.cleaned_data
        changes.add_support(holdings[given["holding"]], given["school"], given["started_on"], given["why"])

    return answer(request, form, page, names, save)


@allow(EDITS, methods=("GET", "POST"))
def end_support(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The end of support for a partner school, or its withdrawal when it never was."""
    support = support_or_404(key)
    check_can_change(support)
    if support.withdrawn_at is not None:
        raise PermissionDenied(
            "This was entered by mistake and withdrawn. Record it anew if it was right after all."
        )
    names = person_names(support.leader)
    form = EndForm(
        request.POST or None,
        initial={"version": support.version, "ended_on": support.ended_on},
        started_on=support.started_on,
        person=support.leader.person_id,
    )
    partner = support.partner_school
    page = Correction(
        title="End or withdraw support",
        about=f"Support for {partner.name or partner.urn}, {span(support.started_on, support.ended_on)}.",
        button="Save",
        done="The support was ended or withdrawn.",
        leader=support.leader,
    )

    def save() -> bool:
        given = form.cleaned_data
        if given["kind"] == MISTAKE:
            changes.withdraw_support(support, given["version"], given["why"])
            return True
        return changes.end_support(support, given["version"], given["ended_on"], given["why"])

    return answer(request, form, page, names, save)
