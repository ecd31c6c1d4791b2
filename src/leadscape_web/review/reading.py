"""Questions with their lines, words and decisions, as far as the database shows them to the user: few queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404

from leadscape_web.review.models import Decision, Question, QuestionLine, Text
from leadscape_web.studies.models import Study


@dataclass(frozen=True)
class Asked:
    """A question with everything that belongs to it; ``decisions`` oldest first, ``standing`` the one that holds."""

    question: Question
    lines: tuple[QuestionLine, ...]
    texts: tuple[Text, ...]
    decisions: tuple[Decision, ...]

    @property
    def standing(self) -> Decision | None:
        """The decision that holds now, be it only that an earlier one was taken back."""
        return next((one for one in self.decisions if one.superseded_at is None), None)

    @property
    def answer(self) -> str | None:
        """What is decided; null: the question is open."""
        return self.standing.answer if self.standing else None

    def word(self, field: str, decision: UUID | None = None) -> str | None:
        """The words of one field; null where there are none, or they were blanked."""
        return next(
            (
                text.text or None
                for text in self.texts
                if text.field == field and text.decision_id == decision
            ),
            None,
        )

    def side(self, number: int) -> tuple[QuestionLine, ...]:
        """The lines of one of two persons."""
        return tuple(line for line in self.lines if line.side == number)


def read_questions(study: Study | None = None, **where: Any) -> tuple[Asked, ...]:
    """Questions that the last run of their study asks; of every study where none is given."""
    rows = Question.objects.filter(gone_at=None, **where, **({"study": study} if study else {}))
    return with_parts(list(rows.order_by("-nominations", "pk")))


def question_or_404(key: UUID) -> Asked:
    """One question with its parts, asked or not.

    Raises
    ------
    Http404
        When the user sees none of that id.
    """
    found = Question.objects.select_related("study", "wave").filter(pk=key).first()
    if found is None:
        raise Http404("There is no such question in your area.")
    return with_parts([found])[0]


def with_parts(questions: list[Question]) -> tuple[Asked, ...]:
    """Questions with their lines, words and decisions; three queries."""
    keys = [question.pk for question in questions]
    lines = _grouped(QuestionLine.objects.filter(question__in=keys).order_by("side", "leader_key", "pk"))
    texts = _grouped(Text.objects.filter(question__in=keys))
    decisions = _grouped(Decision.objects.filter(question__in=keys).order_by("decided_at", "pk"))
    return tuple(
        Asked(one, tuple(lines[one.pk]), tuple(texts[one.pk]), tuple(decisions[one.pk])) for one in questions
    )


def _grouped(rows: Any) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.question_id].append(row)
    return found
