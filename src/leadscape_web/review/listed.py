"""Questions for the list: thousands at once, with what the list shows and nothing else. Two queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

_QUESTIONS: Final = """
select q.id, q.kind, q.authorities, q.nominations, q.probability_pct, q.carried_out, q.run_at, q.study_id, q.wave_id,
       nullif(w.text, ''), d.answer, d.decided_at
from review_question q
left join review_text w on w.question_id = q.id and w.decision_id is null and w.field = 'as_written'
left join review_decision d on d.question_id = q.id and d.superseded_at is null
where q.gone_at is null order by q.nominations desc, q.id
"""
_PERSONS: Final = """
select distinct l.question_id, l.side, l.person_id
from review_questionline l join review_question q on q.id = l.question_id
where q.kind = 'person' and q.gone_at is null and l.person_id is not null
"""


@dataclass(frozen=True)
class Listed:
    """One question; ``persons`` is side (1 or 2) to whom it is about."""

    id: UUID
    kind: str
    authorities: list[str]
    nominations: int
    probability_pct: int | None
    carried_out: str | None
    run_at: datetime
    study_id: UUID
    wave_id: UUID
    written: str | None
    answer: str | None
    decided_at: datetime | None
    persons: dict[int, UUID] = field(default_factory=dict)


def list_questions() -> tuple[Listed, ...]:
    """Every question that the last run of its study asks and that the user sees, most lines waiting first."""
    with connection.cursor() as cursor:
        cursor.execute(_QUESTIONS)
        found = cursor.fetchall()
        cursor.execute(_PERSONS)
        persons: dict[UUID, dict[int, UUID]] = defaultdict(dict)
        for question, side, person in cursor.fetchall():
            persons[question].setdefault(side, person)
    return tuple(Listed(*row, persons=persons.get(row[0], {})) for row in found)
