"""The current names of people, as far as the database shows them to the user."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import connection


def names_of(persons: Iterable[uuid.UUID | str]) -> dict[uuid.UUID, str]:
    """Person to current name. Who is missing has no name (it was erased or never known) or is not the user's to see.

    One query however many they are: the ids go as one array, which a list of parameters would take long to read.
    """
    wanted = list(set(persons))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select person_id, full_name from accounts_personname where superseded_at is null and person_id = any (%s)",
            [wanted],
        )
        return dict(cursor.fetchall())
