"""The review file of the library, from what the service keeps and the user may see."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

from leadscape.actions.write_review_file import write_review_file
from leadscape_web.accounts.names import names_of
from leadscape_web.review.models import Decision, Question, Text
from leadscape_web.review.reading import Asked, read_questions
from leadscape_web.review.replaying import BY_REVIEWER
from leadscape_web.studies.models import Study
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN

MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def review_file(study: Study, kind: Literal["csv", "xlsx"]) -> bytes:
    """Every question of a study that the user sees and that the last run asked, in the library's own format.

    A question whose words were blanked is left out: it cannot be known again.
    """
    asked = [one for one in read_questions(study) if one.word(Text.Field.KEY)]
    names = names_of(line.person_id for one in asked for line in one.lines if line.person_id)
    with TemporaryDirectory(prefix="leadscape-review-") as folder:
        path = Path(folder) / f"review.{kind}"
        write_review_file([_row(one, names) for one in asked], path)
        return path.read_bytes()


def _row(one: Asked, names: dict[Any, str]) -> dict[str, Any]:
    decision = one.standing if one.standing and one.standing.answer is not None else None
    return {
        "question_id": one.word(Text.Field.KEY),
        "question": one.question.kind,
        "as_written": _both(one, names)
        if one.question.kind == Question.Kind.PERSON
        else one.word(Text.Field.AS_WRITTEN),
        "context": one.word(Text.Field.CONTEXT) or _nothing(one),
        "nominations": one.question.nominations,
        "candidates": one.question.candidates,
        "decision": decision.answer if decision else None,
        "decided_by": _who(one, decision) if decision else None,
        "note": one.word(Text.Field.NOTE, decision.pk) if decision else None,
    }


def _nothing(one: Asked) -> str | None:
    # Lines without a note make an empty text in the library, not a missing one.
    return "" if one.question.kind == Question.Kind.ROLE else None


def _who(one: Asked, decision: Decision) -> str | None:
    return one.word(Text.Field.DECIDED_BY, decision.pk) or (BY_REVIEWER if decision.decided_by_id else None)


def _both(one: Asked, names: dict[Any, str]) -> str:
    return "  =?  ".join(_side(one.side(number), names) for number in (1, 2))


def _side(lines: Sequence[Any], names: dict[Any, str]) -> str:
    told = {
        f"{names.get(line.person_id, NAME_NOT_KNOWN)}, {line.home_school_id or 'no school known'}"
        f" ({line.role or 'role not decided'})"
        for line in lines
    }
    return " / ".join(sorted(told)[:3])
