"""What happened to a record: who changed what, when and why, in words, for whoever may see it.

The database shows only events that the reader may see. Persons are never named: an actor is "you", a name the reader
may see as an administrator, or "a user of Northshire".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q

from leadscape_web.accounts.actors import who_acted
from leadscape_web.accounts.protection import TABLES
from leadscape_web.accounts.wording import Change, changes_in_words, names_of
from leadscape_web.audit.models import Event
from leadscape_web.audit.subjects import ACTION_WORDS, Subject, words_of

NEWEST: Final = 400
"""Events that a page reads at most; older ones are in the list of the audit."""
NO_REASON: Final = "no reason is asked for this change"


@dataclass(frozen=True)
class Part:
    """What was done to one record.

    Attributes
    ----------
    what
        In words: "Role-holding changed".
    changes
        Columns with their values before and after; empty for what was added or removed.
    """

    event: int
    table: str
    record: str
    what: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Entry:
    """Everything that one user changed together.

    Attributes
    ----------
    at
        When.
    who
        As the reader may know them.
    why
        The reason that was given.
    parts
        What was changed, record by record.
    also
        In words, how many more records of each kind were added or removed with it: "24 other names of a school added".
    """

    at: datetime
    who: str
    why: str
    parts: tuple[Part, ...]
    also: tuple[str, ...] = field(default=())


def history_of(table: str, record: str) -> tuple[Entry, ...]:
    """What happened to one record, newest first; empty where the reader may not see it."""
    return entries_of(Event.objects.filter(table=table, record=str(record)).order_by("-id")[:NEWEST])


def history_of_subject(subject: Subject, record: str, person: UUID | None = None) -> tuple[Entry, ...]:
    """What happened to a record and to all that belongs to its page, newest first."""
    about = Q(table=subject.table, record=str(record))
    if subject.by_person and person is not None:
        about |= Q(person=person)
    for table, keys in _related(subject, str(record)).items():
        about |= Q(table=table, record__in=keys)
    return entries_of(Event.objects.filter(about).order_by("-id")[:NEWEST])


def _related(subject: Subject, record: str) -> dict[str, list[str]]:
    """Keys of the records that belong to a page, by table, in one query."""
    if not subject.related:
        return {}
    parts = [
        f'select \'{table}\', array(select "{TABLES[table].key}"::text from "{table}" where "{column}" = %s)'
        for table, column in subject.related
    ]
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts), [record] * len(parts))
        return {table: keys for table, keys in cursor.fetchall() if keys}


def entries_of(events: Iterable[Any], *, together: bool = True) -> tuple[Entry, ...]:
    """Events, newest first, in words; those of one request ``together``. Two queries, however many there are."""
    read: Sequence[Any] = list(events)
    who = who_acted((event.actor, event.at) for event in read)
    names = names_of(row for event in read for row in (event.before, event.after))
    made = []
    for _, group in groupby(read, key=lambda event: _act(event) if together else event.id):
        grouped = list(group)
        first = grouped[0]
        parts = tuple(_part(event, names) for event in grouped)
        shown, also = _fold(parts)
        made.append(Entry(first.at, who[first.actor, first.at], first.why or NO_REASON, shown, also))
    return tuple(made)


def _act(event: Any) -> tuple[Any, ...]:
    return event.request or event.id, event.actor, event.why


def _part(event: Any, names: Any) -> Part:
    words = words_of(event.table)
    what = f"{words[0].upper()}{words[1:]} {ACTION_WORDS[event.action]}"
    changes: tuple[Change, ...] = ()
    if event.action == "update":
        changes = changes_in_words(event.before, event.after, names, event.changed)
    return Part(event.id, event.table, event.record, what, changes)


def _fold(parts: tuple[Part, ...]) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """Changes one by one; what was added or removed only counted, where it is more than one of a kind."""
    counts: dict[str, list[Part]] = {}
    for part in parts:
        if not part.changes:
            counts.setdefault(part.what, []).append(part)
    also = tuple(f"{what} ({len(found)})" for what, found in counts.items() if len(found) > 1)
    return tuple(part for part in parts if part.changes or len(counts[part.what]) == 1), also
