"""Which people are meant by a name? Only those whom the user may see, by names that are in one table.

Who they are is not the register's alone to say: a head is described here, a leader by the survey, which adds its
describer in ``AppConfig.ready``. A person whom nobody describes (a user of the service) is not found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final
from uuid import UUID

from django.db import connection
from django.urls import reverse

from leadscape_web.accounts.named import TITLES
from leadscape_web.govuk.wording import written_date
from leadscape_web.register.models import Headship
from leadscape_web.register.search_index import read_statement

MOST: Final = 100
"""Names that are weighed."""
ENOUGH: Final = 0.55
"""Share (0-1) of what was asked that a name must have."""


@dataclass(frozen=True)
class Described:
    """What one person is to a reader.

    Attributes
    ----------
    tag
        *Leader*, *Head*.
    detail
        Where they work.
    href
        Page that tells more.
    """

    tag: str
    detail: str
    href: str


@dataclass(frozen=True)
class FoundPerson:
    """A person whose name is like what was asked."""

    key: str
    name: str
    tag: str
    detail: str
    href: str
    score: float


Describe = Callable[[Sequence[UUID]], dict[UUID, Described]]
_ADDED: Final[dict[str, tuple[int, Describe]]] = {}


def add_describer(name: str, describe: Describe, position: int = 100) -> None:
    """Let ``describe`` say who some persons are; of two that know a person, the one of the smaller position speaks."""
    _ADDED[name] = (position, describe)


def find_people(asked: str) -> tuple[tuple[FoundPerson, ...], bool]:
    """People whose name is like ``asked``, best first, and whether there are more than are weighed."""
    words = name_words(asked)
    if not words or not any(word.isalpha() for word in words):
        return (), False
    parameters = {
        "text": " ".join(words),
        "one": len(words) == 1,
        "words": words,
        "most": MOST,
        "enough": ENOUGH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(), parameters)
        rows = cursor.fetchall()
    if not rows:
        return (), False
    known = describe([row[0] for row in rows])
    found = tuple(
        FoundPerson(str(person), name, known[person].tag, known[person].detail, known[person].href, score)
        for person, name, score, _ in rows
        if person in known
    )
    return found, bool(found and rows[0][3])


def describe(persons: Sequence[UUID]) -> dict[UUID, Described]:
    """Who the persons are, as far as anybody says."""
    known: dict[UUID, Described] = {}
    for _, ask in sorted(_ADDED.values(), key=lambda one: one[0]):
        waiting = [person for person in persons if person not in known]
        known |= ask(waiting) if waiting else {}
    return known


def describe_heads(persons: Sequence[UUID]) -> dict[UUID, Described]:
    """Heads by their newest headship; their page is their school's."""
    headships = (
        Headship.objects.filter(person_id__in=persons)
        .order_by("person_id", "ended_on", "seen_on")
        .values_list(
            "person_id", "job_title", "ended_on", "school_id", "school__name", "school__authority__name"
        )
    )
    described: dict[UUID, Described] = {}
    for person, title, ended_on, urn, school, authority in headships:
        until = f"until {written_date(ended_on)}" if ended_on else None
        parts = (title or "Head", school or urn, authority, until)
        described[person] = Described(
            "Head", ", ".join(part for part in parts if part), reverse("register:school", args=[urn])
        )
    return described


def name_words(text: str) -> list[str]:
    """Words of a person's name in the form they are compared in: lower case, no accents, no titles."""
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)
    ).lower()
    words = re.findall(r"[^\W_]+", plain.replace("'", "").replace("’", ""))[:6]
    return [word for word in words if word not in TITLES] or words


@cache
def _statement() -> str:
    return read_statement("find_people")
