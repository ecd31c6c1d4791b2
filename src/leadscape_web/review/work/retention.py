"""What of the review must not stay for ever: words of questions that no run asks any more, and notes on them.

What a run does not ask loses what the return says at once (:mod:`leadscape_web.review.keeping`). Its id, which for a
role is its wording, and notes on decisions stay for a while: it may be asked again. Decisions stay, and so do ids that
say nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from leadscape_web.review.models import Question, Text
from leadscape_web.studies.keeping import Period

PERIOD: Final = Period(
    "review_words",
    "Wordings of questions that no run asks any more, and notes on their decisions",
    "the day of the first run that did not ask them",
    730,
    "Two rounds, so that the same words need no second decision (our choice)",
)


def gone_questions(using: str) -> list[tuple[str, date]]:
    """Questions that no run asks any more and that still have such words, each with the day since which."""
    rows = Question.objects.using(using).filter(pk__in=_words(using).values("question"))
    return [(str(key), timezone.localdate(gone)) for key, gone in rows.values_list("pk", "gone_at")]


def forget_words(questions: Sequence[str], using: str) -> int:
    """Empty them; how many texts. In a transaction with a reason."""
    found = _words(using).filter(question__in=questions)
    return found.update(text="", blanked_at=timezone.now())


def _words(using: str) -> Any:
    wording = Q(field=Text.Field.KEY, question__kind=Question.Kind.ROLE)
    notes = Q(field__in=(Text.Field.NOTE, Text.Field.DECIDED_BY))
    rows = Text.objects.using(using).filter(question__gone_at__isnull=False, blanked_at=None)
    return rows.filter(wording | notes)
