"""What pages about history show: events as rows, a record on a day beside now, two days of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl
from django.urls import NoReverseMatch, reverse

from leadscape_web.accounts.wording import (
    Change,
    changed_columns,
    changes_in_words,
    is_id,
    label_of,
    names_of,
    shown_columns,
    value_in_words,
)
from leadscape_web.audit.as_of import Outlined, Row, Standing
from leadscape_web.audit.history import entries_of
from leadscape_web.audit.models import Listed
from leadscape_web.audit.subjects import subject_of, title_of, words_of
from leadscape_web.govuk.listing import Column, Filter, Listing
from leadscape_web.govuk.wording import written, written_date

WHOLE: Final = "The whole record"
_OUTLINE: Final = ("record", "title", "what", "column", "before", "after")
_BY_PLACE: Final = {
    "survey_leader": "home_school_id",
    "survey_roleholding": "role",
    "survey_support": "partner_school_id",
}
"""Records without a name of their own, and the value by which one is told from another."""
SHOWN_ID: Final = 12
NOT_SHOWN: Final = "about a person whom your rights do not show"


@dataclass(frozen=True)
class RecordLinks:
    """Where a record is told of. ``page`` is null where it has none; ``number`` empty where only an id names it."""

    title: str
    words: str
    number: str
    table: str
    record: str
    page: str | None
    history: str
    as_of: str


@dataclass(frozen=True)
class EventRow:
    """One event of the list."""

    event: int
    at: str
    who: str
    what: str
    record: str
    history: str
    changes: tuple[Change, ...]
    note: str
    why: str


@dataclass(frozen=True)
class ValueThen:
    """One column of a record: its value on the day, and now where that differs."""

    label: str
    then: str
    now: str
    differs: bool


@dataclass(frozen=True)
class ShownStanding:
    """A record on a day.

    Attributes
    ----------
    held
        Whether the service held it then; ``sentence`` says so.
    rows
        Its values.
    differing
        How many of them are not now as they were.
    """

    sentence: str
    held: bool
    rows: tuple[ValueThen, ...]
    differing: int


def record_links(table: str, record: str, row: Mapping[str, Any] | None = None) -> RecordLinks:
    """Where a record is told of."""
    subject = subject_of(table)
    page = None
    if subject and subject.page:
        try:
            page = reverse(subject.page, args=[record])
        except NoReverseMatch:
            page = None
    title = title_of(table, row)
    if (told := _BY_PLACE.get(table)) and row and row.get(told):
        title = f"{title}: {value_in_words(told, row[told], names_of([{told: row[told]}]))}"
    return RecordLinks(
        title=title,
        words=words_of(table),
        number="" if is_id(record) else record,
        table=table,
        record=record,
        page=page,
        history=reverse("audit:history", args=[table, record]),
        as_of=reverse("audit:as_of", args=[table, record]),
    )


def event_rows(events: Iterable[Listed]) -> tuple[EventRow, ...]:
    """Events for the list, each for itself."""
    read = list(events)
    by_id = {part.event: (entry, part) for entry in entries_of(read, together=False) for part in entry.parts}
    rows = []
    for event in read:
        entry, part = by_id[event.id]
        note = "" if event.shown else f"{_listed(event.changed)}{NOT_SHOWN}"
        rows.append(
            EventRow(
                event=event.id,
                at=str(written(event.at)),
                who=entry.who,
                what=part.what,
                record=event.record if len(event.record) <= SHOWN_ID else f"{event.record[:8]}…",
                history=reverse("audit:history", args=[event.table, event.record]),
                changes=part.changes if event.shown else (),
                note=note,
                why=entry.why,
            )
        )
    return tuple(rows)


def show_standing(standing: Standing, day: date) -> ShownStanding:
    """A record on a day beside now, in words."""
    names = names_of([standing.row, standing.now])
    words = words_of(standing.table)
    if standing.row is None:
        since = (
            f": it was recorded first on {written(standing.first_recorded_at)}"
            if standing.first_recorded_at
            else ""
        )
        return ShownStanding(
            f"This service held no such {words} at the end of {written_date(day)}{since}.", False, (), 0
        )
    differing = set(standing.differing)
    rows = tuple(
        ValueThen(
            label_of(column),
            value_in_words(column, standing.row.get(column), names),
            value_in_words(column, (standing.now or {}).get(column), names) if column in differing else "",
            column in differing,
        )
        for column in shown_columns(standing.row)
    )
    told = sum(row.differs for row in rows)
    if standing.now is None:
        sentence = f"It is no longer held. At the end of {written_date(day)} it stood as below."
    elif not told:
        sentence = f"Nothing differs between the end of {written_date(day)} and now."
    else:
        sentence = f"{told} of {len(rows)} values differ between the end of {written_date(day)} and now."
    return ShownStanding(sentence, True, rows, told)


def two_days_listing(table: str, earlier: date, later: date, found: Iterable[Outlined]) -> Listing:
    """What differs in a table between the ends of two days: one row a value, or a record that came or went."""
    outlined = list(found)
    names = names_of(row for one in outlined for row in (one.before, one.after))
    words = words_of(table)
    rows = [row for one in outlined for row in _outline_rows(one, names)]
    return Listing(
        name=f"changes-{table.replace('_', '-')}",
        title=f"Changes from {written_date(earlier)} to {written_date(later)}",
        about=f"One value of one {words} that is not the same at the end of both days.",
        columns=(
            Column(
                "record", "Record", href=lambda row: reverse("audit:history", args=[table, row["record"]])
            ),
            Column("title", "Name", missing="Without a name of its own"),
            Column("what", "What"),
            Column("column", "Value"),
            Column("before", f"On {written_date(earlier)}"),
            Column("after", f"On {written_date(later)}"),
        ),
        rows=pl.DataFrame(rows, schema=dict.fromkeys(_OUTLINE, pl.String), orient="row"),
        source="the history of this service",
        filters=(Filter("what", "What"), Filter("column", "Value")),
        empty="Nothing changed between the two days.",
        notes=("Recorded time: what this service held at the end of each day.",),
    )


def _outline_rows(one: Outlined, names: Any) -> list[tuple[str, str, str, str, str | None, str | None]]:
    if one.what == "added":
        return [(one.record, one.title, one.what, WHOLE, "Not held", "Held")]
    if one.what == "removed":
        return [(one.record, one.title, one.what, WHOLE, "Held", "Not held")]
    changes = changes_in_words(one.before, one.after, names) or _unspoken(one.before, one.after)
    return [
        (one.record, one.title, one.what, change.label, change.before, change.after) for change in changes
    ]


def _unspoken(before: Row | None, after: Row | None) -> tuple[Change, ...]:
    """Columns that are told nowhere else, so that no difference is left out."""
    return tuple(
        Change(column, label_of(column), str((before or {}).get(column)), str((after or {}).get(column)))
        for column in changed_columns(before, after)
    )


def _listed(columns: list[str]) -> str:
    return f"{', '.join(label_of(column) for column in columns)}: " if columns else ""
