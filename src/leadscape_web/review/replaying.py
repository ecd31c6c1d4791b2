"""Decisions as the file that a run of the study reads.

What was decided here stands first, then what the study came with, then what was decided last in an earlier study of the
same system: the same words, school or pair need no second decision. Each of the last says in which study it was made.
Whether the study knows what it names is for the library to see (``decided_in`` of its review files).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.db import connections

from leadscape.actions.read_decisions_file import read_decisions_file
from leadscape.actions.write_review_file import write_decisions_file
from leadscape_web.govuk.wording import written_date
from leadscape_web.studies.inputs import current_inputs
from leadscape_web.studies.models import Study

FILE: Final = "decisions.csv"
BY_REVIEWER: Final = "a reviewer of the service"
# What stands again says who decided and why with the row that it restores.
_COLUMNS: Final = """
k.text as question_id, d.answer as decision,
coalesce(nullif(b.text, ''), case when o.decided_by_id is not null then %s end) as decided_by,
nullif(n.text, '') as note, nullif(i.text, '') as decided_in
"""
_FROM: Final = """
from review_decision d
join review_decision o on o.id = coalesce(d.restores_id, d.id)
join review_question q on q.id = d.question_id
join review_text k on k.question_id = q.id and k.decision_id is null and k.field = 'key' and k.blanked_at is null
left join review_text b on b.decision_id = o.id and b.field = 'decided_by' and b.blanked_at is null
left join review_text n on n.decision_id = o.id and n.field = 'note' and n.blanked_at is null
left join review_text i on i.decision_id = o.id and i.field = 'decided_in'
"""
_HERE: Final = f"""
select {_COLUMNS} {_FROM} where q.study_id = %s and d.superseded_at is null and d.origin <> 'earlier'
"""
_BEFORE: Final = f"""
select distinct on (k.text) {_COLUMNS}, s.title, s.as_of
{_FROM}
join studies_study s on s.id = q.study_id
where s.system = %s and (s.as_of, s.made_at, s.id) < (%s, %s, %s) and d.superseded_at is null and d.origin <> 'earlier'
order by k.text, d.decided_at desc, d.id
"""


def provide_decisions(study: Study, folder: Path, using: str) -> Mapping[str, Sequence[str]]:
    """Write the decisions of a study into ``folder``; none where the service holds none that it did not come with.

    A question whose decision was taken back stands there without one, whatever the study came with and whatever was
    decided before. A decision whose question is not asked any more is written all the same: it may be asked again.
    """
    ours = decisions_here(study, using)
    earlier = decisions_before(study, using)
    if not ours and not earlier:
        return {}
    brought = {row["question_id"]: row for row in brought_decisions(study, using)}
    rows = {**earlier, **brought, **ours}
    if not rows:
        return {}
    write_decisions_file(rows.values(), folder / FILE)
    return {"decisions": [FILE]}


def decisions_here(study: Study, using: str) -> dict[str, dict[str, Any]]:
    """Question of the library to what was decided in this study, as a row of a file of decisions.

    Blanked words are left out, and so are questions whose own words were blanked: the lines that raised them are gone.
    """
    return {row["question_id"]: row for row in _rows(_HERE, [BY_REVIEWER, study.pk], using)}


def decisions_before(study: Study, using: str) -> dict[str, dict[str, Any]]:
    """Question of the library to what was decided last in an earlier study of the system, and in which.

    Earlier is what has an earlier date, or the same and was made earlier. What was taken back last is not there.
    """
    found = _rows(_BEFORE, [BY_REVIEWER, study.system, study.as_of, study.made_at, study.pk], using)
    return {
        row["question_id"]: {
            **row,
            "decided_in": row["decided_in"] or study_words(row["title"], row["as_of"]),
        }
        for row in found
        if row["decision"] is not None
    }


def study_words(title: str, as_of: Any) -> str:
    """What a study is called where a decision was taken over from it."""
    return f"{title}, {written_date(as_of)}"


def brought_decisions(study: Study, using: str) -> list[dict[str, Any]]:
    """Decisions of the file that the study came with."""
    found = current_inputs(study, using).filter(key="decisions").defer(None).first()
    if found is None or not found.content:
        return []
    with TemporaryDirectory(prefix="leadscape-decisions-") as folder:
        path = Path(folder) / found.file_name
        path.write_bytes(bytes(found.content))
        return read_decisions_file(path).drop("row").to_dicts()


def _rows(statement: str, values: Sequence[Any], using: str) -> list[dict[str, Any]]:
    with connections[using].cursor() as cursor:
        cursor.execute(statement, values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
