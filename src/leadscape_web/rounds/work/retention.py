"""What of a round must not stay: addresses, names never sent, and people who stay out and were named again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import polars as pl
from django.db import connections
from django.utils import timezone

from leadscape_web.accounts.models import PersonName
from leadscape_web.landscape.loading.kept_out import find_kept_out
from leadscape_web.rounds.models import Contact, Line, SentLine
from leadscape_web.rounds.work.blanking import blank_persons

KEPT_DAYS: Final = 90
"""After a round is closed its answers may be asked about; then who answered is known without an address."""
USING: Final = "owner"


def forget_old() -> int:
    """Blank what rounds closed long ago still hold of that; how many records. In a transaction with a reason."""
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    contacts = Contact.objects.using(USING).filter(asked__round__closed_at__lt=before).exclude(email="")
    changed = contacts.update(email="", ended_at=timezone.now())
    lines = Line.objects.using(USING).filter(asked__round__closed_at__lt=before, erased_at=None)
    never_sent = lines.exclude(person__in=SentLine.objects.using(USING).values("person"))
    changed += blank_persons(set(never_sent.values_list("person_id", flat=True)), USING)
    return changed + lines.exclude(nominee_email="").update(nominee_email="")


def blank_kept_out(using: str = USING) -> int:
    """Blank lines about people who objected or were erased and were named again; how many.

    Who that is, is known by keyed hashes alone, without a name (:mod:`leadscape_web.landscape.loading.kept_out`).
    """
    lines = list(Line.objects.using(using).filter(erased_at=None).select_related("home_school", "asked"))
    names = dict(
        PersonName.objects.using(using)
        .filter(person__in=[line.person_id for line in lines], superseded_at=None)
        .values_list("person_id", "full_name")
    )
    people = pl.DataFrame(
        [_place(line, names[line.person_id]) for line in lines if line.person_id in names],
        schema=dict.fromkeys(("id", "name", "urn", "school", "authority_code"), pl.String()),
        orient="row",
    )
    out = find_kept_out(connections[using].cursor().cursor, people)
    return blank_persons({line.person_id for line in lines if str(line.pk) in out}, using) if out else 0


def _place(line: Line, name: str) -> tuple[Any, ...]:
    school = line.home_school
    return (
        str(line.pk),
        name,
        school.urn if school else None,
        (school.name if school else None) or line.home_text or None,
        (school.authority_id if school else None) or line.asked.authority_code or None,
    )
