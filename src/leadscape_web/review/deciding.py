"""Decide questions, and take a decision back: rows are added and the former ends, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Wanted:
    """What is to be decided about one question.

    Attributes
    ----------
    answer
        As the review file has it: role id, URN, ``none``, ``same``, ``different``; null: none any more.
    opened_with
        Id of the decision that stood when the question was opened; null: none did.
    decided_by, decided_in
        Who decided, and in which earlier study, as a file says; empty: it does not.
    restores
        The decision that stands again.
    """

    question: UUID
    study: UUID
    answer: str | None
    opened_with: UUID | None
    note: str = ""
    decided_by: str = ""
    decided_in: str = ""
    restores: UUID | None = None


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
    restores: UUID | None = None,
) -> Decision:
    """Add a decision on one question and end the former: see :class:`Wanted`.

    Raises
    ------
    DecidedMeanwhile
        When another decision stands now.
    PermissionDenied
        When the question is not in the area the user edits.
    """
    wanted = Wanted(question.pk, question.study_id, answer, opened_with, note=note, restores=restores)
    return decide_all([wanted], user=user, origin=origin)[0]


def decide_all(wanted: Sequence[Wanted], *, user: Any, origin: str) -> list[Decision]:
    """Decide several questions of one study, all or none; as many queries as for one.

    Raises
    ------
    DecidedMeanwhile
        When on one of them another decision stands now.
    PermissionDenied
        When one of them is not in the area the user edits.
    """
    if not wanted:
        return []
    asked = [one.question for one in wanted]
    if decidable(asked) != set(asked):
        raise PermissionDenied(
            "You may read this question and not decide it: it is not in the area you edit."
        )
    _lock(wanted)
    rows = Decision.objects.filter(question__in=asked, superseded_at=None)
    held = {former.question_id: former for former in rows}
    for one in wanted:
        former = held.get(one.question)
        if (former.pk if former else None) != one.opened_with:
            raise DecidedMeanwhile(former)
    because(f"Review: {Decision.Origin(origin).label}")
    if held:
        Decision.objects.filter(pk__in=[former.pk for former in held.values()]).update(
            superseded_at=timezone.now()
        )
    made = Decision.objects.bulk_create(
        Decision(
            question_id=one.question,
            answer=one.answer,
            origin=origin,
            decided_by_id=user.pk,
            restores_id=one.restores,
        )
        for one in wanted
    )
    Text.objects.bulk_create(
        Text(question_id=one.question, decision=decision, field=field, text=text)
        for one, decision in zip(wanted, made, strict=True)
        for field, text in (
            (Text.Field.NOTE, one.note),
            (Text.Field.DECIDED_BY, one.decided_by),
            (Text.Field.DECIDED_IN, one.decided_in),
        )
        if text
    )
    return made


def take_back(decision: Decision, user: Any) -> Decision:
    """Undo a decision: what stood before stands again, by a new row that refers to it.

    Raises
    ------
    DecidedMeanwhile
        When the decision does not stand any more.
    """
    question = decision.question
    former = question.decisions.filter(decided_at__lt=decision.decided_at).order_by("-decided_at").first()
    answer = former.answer if former else None
    return decide(
        question,
        answer,
        opened_with=decision.pk,
        user=user,
        origin=Decision.Origin.UNDO,
        restores=(former.restores_id or former.pk) if former and answer is not None else None,
    )


def _lock(wanted: Sequence[Wanted]) -> None:
    """Who decides one question waits for whoever decides the same, and for whoever decides many of its study."""
    with connection.cursor() as cursor:
        for study in sorted({str(one.study) for one in wanted}):
            how = "_shared" if len(wanted) == 1 else ""
            cursor.execute(
                f"select pg_advisory_xact_lock{how}(hashtextextended(%s, 0))", [f"review of {study}"]
            )
        if len(wanted) == 1:
            cursor.execute(
                "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"review {wanted[0].question}"]
            )
