"""May a note on a decision be kept? It must not name anybody whom the lines of its question name.

A line that counts for no leader yet has no person here, so no name either: what it names is known by keyed hashes of
the single words of the name. Nobody reads a name from them who has not the key of the service, which no table holds.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError

from leadscape_web.accounts.named import naming_words, said_words
from leadscape_web.accounts.reasons import check_reason
from leadscape_web.review.models import QuestionLine

NAMES_SOMEBODY: Final = (
    "Enter the note without the name of the person whom the returns name, for example “the head”: notes go into the"
    " review file"
)


def check_note(text: str, lines: Sequence[QuestionLine]) -> str:
    """The note as it may be kept, spaces tidied.

    Raises
    ------
    ValidationError
        As :func:`~leadscape_web.accounts.reasons.check_reason` for the persons of the lines; and where it names
        somebody whom a line names and who is no leader yet.
    """
    note = check_reason(text, [line.person_id for line in lines])
    marks = {mark for line in lines for mark in line.name_marks}
    if marks and not marks.isdisjoint(_marked(said_words(note))):
        raise ValidationError(NAMES_SOMEBODY, code="name")
    return note


def marks_of(full_name: str | None) -> list[str]:
    """What is kept of the name in a line: a keyed hash of each of its words."""
    return sorted(_marked(naming_words(full_name or "")))


def _marked(words: Iterable[tuple[str, str]]) -> set[str]:
    key = settings.SECRET_KEY.encode()
    return {
        hmac.digest(key, f"review note:{part}:{word}".encode(), "sha256").hex()[:32] for part, word in words
    }
