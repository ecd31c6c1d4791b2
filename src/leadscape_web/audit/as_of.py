"""How did a record, or a whole table, stand at a moment?

The history keeps every row before and after each change. So a record at a moment is what the first event after it says
was before; where nothing happened since, it is the row as it is now. Recorded time is meant: what this service held
then, not what was true of the school.

Only tables with a history can be asked, and only what the reader may see now: the database shows nothing else. The
values that the history does not keep (names of people, secrets) are in no answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from leadscape.core.errors import NotFound
from leadscape_web.accounts.protection import ADMINISTRATOR, TABLES
from leadscape_web.accounts.wording import changed_columns
from leadscape_web.audit.subjects import TITLE_COLUMNS

Row = dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """One record at one moment and now.

    Attributes
    ----------
    row
        The record as it stood; null: this service did not hold it then.
    now
        The record as it is; null: it is gone.
    first_recorded_at
        When this service recorded it first; null where that is older than the history.
    """

    table: str
    record: str
    at: datetime
    row: Row | None
    now: Row | None
    first_recorded_at: datetime | None

    @property
    def differing(self) -> tuple[str, ...]:
        """Columns that are not now as they were."""
        return changed_columns(self.row, self.now) if self.row is not None and self.now is not None else ()


@dataclass(frozen=True)
class Difference:
    """One record that is not the same at two moments; null: it was not there."""

    record: str
    before: Row | None
    after: Row | None


class Outlined(NamedTuple):
    """One record that is not the same at two moments: ``what`` (added, removed, changed) and how it is called.

    ``before`` and ``after`` are null unless it was changed.
    """

    record: str
    what: str
    title: str
    before: Row | None
    after: Row | None


def end_of(day: date) -> datetime:
    """The moment at which a day ends, where the service is."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def record_as_of(table: str, record: str, at: datetime) -> Standing:
    """One record as it stood at a moment.

    Raises
    ------
    NotFound
        When the table has no history, or the reader may not see the record.
    """
    key, dropped = _askable(table)
    with connection.cursor() as cursor:
        cursor.execute(
            f'select (select to_jsonb(t) - %s::text[] from "{table}" t where t."{key}"::text = %s),'
            " e.before, e.id is not null,"
            " (select min(f.at) from audit_event f"
            "  where f.table_name = %s and f.record_id = %s and f.action = 'insert')"
            " from (select 1) as one left join lateral (select id, before from audit_event"
            " where table_name = %s and record_id = %s and at > %s order by id limit 1) e on true",
            [dropped, record, table, record, table, record, at],
        )
        [(now, before, changed_since, first)] = cursor.fetchall()
    current = _loaded(now)
    then = _loaded(before) if changed_since else current
    if current is None and not changed_since and first is None:
        raise _unseen(f"There is no record {record} of {table} that you may see.")
    return Standing(table, record, at, then, current, first)


def table_as_of(table: str, at: datetime) -> dict[str, Row]:
    """Every record of a table that the reader may see, as it stood at a moment, by its key.

    Raises
    ------
    NotFound
        When the table has no history.
    """
    key, dropped = _askable(table)
    with connection.cursor() as cursor:
        cursor.execute(
            "with later as (select distinct on (record_id) record_id, before from audit_event"
            "  where table_name = %s and at > %s order by record_id, id)"
            f' select t."{key}"::text, to_jsonb(t) - %s::text[] from "{table}" t'
            f' where not exists (select 1 from later where later.record_id = t."{key}"::text)'
            " union all select record_id, before from later where before is not null",
            [table, at, dropped],
        )
        return {record: json.loads(row) for record, row in cursor.fetchall()}


def count_as_of(table: str, at: datetime) -> int:
    """How many records of a table that the reader may see there were at a moment.

    Raises
    ------
    NotFound
        When the table has no history.
    """
    key, _ = _askable(table)
    with connection.cursor() as cursor:
        cursor.execute(
            "with later as (select distinct on (record_id) record_id, before from audit_event"
            "  where table_name = %s and at > %s order by record_id, id)"
            f' select (select count(*) from "{table}" t'
            f'  where not exists (select 1 from later where later.record_id = t."{key}"::text))'
            " + (select count(*) from later where before is not null)",
            [table, at],
        )
        [(count,)] = cursor.fetchall()
        return int(count)


def changes_between(table: str, earlier: datetime, later: datetime) -> Iterator[Difference]:
    """Records of a table that differ between two moments, from their events alone, by key.

    Raises
    ------
    NotFound
        When the table has no history.
    """
    for record, before, after in _between(table, earlier, later, "f.before, l.after"):
        yield Difference(record, _loaded(before), _loaded(after))


def outline_between(table: str, earlier: datetime, later: datetime) -> Iterator[Outlined]:
    """The same for long lists: values only of records that were changed, of others how they are called.

    Raises
    ------
    NotFound
        When the table has no history.
    """
    named = ", ".join(f"coalesce(l.after, f.before) ->> '{column}'" for column in TITLE_COLUMNS)
    both = "f.before is not null and l.after is not null"
    values = (
        f"case when f.before is null then 'added' when l.after is null then 'removed' else 'changed' end,"
        f" coalesce({named}, ''), case when {both} then f.before end, case when {both} then l.after end"
    )
    for record, what, title, before, after in _between(table, earlier, later, values):
        yield Outlined(record, what, title, _loaded(before), _loaded(after))


def _between(table: str, earlier: datetime, later: datetime, values: str) -> Iterator[tuple[Any, ...]]:
    _askable(table)
    with connection.cursor() as cursor:
        cursor.execute(
            "with span as materialized (select record_id, min(id) as first, max(id) as last from audit_event"
            "  where table_name = %s and at > %s and at <= %s group by record_id)"
            f" select s.record_id, {values} from span s"
            " join audit_event f on f.id = s.first join audit_event l on l.id = s.last"
            " where f.before is distinct from l.after order by s.record_id",
            [table, earlier, later],
        )
        yield from cursor.fetchall()


def differences(earlier: Mapping[str, Row], later: Mapping[str, Row]) -> tuple[Difference, ...]:
    """Records that differ between two states of a table, by key."""
    keys = sorted(set(earlier) | set(later))
    return tuple(
        Difference(key, earlier.get(key), later.get(key))
        for key in keys
        if earlier.get(key) != later.get(key)
    )


def _askable(table: str) -> tuple[str, list[str]]:
    """Key column of a table with a history, and the columns that the history does not keep."""
    rule = TABLES.get(table)
    if rule is None or rule.audience is None:
        raise _unseen(f"There is no table {table} with a history.")
    if rule.audience == "administration":
        # A row may be seen by others than its history (one's own account), and would then seem never to have changed.
        with connection.cursor() as cursor:
            cursor.execute(f"select leadscape_everywhere({ADMINISTRATOR})")
            if cursor.fetchone() != (True,):
                raise _unseen(f"The history of {table} is for administrators of the nation.")
    return rule.key, [*rule.left_out, *rule.quiet]


def _loaded(value: str | None) -> Row | None:
    return None if value is None else json.loads(value)


def _unseen(what: str) -> NotFound:
    return NotFound(
        what,
        "A record outside your area is not told apart from one that does not exist.",
        "Start from the record's own page, which links to its history.",
    )
