"""The events that are asked for as a file; the download itself is an event: who took which, why, its fingerprint."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

import polars as pl
from django.utils import timezone

from leadscape.actions.write_listing import ListingColumn, ListingStatement, write_listing
from leadscape.core.errors import OutputBlocked
from leadscape_web.accounts.context import because
from leadscape_web.audit.filters import EventFilters, events_of
from leadscape_web.audit.models import Export, Listed

FORMATS: Final[dict[str, str]] = {"csv": "CSV", "xlsx": "XLSX workbook", "jsonl": "JSON lines"}
MOST: Final = {"csv": 1_000_000, "xlsx": 200_000, "jsonl": 1_000_000}
"""Rows of a file: what is held in memory while it is made."""
LONGEST_CELL: Final = 32_000
COLUMNS: Final[dict[str, str]] = {
    "event": "Event",
    "at": "At (UTC)",
    "actor": "User",
    "request": "Request",
    "action": "Action",
    "table": "Table",
    "record": "Record",
    "changed": "Changed columns",
    "before": "Before",
    "after": "After",
    "why": "Reason",
    "audience": "Audience",
    "shown": "Values shown",
}
NOTE: Final = (
    "Ids only, no names. Where values are not shown, the record is about a person whom you may not see. The fingerprint"
    " of this file is kept with the download: the same events taken again must give the same rows."
)


@dataclass(frozen=True)
class ExportedFile:
    """A file to hand over."""

    content: bytes
    content_type: str
    file_name: str
    rows: int
    sha256: str


def export_events(filters: EventFilters, file_format: str, user: Any, why: str) -> ExportedFile:
    """Exactly the events that are asked for, oldest first; that ``user`` (an id) took them is recorded with the reason.

    Raises
    ------
    OutputBlocked
        When there are more rows than a file of this format holds.
    """
    found = events_of(filters)
    count = found.count()
    if count > MOST[file_format]:
        raise OutputBlocked(
            f"{count:,} events match, and a file of this format holds {MOST[file_format]:,}.",
            "A file that ends in the middle would look like the whole history.",
            "Narrow the events by date or table, or choose JSON lines, and download the parts one by one.",
        )
    rows = [_row(event) for event in reversed(found)]
    content, content_type = _written(rows, filters, file_format)
    sha256 = hashlib.sha256(content).hexdigest()
    because(why)
    Export.objects.create(
        made_by=user,
        filters=filters.kept(),
        last_event=rows[-1]["event"] if rows else None,
        format=file_format,
        rows=len(rows),
        sha256=sha256,
    )
    name = f"events-{timezone.localdate().isoformat()}.{file_format}"
    return ExportedFile(content, content_type, name, len(rows), sha256)


def _row(event: Listed) -> dict[str, Any]:
    return {
        "event": event.id,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(event.actor) if event.actor else None,
        "request": event.request or None,
        "action": event.action,
        "table": event.table,
        "record": event.record,
        "changed": event.changed,
        "before": event.before,
        "after": event.after,
        "why": event.why,
        "audience": event.audience,
        "shown": event.shown,
    }


def _written(rows: list[dict[str, Any]], filters: EventFilters, file_format: str) -> tuple[bytes, str]:
    if file_format == "jsonl":
        lines = (json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows)
        return "".join(lines).encode(), "application/x-ndjson; charset=utf-8"
    columns = []
    for key, label in COLUMNS.items():
        cells = [_cell(row[key], file_format) for row in rows]
        values = pl.Series(key, cells, dtype=pl.Int64 if key == "event" else pl.String)
        columns.append(ListingColumn(label, values, pl.Series(key, [""] * len(rows), dtype=pl.String)))
    statement = ListingStatement(
        title="Events",
        about="One change of one record",
        source="the history of this service",
        as_of=None,
        taken_on=timezone.localdate(),
        rows=len(rows),
        of_rows=len(rows),
        filters=tuple(filters.kept().items()),
        sorted_by="event",
        notes=(NOTE,),
    )
    file = write_listing("events", tuple(columns), statement, file_format)  # type: ignore[arg-type]
    return file.content, file.content_type


def _cell(value: Any, file_format: str) -> Any:
    """A value in a cell of a table: structures as JSON, yes and no in words."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return "; ".join(value) or None
    if isinstance(value, dict):
        text = json.dumps(value, ensure_ascii=False, sort_keys=True)
        if file_format == "xlsx" and len(text) > LONGEST_CELL:
            return f"{len(text):,} characters, more than a cell of a workbook holds: they are in the other formats"
        return text
    return value
