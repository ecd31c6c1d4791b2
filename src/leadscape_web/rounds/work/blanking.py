"""Empty lines of answers about somebody, as they are worked on and as they were sent, and delete the names."""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone

from leadscape_web.accounts.models import PersonName
from leadscape_web.rounds.models import Line, SentLine

BLANK: Final = {"home_text": "", "role_text": "", "partner_schools": ""}


def blank_persons(gone: set[Any], using: str) -> int:
    """Empty every line about nominees and delete their names; how many lines. In a transaction with a reason."""
    now, changed = timezone.now(), 0
    for rows, blank in (
        (Line.objects.using(using), {**BLANK, "nominee_email": ""}),
        (SentLine.objects.using(using), BLANK),
    ):
        changed += rows.filter(person_id__in=gone, erased_at=None).update(**blank, erased_at=now)
    PersonName.objects.using(using).filter(person__in=gone).delete()
    return changed
