"""Correcting a leader: the name and the home school."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse

from leadscape_web.accounts.rules import EDITS, allow
from leadscape_web.govuk.wording import NOT_KNOWN
from leadscape_web.survey import changes
from leadscape_web.survey.forms.leader import MOVED, HomeSchoolForm, NameForm
from leadscape_web.survey.reading import leader_or_404
from leadscape_web.survey.views.editing import Correction, answer, check_can_change, person_names


@allow(EDITS, methods=("GET", "POST"))
def correct_name(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Another name for the same person."""
    leader = leader_or_404(key)
    check_can_change(leader)
    names = person_names(leader)
    form = NameForm(
        request.POST or None,
        initial={"full_name": names[0], "version": leader.version},
        person=leader.person_id,
    )
    page = Correction(
        title="Correct the name",
        about="The former name stays on record until the person is erased, and is not shown in lists.",
        button="Save the name",
        done="The name was corrected.",
        leader=leader,
    )

    def save() -> bool:
        given = form.cleaned_data
        return changes.correct_name(leader, given["version"], given["full_name"], given["why"])

    return answer(request, form, page, names, save)


@allow(EDITS, methods=("GET", "POST"))
def correct_home_school(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Another home school; authority, region and phase follow from it."""
    leader = leader_or_404(key)
    check_can_change(leader)
    names = person_names(leader)
    form = HomeSchoolForm(
        request.POST or None,
        initial={"school": leader.home_school_id or "", "version": leader.version},
        person=leader.person_id,
    )
    school = leader.home_school
    page = Correction(
        title="Correct the home school",
        about=f"The home school is {school.name or school.urn if school else NOT_KNOWN.lower()}. Authority, region and"
        " phase follow from the school.",
        button="Save the home school",
        done="The home school was corrected.",
        leader=leader,
        notes=("You can choose a school in the area you edit.",),
    )

    def save() -> bool:
        given = form.cleaned_data
        return changes.correct_home_school(
            leader, given["version"], given["school"], given["kind"] == MOVED, given["why"]
        )

    return answer(request, form, page, names, save)
