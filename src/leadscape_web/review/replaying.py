"""Decisions as the file that a run of the study reads: what was decided here, before what the study came with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.db.models import Prefetch

from leadscape.actions.read_decisions_file import read_decisions_file
from leadscape.actions.write_review_file import write_decisions_file
from leadscape_web.review.models import Decision, Question, Text
from leadscape_web.studies.inputs import current_inputs
from leadscape_web.studies.models import Study

FILE: Final = "decisions.csv"
BY_REVIEWER: Final = "a reviewer of the service"


def provide_decisions(study: Study, folder: Path, using: str) -> Mapping[str, Sequence[str]]:
    """Write the decisions of a study into ``folder``; none where the service holds none.

    A question whose decision was taken back stands there without one, whatever the study came with. A decision whose
    question is not asked any more is written all the same: it may be asked again.
    """
    ours = decisions_here(study, using)
    if not ours:
        return {}
    rows = [row for row in _brought(study, using) if row["question_id"] not in ours]
    rows += ours.values()
    write_decisions_file(rows, folder / FILE)
    return {"decisions": [FILE]}


def decisions_here(study: Study, using: str) -> dict[str, dict[str, Any]]:
    """Question of the library to what stands here: ``question_id``, ``decision``, ``decided_by``, ``note``.

    Blanked words are left out, and so are questions whose own words were blanked: the lines that raised them are gone.
    """
    current = Decision.objects.using(using).filter(superseded_at=None)
    texts = Text.objects.using(using).filter(blanked_at=None)
    questions = (
        Question.objects.using(using)
        .filter(study=study, decisions__superseded_at=None, decisions__isnull=False)
        .distinct()
        .prefetch_related(
            Prefetch("decisions", current, to_attr="standing"), Prefetch("texts", texts, to_attr="words")
        )
    )
    return {
        key: row
        for question in questions
        if (key := words_of(question.words, Text.Field.KEY)) is not None  # type: ignore[attr-defined]
        and (row := _row(key, question)) is not None
    }


def words_of(texts: Sequence[Text], field: str, decision: Any = None) -> str | None:
    """The words of one field of a question, or of one of its decisions."""
    return next((text.text for text in texts if text.field == field and text.decision_id == decision), None)


def _row(key: str, question: Any) -> dict[str, Any] | None:
    for decision in question.standing:
        by_file = words_of(question.words, Text.Field.DECIDED_BY, decision.pk)
        return {
            "question_id": key,
            "decision": decision.answer,
            "decided_by": by_file or (BY_REVIEWER if decision.decided_by_id else None),
            "note": words_of(question.words, Text.Field.NOTE, decision.pk),
        }
    return None


def _brought(study: Study, using: str) -> list[dict[str, Any]]:
    found = current_inputs(study, using).filter(key="decisions").defer(None).first()
    if found is None or not found.content:
        return []
    with TemporaryDirectory(prefix="leadscape-decisions-") as folder:
        path = Path(folder) / found.file_name
        path.write_bytes(bytes(found.content))
        return read_decisions_file(path).drop("row").to_dicts()
