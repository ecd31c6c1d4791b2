"""The panel "History" on the pages of schools, authorities, trusts and leaders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest

from leadscape_web.accounts.rules import ANY_RIGHT
from leadscape_web.audit.history import history_of_subject
from leadscape_web.audit.presenters import record_links
from leadscape_web.audit.subjects import SUBJECTS, Subject
from leadscape_web.govuk.panels import Panel, add_panel

NEWEST: Final = 10
POSITION: Final = 900


def add_history() -> None:
    """Let each page with a history show it."""
    for page, subject in SUBJECTS.items():
        add_panel(page, "history", _history_panel(subject))


def _history_panel(subject: Subject) -> Callable[[HttpRequest, Any], Panel | None]:
    def make(request: HttpRequest, record: Any) -> Panel | None:
        if not ANY_RIGHT.allows(request.accesses):  # type: ignore[attr-defined]
            return None
        entries = history_of_subject(subject, str(record.pk), getattr(record, "person_id", None))
        return Panel(
            "History",
            "audit/_history_panel.html",
            {
                "entries": entries[:NEWEST],
                "more": len(entries) > NEWEST,
                "about": record_links(subject.table, str(record.pk)),
            },
            POSITION,
        )

    return make
