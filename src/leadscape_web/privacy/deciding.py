"""Answer a correction that a person asked for: put it right as it was seen, or decline; say what was done, and why."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from leadscape.core.errors import LeadscapeError
from leadscape_web.accounts.context import because
from leadscape_web.accounts.models import User
from leadscape_web.audit.versions import save_if_current
from leadscape_web.govuk.wording import written_date
from leadscape_web.privacy.changed import NothingChanged, called, changes_since, told_changes
from leadscape_web.privacy.forms import ENDED, NEVER
from leadscape_web.privacy.models import PersonRequest
from leadscape_web.survey import changes
from leadscape_web.survey.models import Leader, RoleHolding, Support

WHY: Final = "Corrected because the person asked for it"


class NothingMeant(LeadscapeError):
    """The record that a correction is about is not there, or not the user's to change."""

    def __init__(self) -> None:
        super().__init__(
            "The role or school that is meant is not there any more.",
            "It was withdrawn meanwhile, or the person did not say which one.",
            "Correct it on the leader’s page, then choose “I corrected it on its own page”.",
        )


def record_meant(asked: PersonRequest) -> Leader | RoleHolding | Support | None:
    """The record that a correction is about, as far as the user sees it."""
    about = PersonRequest.About
    if asked.about in (about.NAME, about.HOME_SCHOOL):
        return Leader.objects.filter(person=asked.person_id).first()
    model = {about.HOLDING: RoleHolding, about.SUPPORT: Support}.get(about(asked.about))
    if model is None or asked.record_id is None:
        return None
    return model.objects.filter(pk=asked.record_id, person=asked.person_id, withdrawn_at=None).first()  # type: ignore[attr-defined]


def decide(asked: PersonRequest, opened: int, by: User, given: dict[str, Any], version: int | None) -> None:
    """Accept and put right, or decline: both together with the answer, or nothing.

    Parameters
    ----------
    opened, version
        Versions of the request and of the record as the form was opened with them.
    given
        What :class:`~leadscape_web.privacy.forms.DecisionForm` was filled in with.

    Raises
    ------
    EditedMeanwhile
        When either was changed meanwhile.
    Impossible, NothingMeant, NothingChanged, PermissionDenied
        When it cannot be put right so.
    """
    with transaction.atomic():
        because(WHY if given["decision"] == PersonRequest.State.ACCEPTED else "A correction was declined")
        done = _apply(asked, given, version) if given["decision"] == PersonRequest.State.ACCEPTED else ""
        answer = f"{done} {given['answer']}".strip()
        save_if_current(
            asked, opened, state=given["decision"], decided_at=timezone.now(), decided_by=by, answer=answer
        )  # fmt: skip


def _apply(asked: PersonRequest, given: dict[str, Any], version: int | None) -> str:
    """Put it right; what was changed, in a sentence for the person."""
    record = record_meant(asked)
    change = given.get("change")
    if asked.about == PersonRequest.About.OTHER or change not in (None, "", ENDED, NEVER):
        return _found(asked, "decision" if asked.about == PersonRequest.About.OTHER else "change")
    if record is None or version is None:
        raise NothingMeant
    if isinstance(record, Leader):
        if asked.about == PersonRequest.About.NAME:
            name = " ".join(given["full_name"].split())
            new, done = changes.correct_name(record, version, name, WHY), f"your name is now {name}"
            field = "full_name"
        else:
            school = given["school"]
            new, done = (
                changes.correct_home_school(record, version, school, False, WHY),
                f"your school is now {school.name}",
            )
            field = "school"
        if not new:
            # Somebody may have put it right on its own page meanwhile.
            _found(asked, field)
        return f"What was changed: {done}."
    what = called(record)
    if change == NEVER:
        withdraw = changes.withdraw_holding if isinstance(record, RoleHolding) else changes.withdraw_support
        withdraw(record, version, WHY)  # type: ignore[arg-type]
        return f"What was changed: {what} counts no more."
    end = changes.end_holding if isinstance(record, RoleHolding) else changes.end_support
    if not end(record, version, given["ended_on"], WHY):  # type: ignore[arg-type]
        _found(asked, "ended_on")
    return f"What was changed: {what} ended on {written_date(given['ended_on'])}."


def _found(asked: PersonRequest, field: str) -> str:
    """What was changed on other pages since the person asked, in a sentence.

    Raises
    ------
    NothingChanged
        When nothing was.
    """
    found = changes_since(asked)
    if not found:
        raise NothingChanged(asked, field)
    return told_changes(found)
