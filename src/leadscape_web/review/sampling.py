"""A sample of entries: what schools are asked about each, what they said, and what that says of all entries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from leadscape.actions.explain_codebook import explain_codebook
from leadscape.actions.rate_validation import ValidationResult, rate_validation
from leadscape.core.errors import LeadscapeError
from leadscape_web.accounts.context import because
from leadscape_web.accounts.protection import TABLES
from leadscape_web.review.models import Answer, Entry, Sample
from leadscape_web.survey.models import RoleHolding

FIELDS: Final[dict[str, str]] = {
    "leads": "That the person leads beyond their own school",
    "leader_name": "Name",
    "role": "Role",
    "home_school": "Home school",
    "partner_schools": "Schools supported",
    "started_on": "Start",
    "ended_on": "End",
    "duplicate": "That no other entry is the same person in the same role",
}
_STATED: Final = {
    "home_school": "home_school_id",
    "partner_schools": "partner_schools",
    "started_on": "started_on",
    "ended_on": "ended_on",
}
_SAMPLED: Final = (
    "holding_key", "role", "stratum", "reported", "drawn", "inclusion_share", "random_number", "home_school_id",
    "partner_schools", "started_on", "ended_on",
)  # fmt: skip
NOT_RIGHT_OF_NONE: Final = ("role", "partner_schools", "started_on")
"""What cannot be right where the school says that the person does not lead."""


class AnsweredMeanwhile(LeadscapeError):
    """An entry on which somebody else recorded an answer after it was opened."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else recorded what the school said after you opened this entry.",
            "Your answers would have replaced theirs, so nothing was saved.",
            "Open the entry again and compare.",
        )


def asked_of(entry: Entry) -> dict[str, str]:
    """Which fields the entry states, so that a school can be asked about them, with their labels."""
    return {
        field: label
        for field, label in FIELDS.items()
        if field not in _STATED or getattr(entry, _STATED[field])
    }


def answers_of(entry: Entry) -> dict[str, Answer]:
    """What the school said, by field."""
    return {answer.field: answer for answer in entry.answers.filter(superseded_at=None)}


def seen_of(answers: Mapping[str, Answer]) -> str:
    """Which answers a form was filled with."""
    return ",".join(sorted(str(answer.pk) for answer in answers.values()))


def can_record(entry: Entry) -> bool:
    """Whether the user may record an answer: the condition that the database enforces."""
    condition = TABLES["review_answer"].change
    with connection.cursor() as cursor:
        cursor.execute(f"select 1 from (select %s::uuid as entry_id) asked where {condition}", [entry.pk])
        return cursor.fetchone() is not None


def record_answers(entry: Entry, said: Mapping[str, tuple[str, str | None]], seen: str, user: Any) -> int:
    """Record what a school said; what did not change stays. How many answers are new.

    Parameters
    ----------
    said
        Field to answer and, for a wrong role, the role it is instead. An empty answer takes a former one back.

    Raises
    ------
    AnsweredMeanwhile
        When other answers stand than those the form was filled with.
    PermissionDenied
        When the entry is not in the area the user edits.
    """
    if not can_record(entry):
        raise PermissionDenied(
            "You may read this entry and not record answers: it is not in the area you edit."
        )
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"entry {entry.pk}"])
    former = answers_of(entry)
    if seen_of(former) != seen:
        raise AnsweredMeanwhile
    because("Recorded what a school said about an entry of the sample")
    made = 0
    for field, (answer, role) in said.items():
        held = former.get(field)
        if (held.said, held.role) == (answer, role) if held else not answer:
            continue
        if held:
            Answer.objects.filter(pk=held.pk).update(superseded_at=timezone.now())
        if answer:
            Answer.objects.create(entry=entry, field=field, said=answer, role=role, recorded_by_id=user.pk)
        made += 1
    return made


def rates_of(sample: Sample) -> ValidationResult | None:
    """Error rates with intervals; null where the user does not see every entry: a part would say another thing."""
    entries = list(sample.entries.values_list(*_SAMPLED))
    if len(entries) != sample.size or not entries:
        return None
    # Of the study's wave now: a run after the draw moves the holdings to its own.
    reported = dict(
        RoleHolding.objects.filter(withdrawn_at=None, wave=sample.study.wave_id)
        .values_list("role")
        .annotate(n=Count("pk"))
        .values_list("role", "n")
    )
    # The library reads a correction as a respondent wrote it, so it gets the role's label and not its id.
    role_of = {
        role.id: role.label for role in explain_codebook(sample.wave.codebook_text, "the codebook").roles
    }
    said = Answer.objects.filter(entry__sample=sample, superseded_at=None)
    return rate_validation(
        [_as_sampled(dict(zip(_SAMPLED, entry, strict=True))) for entry in entries],
        [
            {"entry_id": entry, "field": field, "answer": answer, "correction": role_of.get(role or "")}
            for entry, field, answer, role in said.values_list("entry__holding_key", "field", "said", "role")
        ],
        reported,
        sample.wave.codebook_text,
    )


def _as_sampled(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as the library samples it. What it is called and which schools it supports is there or not: no more."""
    return {
        **entry,
        "entry_id": entry["holding_key"],
        "leader_id": entry["holding_key"],
        "home_urn": entry["home_school_id"],
        "home_school": entry["home_school_id"],
        "partner_schools": "; ".join(entry["partner_schools"]) or None,
    }
