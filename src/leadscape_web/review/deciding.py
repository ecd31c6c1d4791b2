"""Decide a question, and take a decision back: rows are added and the former ends, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from leadscape.core.errors import LeadscapeError
from leadscape_web.accounts.context import because
from leadscape_web.accounts.protection import TABLES
from leadscape_web.review.models import Decision, Question, Text


class DecidedMeanwhile(LeadscapeError):
    """A question that somebody else decided after it was opened; ``decision`` stands now, null: it was taken back."""

    def __init__(self, decision: Decision | None) -> None:
        super().__init__(
            "Somebody else decided this question after you opened it.",
            "Your decision would have replaced theirs, so nothing was saved.",
            "Look at what they decided; decide again if you disagree.",
        )
        self.decision = decision


def standing(question: Question) -> Decision | None:
    """The decision that holds now, be it only that an earlier one was taken back."""
    return question.decisions.filter(superseded_at=None).first()


def can_decide(question: Question) -> bool:
    """Whether the user may decide it: the condition that the database enforces."""
    return bool(decidable([question.pk]))


def decidable(questions: Iterable[UUID]) -> set[UUID]:
    """Which of these questions the user may decide; one query."""
    condition = TABLES["review_decision"].change
    with connection.cursor() as cursor:
        cursor.execute(
            f"select question_id from unnest(%s::uuid[]) as asked (question_id) where {condition}",
            [list(questions)],
        )
        return {question for (question,) in cursor.fetchall()}


def decide(
    question: Question,
    answer: str | None,
    *,
    opened_with: UUID | None,
    user: Any,
    note: str = "",
    origin: str = Decision.Origin.PAGE,
    decided_by: str = "",
) -> Decision:
    """Add a decision and end the former.

    Parameters
    ----------
    answer
        As the review file has it: role id, URN, ``none``, ``same``, ``different``; null: none any more.
    opened_with
        Id of the decision that stood when the question was opened; null: none did.
    decided_by
        Who decided, as a file says, where it was not the user.

    Raises
    ------
    DecidedMeanwhile
        When another decision stands now.
    PermissionDenied
        When the question is not in the area the user edits.
    """
    if not can_decide(question):
        raise PermissionDenied(
            "You may read this question and not decide it: it is not in the area you edit."
        )
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"review {question.pk}"])
    former = standing(question)
    if (former.pk if former else None) != opened_with:
        raise DecidedMeanwhile(former)
    because(f"Review: {Decision.Origin(origin).label}")
    if former is not None:
        Decision.objects.filter(pk=former.pk).update(superseded_at=timezone.now())
    made = Decision.objects.create(question=question, answer=answer, origin=origin, decided_by_id=user.pk)
    if note:
        Text.objects.create(question=question, decision=made, field=Text.Field.NOTE, text=note)
    if decided_by:
        Text.objects.create(question=question, decision=made, field=Text.Field.DECIDED_BY, text=decided_by)
    return made


def take_back(decision: Decision, user: Any) -> Decision:
    """Undo a decision: what stood before stands again, by a new row.

    Raises
    ------
    DecidedMeanwhile
        When the decision does not stand any more.
    """
    question = decision.question
    former = question.decisions.filter(decided_at__lt=decision.decided_at).order_by("-decided_at").first()
    return decide(
        question,
        former.answer if former else None,
        opened_with=decision.pk,
        user=user,
        origin=Decision.Origin.UNDO,
    )
