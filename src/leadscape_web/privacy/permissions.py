"""Who may do what with what is held about a person: asked of the database, which enforces it anyway."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.http import Http404


def answer_for(key: UUID) -> None:
    """Not found, unless the user answers for what is held about the person.

    Raises
    ------
    Http404
        For anybody else, whether there is such a person or not.
    """
    with connection.cursor() as cursor:
        cursor.execute("select leadscape_answers_for(%s)", [key])
        if cursor.fetchone() != (True,):
            raise Http404
