"""An import as its pages show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.urls import reverse

from leadscape_web.govuk.wording import local_day, written, written_date
from leadscape_web.imports.models import Absence, Import, Upload
from leadscape_web.imports.permissions import (
    can_confirm,
    can_leave_stored,
    can_undo,
    is_idle,
)
from leadscape_web.jobs.models import Job

COLOURS: Final = {
    Import.State.CHECKING: "blue", Import.State.REFUSED: "red", Import.State.CHECKED: "yellow",
    Import.State.STORING: "blue", Import.State.STORED: "green", Import.State.UNDOING: "blue",
    Import.State.UNDONE: "grey", Import.State.WITHDRAWN: "grey",
}  # fmt: skip
KEYS: Final = {
    "schools": "Schools", "links": "Links", "groups": "Groups", "returns": "Return", "frame": "Frame",
}  # fmt: skip
ANSWERED: Final = {
    Absence.Answer.CLOSED.value: "Closed, as answered of schools that are missing",
    Absence.Answer.UNKNOWN.value: "Status not known any more, as answered of schools that are missing",
}
"""Answers that change something, as the summary tells them."""
LEFT_OUT: Final = {
    "declaration": "with a problem", "unreadable": "that cannot be split into columns", "blank": "blank",
    "repeat": "that repeat another row",
}  # fmt: skip
"""Rows that are left out, in words; other reasons are words by themselves."""
Who = Mapping[tuple[UUID | None, datetime], str]


@dataclass(frozen=True)
class WaitsFor:
    """The job that an import waits for: its id, its state, what it does, and what went wrong."""

    job: UUID
    state: str
    step: str
    problem: dict[str, str] | None

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in Job.OVER


@dataclass(frozen=True)
class ShownImport:
    """One import.

    Attributes
    ----------
    progress
        Where it stands, a sentence.
    facts, files, summary
        Rows of facts; of a table of files; of a table of changes.
    refused
        Why it was not undone: what, why, next, and ``imports``: links to later ones that stand in the way.
    """

    title: str
    state: str
    colour: str
    progress: str
    problem: dict[str, str] | None
    facts: tuple[dict[str, Any], ...]
    files: tuple[list[Any], ...]
    summary: tuple[list[Any], ...]
    notes: tuple[str, ...]
    refused: dict[str, Any] | None
    can_confirm: bool
    can_withdraw: bool
    can_check_again: bool
    can_undo: bool
    can_leave_stored: bool


def title_of(found: Import, study: str | None = None) -> str:
    """What it is, in words that name nobody."""
    if found.kind == Import.Kind.RETURNS:
        return f"Returns of {study}" if study else "Returns"
    day = found.as_of or found.stated_as_of
    return f"Register of {written_date(day)}" if day else "Register"


def present_import(
    found: Import,
    uploads: Sequence[Upload],
    waits: WaitsFor | None,
    who: Who,
    unanswered: int,
    problems: int,
    later: Sequence[Import] = (),
    answered: Mapping[str, int] | None = None,
) -> ShownImport:
    """One import for its page."""
    over = waits is None or waits.over
    working = found.state in (Import.State.CHECKING, Import.State.STORING, Import.State.UNDOING)
    return ShownImport(
        title=title_of(found, found.study.title if found.study else None),
        state=found.get_state_display(),  # type: ignore[attr-defined]
        colour=COLOURS[Import.State(found.state)],
        progress=_progress(found, waits, unanswered, problems),
        problem=waits.problem if waits and working and waits.over else None,
        facts=_facts(found, who),
        files=tuple(_file(one) for one in uploads),
        summary=tuple(
            [row["change"], {"text": row["rows"], "missing": row["why_not"] or "Not compared"}]
            for row in found.summary
        )
        + tuple(
            [ANSWERED[answer], {"text": n}] for answer, n in (answered or {}).items() if answer in ANSWERED
        ),
        notes=tuple(found.notes),
        refused={**found.undo_refused, "imports": [_later(one) for one in later]}
        if found.undo_refused and found.state == Import.State.STORED
        else None,
        can_confirm=can_confirm(found, unanswered),
        can_withdraw=is_idle(found, job_over=over),
        can_check_again=is_idle(found, job_over=over),
        can_undo=can_undo(found),
        can_leave_stored=can_leave_stored(found, job_over=over),
    )


def _later(one: Import) -> dict[str, str]:
    title = title_of(one, one.study.title if one.study else None)
    return {
        "text": f"{title}, stored {written(one.stored_at)}",
        "href": reverse("imports:import", args=[one.pk]),
    }


def row_of(found: Import, who: Who, study: str | None) -> dict[str, Any]:
    """One import in the list."""
    changed = [f"{row['rows']:,} {row['change'].lower()}" for row in found.summary if row["rows"]]
    return {
        "key": str(found.pk),
        "what": title_of(found, study),
        "state": found.get_state_display(),  # type: ignore[attr-defined]
        "by": who.get((found.created_by_id, found.created_at), ""),
        "on": local_day(found.created_at),
        "changed": "; ".join(changed) or None,
    }


def acts_of(found: Import) -> list[tuple[UUID | None, datetime]]:
    """Who did what with it, and when."""
    acts = (
        (found.created_by_id, found.created_at),
        (found.confirmed_by_id, found.confirmed_at),
        (found.withdrawn_by_id, found.withdrawn_at),
        (found.undo_asked_by_id, found.undo_asked_at),
    )
    return [(user, at) for user, at in acts if at is not None]


def _progress(found: Import, waits: WaitsFor | None, unanswered: int, problems: int) -> str:
    if found.state in (Import.State.CHECKING, Import.State.STORING, Import.State.UNDOING):
        if waits and waits.over:
            return "The work was cancelled or failed, and nothing was changed."
        return f"{waits.step} …" if waits and waits.step else "It waits for its turn …"
    if found.state == Import.State.CHECKED and unanswered:
        schools = "1 open school is" if unanswered == 1 else f"{unanswered:,} open schools are"
        return f"{schools} not in the files. Say what is to be recorded."
    rows = " What is listed as a problem is left out." if problems else ""
    return {
        Import.State.REFUSED: "The files cannot be used. Nothing was changed.",
        Import.State.CHECKED: f"Nothing was changed yet. Look at what would change, then decide.{rows}",
        Import.State.STORED: "It is stored.",
        Import.State.UNDONE: "It was stored and then undone. The history holds both.",
        Import.State.WITHDRAWN: "It was not stored. What was in the files was forgotten.",
    }[Import.State(found.state)]


def _facts(found: Import, who: Who) -> tuple[dict[str, Any], ...]:
    acts = (
        ("Brought in", found.created_by_id, found.created_at),
        ("Confirmed", found.confirmed_by_id, found.confirmed_at),
        ("Given up", found.withdrawn_by_id, found.withdrawn_at),
        ("Undo asked for", found.undo_asked_by_id, found.undo_asked_at),
    )
    rows: list[dict[str, Any]] = [
        {"label": label, "value": written(at), "note": f"by {who.get((user, at), 'a user')}"}
        for label, user, at in acts
        if at is not None
    ]
    for label, at in (("Stored", found.stored_at), ("Undone", found.undone_at)):
        if at is not None:
            rows.append({"label": label, "value": written(at)})
    if found.undo_why:
        label, note = {
            Import.State.UNDONE: ("Why it was undone", None),
            Import.State.UNDOING: ("Why it is to be undone", None),
        }.get(
            Import.State(found.state),
            ("Why it was to be undone", "It could not be undone, and was left stored."),
        )
        rows.append({"label": label, "value": found.undo_why, "note": note})
    if found.as_of:
        rows.append({"label": "Describes", "value": found.as_of})
    return tuple(rows)


def _file(one: Upload) -> list[Any]:
    used = sum(row["rows"] for row in one.outcomes if row["outcome"] == "used")
    left = [
        f"{row['rows']:,} {LEFT_OUT.get(row['reason'], row['reason'].replace('_', ' '))}"
        for row in one.outcomes
        if row["outcome"] != "used"
    ]
    return [
        one.file_name,
        {"text": KEYS.get(one.key), "missing": "Not recognised"},
        {"text": one.recognised_as or None, "missing": "No format"},
        {"text": one.rows, "missing": "Not read"},
        {"text": used if one.outcomes else None, "missing": "Not read"},
        {"text": "; ".join(left) or None, "missing": one.problem["what"] if one.problem else "Nothing"},
    ]
