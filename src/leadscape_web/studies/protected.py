"""Who may read and write which rows of the tables of ``studies``. PostgreSQL enforces it."""

from __future__ import annotations

from typing import Final

from leadscape_web.accounts.table_rules import EDITOR, TableRule

TABLES: Final[dict[str, TableRule]] = {
    "studies_study": TableRule(
        "Everybody who is signed in reads it; only jobs and loads write it", "SELECT", audience="public"
    ),
    "studies_studyinput": TableRule(
        "Editors of the nation read which files a study has, nobody what is in them; only jobs and loads do",
        "SELECT (id, study_id, key, file_name, sha256, size, position, added_at, added_by_id, removed_at, taken_out,"
        " doubtful, blanked_at)",
        read=f"(select leadscape_everywhere({EDITOR}))",
        audience="administration",
        left_out=("content", "file_name"),
    ),
}
SQL: Final[tuple[tuple[str, str], ...]] = ()
