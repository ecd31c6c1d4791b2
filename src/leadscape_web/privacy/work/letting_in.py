"""Lines of returns that may name somebody who stays out, and of which an editor said that they name somebody else.

A run holds such a line back until its question is answered; here it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from leadscape_web.privacy.models import DoubtfulRow
from leadscape_web.privacy.rows import ANOTHER, carried_out
from leadscape_web.studies.models import Study

BY: Final = "an editor of the service"


def answers(study: Study, using: str) -> Iterator[Mapping[str, Any]]:
    """Rows of a file of decisions: see :func:`leadscape_web.studies.inputs.add_answers`."""
    rows = (
        DoubtfulRow.objects.using(using)
        .filter(file__study=study, file__removed_at=None)
        .exclude(nomination=None)
    )
    said: dict[str, list[bool]] = {}
    for one in rows.order_by("file", "row"):
        said.setdefault(one.nomination or "", []).append(carried_out(one) == ANOTHER)
    for nomination, of_everybody in said.items():
        if all(of_everybody):
            yield {
                "question_id": f"objection-{nomination[1:]}",
                "decision": "different",
                "decided_by": BY,
                "note": "Answered on the page of the row",
            }
