"""Who may bring files in, and what may be done with an import in which state."""

from __future__ import annotations

from typing import Final

from leadscape_web.accounts.rules import EDITS_NATION
from leadscape_web.imports.models import Import

BRINGS_IN: Final = EDITS_NATION
"""Rule of every page and job of this app."""

_S = Import.State
BY_PEOPLE: Final[dict[str, frozenset[str]]] = {
    _S.CHECKING: frozenset({_S.WITHDRAWN}),
    _S.CHECKED: frozenset({_S.CHECKING, _S.STORING, _S.WITHDRAWN}),
    _S.STORING: frozenset({_S.CHECKING, _S.WITHDRAWN}),
    _S.STORED: frozenset({_S.UNDOING}),
    _S.UNDOING: frozenset({_S.STORED}),
}
BY_JOBS: Final[dict[str, frozenset[str]]] = {
    _S.CHECKING: frozenset({_S.CHECKED, _S.REFUSED}),
    _S.STORING: frozenset({_S.STORED}),
    _S.UNDOING: frozenset({_S.UNDONE}),
}
"""Which state may follow which, and whether somebody decides so or a job. The database keeps to the same lists
(``sql/states.sql``)."""
WAITS: Final = {_S.CHECKING: "imports.check", _S.STORING: "imports.store", _S.UNDOING: "imports.undo"}
"""States in which a job is at work, and its kind."""


def can_confirm(found: Import, unanswered: int) -> bool:
    """Whether it may be stored now: checked, and every school that is missing answered for."""
    return found.state == _S.CHECKED and not unanswered


def is_idle(found: Import, *, job_over: bool) -> bool:
    """Whether it may be given up or checked anew: it waits, or what was at work on it failed."""
    return found.state == _S.CHECKED or (found.state in (_S.CHECKING, _S.STORING) and job_over)


def can_undo(found: Import) -> bool:
    """Whether it may be undone."""
    return found.state == _S.STORED


def can_leave_stored(found: Import, *, job_over: bool) -> bool:
    """Whether an undo that failed may be given up."""
    return found.state == _S.UNDOING and job_over
