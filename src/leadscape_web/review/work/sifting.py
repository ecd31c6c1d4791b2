"""Take words about people who stay out from notes on decisions: a job, as the owner role.

Who objected or was erased is known by keyed hashes that the plain role does not read. So decisions of a file are made
by the editor, and what their notes and names of deciders say is looked at by the worker right after; what was written
on pages, once a day.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connections
from django.utils import timezone

from leadscape_web.landscape.loading.load import lock_loads
from leadscape_web.review.models import Decision, Text
from leadscape_web.studies.personal import sift

if TYPE_CHECKING:
    from leadscape_web.jobs.performing import Running

FIELDS: Final = (Text.Field.NOTE, Text.Field.DECIDED_BY)
DAYS: Final = timedelta(days=3)
"""How far back it looks every day: a day on which the service stood still is made up for."""


def perform_sift(running: Running) -> Mapping[str, Any]:
    """The job ``review.sift``: of decisions of one study since a moment; without them, of all in the last days."""
    said = running.given.get("since")
    since = datetime.fromisoformat(said) if said else timezone.now() - DAYS
    made = Decision.objects.using("owner").filter(decided_at__gte=since)
    if study := running.given.get("study"):
        made = made.filter(question__study=study)
    running.because("Took words about people who stay out from notes on decisions")
    # Nobody is erased while it looks.
    lock_loads(connections["owner"].cursor().cursor)
    texts = Text.objects.using("owner").filter(decision__in=made, field__in=FIELDS, blanked_at=None)
    found = sifted(texts, "owner")
    texts.filter(pk__in=found).update(text="", blanked_at=timezone.now())
    return {"emptied": len(found)}


def sifted(texts: Iterable[Text], using: str) -> list[Any]:
    """Those of the texts that name somebody who stays out, as a file of decisions would be sifted."""
    rows = [(str(text.pk), text.text) for text in texts]
    if not rows or not (whole := sift("decisions", "review.csv", _as_file(rows), using)).taken_out:
        return []
    kept = csv.DictReader(io.StringIO(whole.content.decode("utf-8-sig")))
    left = {row["question_id"]: row["note"] for row in kept}
    changed = [(key, text) for key, text in rows if left.get(f"role-{key}") != text]
    # A file that is written again may say the same in another way, as what looks like a formula.
    return [
        key
        for key, text in changed
        if sift("decisions", "review.csv", _as_file([(key, text)]), using).taken_out
    ]


def _as_file(rows: Iterable[tuple[str, str]]) -> bytes:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(("question_id", "decision", "decided_by", "note"))
    writer.writerows((f"role-{key}", "none", "", text) for key, text in rows)
    return written.getvalue().encode()
