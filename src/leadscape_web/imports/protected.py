"""Who may read and write which rows of the tables of ``imports``. PostgreSQL enforces it."""

from __future__ import annotations

from typing import Final

from leadscape_web.accounts.table_rules import TableRule

_EDITOR: Final = "(select leadscape_everywhere(array['editor']))"
_USER: Final = "(select leadscape_user())"
_UNTOUCHED: Final = (
    " and ".join(
        f"{column} is null"
        for column in (
            "as_of",
            "checked_at",
            "newest",
            "confirmed_at",
            "confirmed_by_id",
            "stored_at",
            "stored_by_job",
            "withdrawn_at",
            "withdrawn_by_id",
            "undo_asked_at",
            "undo_asked_by_id",
            "undo_refused",
            "undone_at",
            "job_id",
        )
    )
    + " and basis = '' and undo_why = '' and summary = '[]' and notes = '[]'"
)
"""An import that was only just begun."""
_DERIVED: Final = "Read by editors of the nation; only jobs write it"

TABLES: Final[dict[str, TableRule]] = {
    "imports_import": TableRule(
        "Editors of the nation read it, begin one in their own name, and decide on it; jobs say what was found",
        "SELECT, INSERT, UPDATE (state, job_id, absent, confirmed_at, confirmed_by_id, withdrawn_at, withdrawn_by_id,"
        " undo_asked_at, undo_asked_by_id, undo_why)",
        read=_EDITOR,
        write=f"{_EDITOR} and created_by_id = {_USER} and state = 'checking' and {_UNTOUCHED}",
        change=_EDITOR,
        audience="administration",
        # What jobs write: under their own number stands only what they change in the register, to be undone.
        quiet=("state", "job_id", "as_of", "checked_at", "newest", "summary", "notes", "basis", "stored_at",
               "stored_by_job", "undo_refused", "undone_at"),
        fixed=("kind", "study_id", "created_by_id", "created_at"),
    ),
    "imports_upload": TableRule(
        "Editors of the nation bring files in and see which; nobody but a job reads what is in one",
        "SELECT (id, belongs_to_id, key, file_name, sha256, size, position, recognised_as, rows, outcomes, problem,"
        " emptied_at), INSERT, UPDATE (content, emptied_at)",
        read=_EDITOR,
        write=f"{_EDITOR} and exists (select 1 from imports_import i where i.id = belongs_to_id"
        f" and i.created_by_id = {_USER} and i.state = 'checking')",
        change=_EDITOR,
    ),
    "imports_problem": TableRule(_DERIVED, "SELECT", read=_EDITOR, write="false"),
    "imports_change": TableRule(_DERIVED, "SELECT", read=_EDITOR, write="false"),
    "imports_absence": TableRule(
        "Editors of the nation read and answer it; only jobs ask",
        "SELECT, UPDATE (answer, closed_on, answered_at, answered_by_id)",
        read=_EDITOR,
        write="false",
        change=f"{_EDITOR} and exists (select 1 from imports_import i where i.id = belongs_to_id"
        " and i.state = 'checked')",
    ),
}  # fmt: skip
SQL: Final[tuple[tuple[str, str], ...]] = (("leadscape_web.imports", "states.sql"),)
