"""What stood in the way when an import was to be undone, in words: later imports first, then what else changed."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import connections

from leadscape_web.audit.subjects import words_of
from leadscape_web.audit.undoing import UndoRefused
from leadscape_web.imports.models import Import
from leadscape_web.imports.work.held import OWNER

PLURALS = {"headship": "headships", "school": "schools", "authority": "authorities", "source": "sources",
           "membership of a group": "memberships of groups", "file of a study": "files of a study",
           "trust or federation": "trusts or federations", "other name of a school": "other names of schools",
           "link between schools": "links between schools"}  # fmt: skip


def told_refusal(found: Import, refused: UndoRefused) -> dict[str, Any]:
    """``what``, ``why``, ``next``, and ``imports``: ids of stored imports that changed the same later, newest first."""
    later = _later_imports(found, refused)
    counted = Counter(words_of(table) for table, _ in refused.records)
    words = [f"{n:,} {word if n == 1 else PLURALS.get(word, word)}" for word, n in counted.most_common()]
    if not later or not words:
        return {"what": refused.what, "why": refused.why, "next": refused.next_step, "imports": []}
    return {
        "what": f"A later import changed the same records: {', '.join(words)}."
        if len(later) == 1
        else f"{len(later)} later imports changed the same records: {', '.join(words)}.",
        "why": refused.why,
        "next": "Nothing was undone. Undo the later import first, or correct by hand what is wrong."
        if len(later) == 1
        else "Nothing was undone. Undo the later imports first, the newest before the others, or correct by hand"
        " what is wrong.",
        "imports": later,
    }


def _later_imports(found: Import, refused: UndoRefused) -> list[str]:
    cursor: Any = connections[OWNER].cursor().cursor
    cursor.execute(
        "select distinct e.request from audit_event e"
        " join unnest(%s::text[], %s::text[]) r(name, record) on e.table_name = r.name and e.record_id = r.record"
        " where e.id > (select max(id) from audit_event where request = %s)",
        [
            [table for table, _ in refused.records],
            [record for _, record in refused.records],
            str(found.stored_by_job),
        ],
    )
    requests = {request for (request,) in cursor.fetchall()}
    stored = Import.objects.using(OWNER).filter(state=Import.State.STORED).order_by("-stored_at")
    return [str(key) for key, job in stored.values_list("pk", "stored_by_job") if str(job) in requests]
