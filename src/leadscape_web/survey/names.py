"""The current names of people, as far as the database shows them to the user."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from leadscape_web.accounts.models import PersonName


def names_of(persons: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Person to current name. Who is missing has no name (it was erased or never known) or is not the user's to see."""
    wanted = set(persons)
    if not wanted:
        return {}
    return dict(
        PersonName.objects.filter(person__in=wanted, superseded_at=None).values_list("person_id", "full_name")
    )


def all_names() -> dict[uuid.UUID, str]:
    """Person to current name, of every leader whom the database shows to the user: one query for a whole list."""
    leaders = PersonName.objects.filter(superseded_at=None, person__leader__isnull=False)
    return dict(leaders.values_list("person_id", "full_name"))
