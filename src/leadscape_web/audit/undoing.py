"""Undo everything that one request or job changed, by changes that set it back. History keeps both.

Only what is still, or again, as that request left it is set back: where anything was changed later, nothing is undone
and every such record is told. Columns whose values the history does not hold (names, addresses) are left as they are,
but for records that the request itself made: those go whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import psycopg.errors
from django.db import IntegrityError, connections, transaction
from psycopg import sql

from leadscape.core.errors import LeadscapeError
from leadscape_web.accounts.context import because
from leadscape_web.accounts.table_rules import TABLES, TableRule

MOST_TOLD: Final = 20
UNDOABLE: Final = ("register_", "survey_", "studies_", "accounts_personname", "accounts_organisation")
"""Beginnings of the names of tables that loads and imports write. What accounts may do is never undone by a number."""
_CHANGED: Final = """
    select table_name, record_id,
           (array_agg(action order by id))[1] as first_action, (array_agg(before order by id))[1]::text as before,
           (array_agg(action order by id desc))[1] as last_action
    from audit_event where request = %s group by table_name, record_id"""
_LATER: Final = """
    with ours as (select distinct on (table_name, record_id) table_name, record_id, id, after as own from audit_event
                  where request = %s order by table_name, record_id, audit_event.id desc),
    later as (select e.table_name, e.record_id, o.own, (array_agg(e.after order by e.id desc))[1] as last,
                     bool_or(e.changed && %s::text[]) as unseen
              from ours o join audit_event e on e.table_name = o.table_name and e.record_id = o.record_id
              where e.id > o.id group by e.table_name, e.record_id, o.own)
    select table_name, record_id from later where unseen or last - 'version' is distinct from own - 'version'
    order by 1, 2"""
"""What stands otherwise by now: what was changed and then set back as it was stands in nobody's way."""


@dataclass(frozen=True)
class Undone:
    """How many records were taken away again, set back, and brought back."""

    removed: int
    set_back: int
    restored: int


class UndoRefused(LeadscapeError):
    """Nothing was undone.

    Attributes
    ----------
    records
        Pairs of table and record that stand in the way.
    """

    def __init__(self, what: str, why: str, records: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(
            what, why, "Nothing was undone. Correct by hand what is wrong, or load a corrected file."
        )
        self.records = records


def undo(request: str, why: str, *, using: str = "owner") -> Undone:
    """Set back what was changed under one number of a request, as the owner role, in the caller's transaction.

    Parameters
    ----------
    request
        The number under which the changes stand in the history: of a request, or the id of a job.

    Raises
    ------
    UndoRefused
        When nothing was changed under the number, or other tables than loads write, when something was changed again
        later, or when other records have come to depend on what would be taken away.
    """
    cursor: Any = connections[using].cursor().cursor
    unseen = sorted({column for rule in TABLES.values() for column in rule.left_out})
    cursor.execute(_LATER, [request, unseen])
    later: tuple[tuple[str, str], ...] = tuple(cursor.fetchall())
    if later:
        told = ", ".join(f"{table} {record}" for table, record in later[:MOST_TOLD])
        more = f" and {len(later) - MOST_TOLD} more" if len(later) > MOST_TOLD else ""
        raise UndoRefused(
            f"{len(later)} records were changed again since: {told}{more}.",
            "Setting them back would overwrite what was done later.",
            later,
        )
    cursor.execute(_CHANGED, [request])
    changes = cursor.fetchall()
    if not changes:
        raise UndoRefused("Nothing was changed under this number.", "There is nothing to set back.")
    others = sorted({table for table, *_ in changes if not table.startswith(UNDOABLE)})
    if others:
        raise UndoRefused(
            f"The number stands for more than a load or an import: it changed {', '.join(others)}.",
            "Accounts, rights and what was asked for are put right where they are administered.",
        )
    because(why, using=using)
    counts = {"removed": 0, "set_back": 0, "restored": 0}
    try:
        with transaction.atomic(using=using):
            # Away first, so that what comes back does not meet what took its place.
            for name, make in (("removed", _remove), ("set_back", _set_back), ("restored", _restore)):
                for table, group in _groups(changes, name).items():
                    counts[name] += make(cursor, table, TABLES[table], group)
            cursor.execute("set constraints all immediate")
            cursor.execute("set constraints all deferred")
    except (psycopg.errors.IntegrityError, IntegrityError) as error:
        raise UndoRefused(
            "Other records have come to depend on what would be taken away.",
            "A school that leaders or jobs are recorded for, for example, cannot be un-opened.",
        ) from error
    return Undone(**counts)


def _groups(changes: list[tuple[Any, ...]], wanted: str) -> dict[str, list[tuple[str, Any]]]:
    """Records by table that are to be ``removed``, ``set_back`` or ``restored``: key, and what was before."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for table, record, first, before, last in changes:
        made, gone = first == "insert", last == "delete"
        if made and gone:
            continue
        way = "removed" if made else "restored" if gone else "set_back"
        if way == wanted:
            found.setdefault(table, []).append((record, before))
    return found


def _remove(cursor: Any, table: str, rule: TableRule, records: list[tuple[str, Any]]) -> int:
    statement = sql.SQL("delete from {} where {}::text = any (%s)").format(
        sql.Identifier(table), sql.Identifier(rule.key)
    )
    cursor.execute(statement, [[record for record, _ in records]])
    return cursor.rowcount


def _set_back(cursor: Any, table: str, rule: TableRule, records: list[tuple[str, Any]]) -> int:
    kept = {rule.key, *rule.left_out, *rule.quiet, *rule.fixed}
    columns = [column for column in _columns(cursor, table) if column not in kept]
    values = [
        # The version goes on growing, so that a form that was open meanwhile is told.
        sql.SQL("t.version + 1") if column == "version" else sql.SQL("b.{}").format(sql.Identifier(column))
        for column in columns
    ]
    statement = sql.SQL(
        "update {table} t set ({columns}) = row({values}) from unnest(%s::text[]) u(r),"
        " lateral jsonb_populate_record(null::{table}, u.r::jsonb) b where t.{key} = b.{key}"
    ).format(
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(values),
        key=sql.Identifier(rule.key),
    )
    cursor.execute(statement, [[before for _, before in records]])
    return cursor.rowcount


def _restore(cursor: Any, table: str, rule: TableRule, records: list[tuple[str, Any]]) -> int:
    if rule.left_out:
        raise UndoRefused(
            f"{len(records)} records of {table} were removed, and the history does not hold all that they said.",
            "Names and addresses are never kept in it.",
            tuple((table, record) for record, _ in records),
        )
    statement = sql.SQL(
        "insert into {table} select b.* from unnest(%s::text[]) u(r),"
        " lateral jsonb_populate_record(null::{table}, u.r::jsonb) b"
    ).format(table=sql.Identifier(table))
    cursor.execute(statement, [[before for _, before in records]])
    return cursor.rowcount


def _columns(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "select column_name from information_schema.columns where table_schema = 'public' and table_name = %s"
        " and is_generated = 'NEVER' order by ordinal_position",
        [table],
    )
    return [column for (column,) in cursor.fetchall()]
