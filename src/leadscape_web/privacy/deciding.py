"""Answer a correction that a person asked for: put it right under the version that was seen, or decline; say why."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from leadscape.core.errors import LeadscapeError
from leadscape_web.accounts.context import because
from leadscape_web.accounts.models import User
from leadscape_web.audit.versions import save_if_current
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
    Impossible, NothingMeant, PermissionDenied
        When it cannot be put right so.
    """
    with transaction.atomic():
        because(WHY if given["decision"] == PersonRequest.State.ACCEPTED else "A correction was declined")
        if given["decision"] == PersonRequest.State.ACCEPTED:
            _apply(asked, given, version)
        save_if_current(
            asked, opened, state=given["decision"], decided_at=timezone.now(), decided_by=by, answer=given["answer"]
        )  # fmt: skip


def _apply(asked: PersonRequest, given: dict[str, Any], version: int | None) -> None:
    record = record_meant(asked)
    change = given.get("change")
    if asked.about == PersonRequest.About.OTHER or change not in (None, "", ENDED, NEVER):
        return
    if record is None or version is None:
        raise NothingMeant
    if asked.about == PersonRequest.About.NAME and isinstance(record, Leader):
        changes.correct_name(record, version, " ".join(given["full_name"].split()), WHY)
    elif isinstance(record, Leader):
        changes.correct_home_school(record, version, given["school"], False, WHY)
    elif isinstance(record, RoleHolding) and change == ENDED:
        changes.end_holding(record, version, given["ended_on"], WHY)
    elif isinstance(record, RoleHolding):
        changes.withdraw_holding(record, version, WHY)
    elif change == ENDED:
        changes.end_support(record, version, given["ended_on"], WHY)
    else:
        changes.withdraw_support(record, version, WHY)
