"""The review file of the library, from what the service keeps and the user may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal
from uuid import UUID

from django.db import connection

from leadscape.actions.write_review_file import write_review_file
from leadscape_web.accounts.names import names_of
from leadscape_web.review.models import Question
from leadscape_web.review.replaying import BY_REVIEWER
from leadscape_web.studies.models import Study
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN

MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ROWS: Final = """
select q.id, k.text, q.kind, nullif(w.text, ''), nullif(c.text, ''), q.nominations, q.candidates,
       d.answer, nullif(b.text, ''), o.decided_by_id is not null, nullif(n.text, ''), nullif(i.text, '')
from review_question q
join review_text k on k.question_id = q.id and k.decision_id is null and k.field = 'key' and k.text <> ''
left join review_text w on w.question_id = q.id and w.decision_id is null and w.field = 'as_written'
left join review_text c on c.question_id = q.id and c.decision_id is null and c.field = 'context'
left join review_decision d on d.question_id = q.id and d.superseded_at is null and d.answer is not null
left join review_decision o on o.id = coalesce(d.restores_id, d.id)
left join review_text b on b.decision_id = o.id and b.field = 'decided_by'
left join review_text n on n.decision_id = o.id and n.field = 'note'
left join review_text i on i.decision_id = o.id and i.field = 'decided_in'
where q.study_id = %s and q.gone_at is null order by q.nominations desc, q.id
"""
_LINES: Final = """
select l.question_id, l.side, l.person_id, l.home_school_id, l.role
from review_questionline l join review_question q on q.id = l.question_id
where q.study_id = %s and q.kind = 'person' and q.gone_at is null
"""


def review_file(study: Study, kind: Literal["csv", "xlsx"]) -> bytes:
    """Every question of a study that the user sees and that the last run asked, in the library's own format.

    A question whose words were blanked is left out: it cannot be known again.
    """
    pairs = _pairs(study)
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [study.pk])
        rows = [_row(pairs, *found) for found in cursor.fetchall()]
    with TemporaryDirectory(prefix="leadscape-review-") as folder:
        path = Path(folder) / f"review.{kind}"
        write_review_file(rows, path)
        return path.read_bytes()


def _row(
    pairs: dict[UUID, str],
    key: UUID,
    question_id: str,
    kind: str,
    written: str | None,
    context: str | None,
    nominations: int,
    candidates: list[str],
    answer: str | None,
    by_file: str | None,
    by_user: bool,
    note: str | None,
    decided_in: str | None,
) -> dict[str, Any]:
    return {
        "question_id": question_id,
        "question": kind,
        "as_written": pairs.get(key, _both({})) if kind == Question.Kind.PERSON else written,
        # Lines without a note make an empty text in the library, not a missing one.
        "context": context or ("" if kind == Question.Kind.ROLE else None),
        "nominations": nominations,
        "candidates": candidates,
        "decision": answer,
        "decided_by": by_file or (BY_REVIEWER if by_user else None),
        "note": note,
        "decided_in": decided_in,
    }


def _pairs(study: Study) -> dict[UUID, str]:
    """Question about two persons to both in words; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [study.pk])
        lines = cursor.fetchall()
    names = names_of(line[2] for line in lines if line[2])
    sides: dict[UUID, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for question, side, person, school, role in lines:
        told = f"{names.get(person, NAME_NOT_KNOWN)}, {school or 'no school known'} ({role or 'role not decided'})"
        sides[question][side].append(told)
    return {question: _both(of_sides) for question, of_sides in sides.items()}


def _both(sides: Mapping[int, Sequence[str]]) -> str:
    return "  =?  ".join(" / ".join(sorted(set(sides.get(number, ())))[:3]) for number in (1, 2))
