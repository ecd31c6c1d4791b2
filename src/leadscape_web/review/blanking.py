"""Blank words that name a person: what an erasure does to the questions and notes of the review.

Words of a question that is about nobody else go whole. Words of other questions go where they name the person: the
family name beside a given name, an initial or a title. A family name alone is also the name of places and schools.
The id by which a question is known again is words only of a role; it goes only where it gives the name in full, so that
what others decided is not lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q
from django.utils import timezone

from leadscape_web.accounts.named import says_name
from leadscape_web.review.models import Question, QuestionLine, Text
from leadscape_web.studies.personal import ErasedSubject


def erase_words(subject: ErasedSubject) -> int:
    """What the review does when a person is erased; how many texts were emptied."""
    return blank_texts([subject.person], subject.leader_keys, subject.names, subject.using)


def blank_texts(
    persons: Iterable[Any], leader_keys: Collection[str], names: Collection[str], using: str
) -> int:
    """Empty the words that are about or name somebody, as the owner role, in a transaction with a reason.

    Decisions stay. One whose question has lost its id is replayed no more: the lines that raised it are gone too.
    """
    theirs = Q(person__in=list(persons)) | Q(leader_key__in=list(leader_keys))
    QuestionLine.objects.using(using).filter(theirs).update(name_marks=[])
    about = set(QuestionLine.objects.using(using).filter(theirs).values_list("question_id", flat=True))
    with_others = set(
        QuestionLine.objects.using(using)
        .filter(question__in=about)
        .exclude(question__kind=Question.Kind.PERSON)
        .exclude(theirs)
        .values_list("question_id", flat=True)
    )
    alone = about - with_others
    rows = Text.objects.using(using).filter(blanked_at=None).values_list("pk", "question_id", "field", "text")
    found = [
        key
        for key, question, field, text in rows
        if question in alone or any(says_name(text, name, whole=field == Text.Field.KEY) for name in names)
    ]
    return Text.objects.using(using).filter(pk__in=found).update(text="", blanked_at=timezone.now())
