"""Who may read and write which rows of the tables of ``jobs``. PostgreSQL enforces it."""

from __future__ import annotations

from typing import Final

from leadscape_web.accounts.table_rules import ADMINISTRATOR, TableRule

_QUEUE: Final = TableRule("The queue of jobs: the owner role's alone, filled by a trigger", "")
_OWN: Final = f"asked_by_id = (select leadscape_user()) or (select leadscape_everywhere({ADMINISTRATOR}))"

TABLES: Final[dict[str, TableRule]] = {
    "jobs_job": TableRule(
        "One's own jobs; administrators of the nation see all. Asked for in one's own name; cancelled by either,"
        " but for what the service itself asks for",
        "SELECT, INSERT, UPDATE (cancel_asked_at)",
        read=_OWN,
        write="asked_by_id = (select leadscape_user()) and state = 'waiting' and attempts = 0"
        " and result is null and problem is null",
        change=f"asked_by_id is not null and ({_OWN})",
    ),
    "procrastinate_jobs": _QUEUE,
    "procrastinate_events": _QUEUE,
    "procrastinate_periodic_defers": _QUEUE,
    "procrastinate_workers": _QUEUE,
}
SQL: Final = (("leadscape_web.jobs", "queue.sql"),)
