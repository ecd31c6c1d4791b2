"""Blank words that name a person: what an erasure does to the questions and notes of the review.

Words of a question that is about nobody else go whole. Words of other questions go where they name the person: the
family name beside a given name, an initial or a title. A family name alone is also the name of places and schools.
The id by which a question is known again is words only of a role; it goes only where it gives the name in full, so that
what others decided is not lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from leadscape_web.review.models import Question, QuestionLine, Text
from leadscape_web.studies.personal import ErasedSubject

TITLES: Final = frozenset(
    {
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "sir",
        "dame",
        "prof",
        "professor",
        "rev",
        "father",
        "sister",
        "cllr",
    }
)
_WORD: Final = re.compile(r"\w+")


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


def says_name(text: str, name: str, *, whole: bool = False) -> bool:
    """Whether ``text`` says a person's name: the family name beside a given name, an initial or a title.

    Parameters
    ----------
    whole
        Whether only a full given name beside the family name counts.
    """
    given, family = _parts(name)
    if not family:
        return False
    initials = {one[0] for one in given}
    words = _words(text)
    for place, (word, _) in enumerate(words):
        near = words[max(place - 3, 0) : place] + words[place + 1 : place + 3]
        if word != family:
            continue
        if any(one in given or (not whole and one in TITLES) for one, _ in near):
            return True
        # "A. Green" and not "a green": an initial is written large.
        if not whole and any(one in initials and large for one, large in near):
            return True
    return False


def _parts(name: str) -> tuple[list[str], str]:
    words = [word for word, _ in _words(name) if word not in TITLES]
    return (words[:-1], words[-1]) if words else ([], "")


def _words(text: str) -> list[tuple[str, bool]]:
    """Words without case and accents, each with whether it was written in capitals."""
    bare = unicodedata.normalize("NFKD", text)
    found = _WORD.findall("".join(mark for mark in bare if not unicodedata.combining(mark)))
    return [(word.casefold(), word.isupper()) for word in found]
