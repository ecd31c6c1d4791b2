"""Who may read and write which rows of the tables of ``review``. PostgreSQL enforces it."""

from __future__ import annotations

from typing import Final

from leadscape_web.accounts.table_rules import EDITOR, NAMED, TableRule


def within(rights: str, authorities: str = "authorities") -> str:
    """SQL: every authority of the question is in the area; a question of no known authority is the nation's."""
    return (
        f"(select leadscape_everywhere({rights})) or ({authorities} <> '{{}}'"
        f" and {authorities} <@ (select leadscape_authorities({rights}))::text[])"
    )


_OF_QUESTION: Final = "question_id in (select id from review_question)"
_EDITED: Final = (
    "exists (select 1 from review_question q where q.id = question_id"
    f" and ({within(EDITOR, 'q.authorities')}))"
)
_ENTRY: Final = "entry_id in (select id from review_entry)"
_PLACE: Final = "array_remove(array[authority_id], null)"
_EDITED_ENTRY: Final = (
    "exists (select 1 from review_entry e where e.id = entry_id"
    f" and ({within(EDITOR, 'array_remove(array[e.authority_id], null)')}))"
)
TABLES: Final[dict[str, TableRule]] = {
    "review_question": TableRule(
        "Questions all of whose authorities are in the area in which one sees people; only runs write them, and make"
        " them anew, so they have no history",
        "SELECT",
        read=within(NAMED),
        write="false",
    ),
    "review_questionline": TableRule(
        "Which lines a question is about: with their question; only runs write them, without history",
        "SELECT",
        read=_OF_QUESTION,
        write="false",
    ),
    "review_text": TableRule(
        "Words that may name a person: with their question. Editors of its area add notes, and who"
        " decided; runs and erasures do the rest. The history never holds the words",
        "SELECT, INSERT",
        read=_OF_QUESTION,
        write=f"field in ('note', 'decided_by', 'decided_in') and decision_id is not null and ({_EDITED})",
        audience="administration",
        left_out=("text",),
        fixed=("question_id", "decision_id", "field"),
    ),
    "review_decision": TableRule(
        "Read with their question. Editors add one to a question of their area, in their own name, and end the former;"
        " nothing else of a decision changes",
        "SELECT, INSERT, UPDATE (superseded_at)",
        read=_OF_QUESTION,
        write=f"decided_by_id = (select leadscape_user()) and ({_EDITED})",
        change=_EDITED,
        audience="administration",
        fixed=("question_id", "answer", "origin", "decided_by_id", "decided_at", "restores_id"),
    ),
    "review_sample": TableRule(
        "That a sample was drawn: whoever is signed in; only jobs draw one", "SELECT", audience="public"
    ),
    "review_entry": TableRule(
        "Entries of the sample in the area in which one sees people; only jobs draw them",
        "SELECT",
        read=within(NAMED, _PLACE),
        write="false",
        audience="administration",
    ),
    "review_answer": TableRule(
        "What schools said: with their entry. Editors of its area record it in their own name and end the former",
        "SELECT, INSERT, UPDATE (superseded_at)",
        read=_ENTRY,
        write=f"recorded_by_id = (select leadscape_user()) and ({_EDITED_ENTRY})",
        change=_EDITED_ENTRY,
        audience="administration",
        fixed=("entry_id", "field", "said", "role", "recorded_by_id", "recorded_at"),
    ),
}
SQL: Final[tuple[tuple[str, str], ...]] = (("leadscape_web.review", "superseded.sql"),)
