"""Blank words that name a person: what an erasure does to the questions and notes of the review."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.utils import timezone

from leadscape_web.accounts.reasons import names_person
from leadscape_web.review.models import QuestionLine, Text


def blank_texts(persons: Iterable[Any], names: Collection[str] = (), using: str = "owner") -> int:
    """Empty all words of questions about one of ``persons``, and all words that hold one of ``names``.

    Called as the owner role, in a transaction with a reason. Notes and wordings go with the question, although they may
    name nobody: nobody reads them all to find out. Decisions stay; one whose question has lost its own words is
    replayed no more, since the lines that raised it are gone too. How many texts were emptied.
    """
    about = set(
        QuestionLine.objects.using(using)
        .filter(person__in=list(persons))
        .values_list("question_id", flat=True)
    )
    rows = Text.objects.using(using).filter(blanked_at=None).values_list("pk", "question_id", "text")
    found = [
        key
        for key, question, text in rows
        if question in about or any(names_person(text, name) for name in names)
    ]
    return Text.objects.using(using).filter(pk__in=found).update(text="", blanked_at=timezone.now())
