"""Rows that may name somebody who stays out, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import polars as pl
from django.utils import timezone

from leadscape_web.accounts.actors import who_acted
from leadscape_web.govuk.listing import Column, Filter, Listing
from leadscape_web.govuk.wording import written
from leadscape_web.privacy.models import DoubtfulRow
from leadscape_web.privacy.rows import ANOTHER, PERSON, Candidate, is_under_way, shown_cells

NOBODY: Final = "Not known: the row cannot be read"
ERASED: Final = "Somebody who was erased"
ACTS: Final = {
    "person": "Names the person: taken out",
    "another": "Names somebody else: left",
    "": "Taken back: open again",
}
FILES: Final = {
    "schools": "Register of schools", "returns": "Return", "decisions": "Decisions", "validation": "Validation form",
    "validation_sample": "Sample to be checked", "frame": "Frame",
}  # fmt: skip


def state_of_row(one: DoubtfulRow) -> str:
    """Where it stands."""
    if is_under_way(one):
        return "Being carried out"
    return {PERSON: ACTS["person"], ANOTHER: ACTS["another"]}.get(
        DoubtfulRow.Answer(one.answer), "To be answered"
    )


def named(one: DoubtfulRow, known: Mapping[UUID, Candidate]) -> str:
    """Whom it may name."""
    if one.may_be is None:
        return NOBODY
    found = known.get(one.may_be)
    return (found.name if found else None) or ERASED


def doubts_listing(found: Iterable[DoubtfulRow], known: Mapping[UUID, Candidate]) -> Listing:
    """Every row, those to be answered first."""
    rows = [
        {
            "id": str(one.pk),
            "place": f"Row {one.row}",
            "file": one.file.file_name,
            "study": one.file.study.title,
            "named": named(one, known),
            "found": timezone.localtime(one.found_at).date(),
            "state": state_of_row(one),
        }
        for one in found
    ]
    words = ("id", "place", "file", "study", "named", "state")
    return Listing(
        name="doubtful-rows",
        title="Doubtful rows",
        about="Rows of files that may name somebody who objected or was erased. Whoever is named for certain was taken"
        " out when the file came; these were left, because they may be about somebody else. Answer for each.",
        columns=(
            Column("place", "Row", href="/data-protection/doubtful/{id}/"),
            Column("file", "File"),
            Column("study", "Study"),
            Column("named", "May name"),
            Column("found", "Found on", kind="date"),
            Column("state", "State"),
        ),
        rows=pl.DataFrame(rows, schema={**dict.fromkeys(words, pl.String), "found": pl.Date}),
        source="Files of the studies, as they are kept",
        filters=(Filter("state", "State"), Filter("file", "File")),
        empty="No row of a file is in doubt.",
    )


def row_facts(one: DoubtfulRow, candidate: Candidate | None) -> list[dict[str, Any]]:
    """Where it stands, whom it may name, and what was said of it."""
    return [
        {"label": "File", "value": f"{FILES.get(one.file.key, one.file.key)}: {one.file.file_name}"},
        {"label": "Study", "value": one.file.study.title},
        {"label": "Row", "value": str(one.row), "note": "As a spreadsheet counts, the headings being row 1"},
        {"label": "May name", "value": named(one, {one.may_be: candidate} if one.may_be and candidate else {}),
         "note": "Words in the column “" + one.column + "” mention them" if one.column else None},
        {"label": "They stay out", "value": _stays_out(candidate) if candidate else None,
         "missing": "Nobody in particular"},
        {"label": "Known at", "value": candidate.school if candidate else None, "missing": "No school"},
        {"label": "State", "value": state_of_row(one), "note": one.trouble or None},
    ]  # fmt: skip


def row_cells(one: DoubtfulRow) -> list[list[str]]:
    """Heading and text of what stands in the row."""
    return shown_cells(one.cells)


def _stays_out(candidate: Candidate) -> str:
    """Why somebody stays out, and since when."""
    return f"{candidate.why}, since {written(candidate.since)}" if candidate.since else candidate.why


def row_history(one: DoubtfulRow) -> list[list[str]]:
    """What was carried out, the latest first: what, when, who."""
    acts = [
        (act["answer"], UUID(act["by"]) if act["by"] else None, datetime.fromisoformat(act["at"]))
        for act in one.acts
    ]
    who = who_acted((by, at) for _, by, at in acts)
    return [[ACTS[answer], written(at), who.get((by, at), "a user")] for answer, by, at in reversed(acts)]
