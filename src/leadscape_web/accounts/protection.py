"""How PostgreSQL is made to enforce the rules of the tables on every migration: grants, row security, triggers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any, Final

from leadscape_web.accounts.table_rules import ADMINISTRATOR, NAMED, TABLES, TableRule, seen_by_name

__all__ = [
    "ADMINISTRATOR",
    "NAMED",
    "SQL_FILES",
    "TABLES",
    "TRIGGER_FUNCTIONS",
    "TableRule",
    "declare",
    "protect",
]

SQL_FILES: list[tuple[str, str]] = [
    ("leadscape_web.accounts", "area.sql"),
    ("leadscape_web.accounts", "people.sql"),
    ("leadscape_web.accounts", "joining.sql"),
    ("leadscape_web.accounts", "guards.sql"),
    ("leadscape_web.accounts", "actors.sql"),
    ("leadscape_web.accounts", "counting.sql"),
    ("leadscape_web.audit", "record.sql"),
    ("leadscape_web.audit", "listed.sql"),
    ("leadscape_web.survey", "anonymous.sql"),
]
"""Functions, triggers and views, in the order in which they need each other."""
TRIGGER_FUNCTIONS: Final = "leadscape_(record|keep|refuse|guard_.*|keep_an_administrator)"


def declare(tables: Mapping[str, TableRule], sql: Iterable[tuple[str, str]] = ()) -> None:
    """Add the rules of the tables of a higher app, and the SQL they need. Called when the app is ready.

    Raises
    ------
    ValueError
        When a table has a rule already.
    """
    twice = set(tables) & set(TABLES)
    if twice:
        raise ValueError(f"two rules for the tables {sorted(twice)}")
    TABLES.update(tables)
    SQL_FILES.extend(sql)


def protect(cursor: Any, service: str) -> None:
    """Make the database enforce :data:`TABLES` for the plain role ``service``. Safe to repeat; run as the owner."""
    for package, name in SQL_FILES:
        text = files(package).joinpath("sql", name).read_text(encoding="utf-8")
        cursor.execute(text.replace("{seen}", seen_by_name()))
    role = f'"{service}"'
    cursor.execute(f"revoke all on all tables in schema public from public, {role}")
    cursor.execute(f"revoke all on all sequences in schema public from public, {role}")
    cursor.execute(f"revoke create on schema public from public, {role}")
    cursor.execute(f"grant usage on schema public to {role}")
    for statement in (*_function_grants(cursor, role), *_former(cursor)):
        cursor.execute(statement)
    for table, rule in TABLES.items():
        for statement in _statements(table, rule, role):
            cursor.execute(statement)


def _function_grants(cursor: Any, role: str) -> list[str]:
    """Our functions are the plain role's to call and nobody else's; those of triggers are nobody's."""
    cursor.execute(
        "select p.oid::regprocedure::text, p.proname ~ %s from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where n.nspname = 'public' and p.proname like 'leadscape\\_%%'",
        [f"^{TRIGGER_FUNCTIONS}$"],
    )
    made = []
    for function, by_trigger in cursor.fetchall():
        made.append(f"revoke all on function {function} from public, {role}")
        if not by_trigger:
            made.append(f"grant execute on function {function} to {role}")
    return made


def _former(cursor: Any) -> list[str]:
    """Policies and triggers of an earlier declaration."""
    cursor.execute("select policyname, tablename from pg_policies where policyname like 'leadscape\\_%'")
    policies = [f'drop policy "{name}" on "{table}"' for name, table in cursor.fetchall()]
    cursor.execute(
        "select tgname, tgrelid::regclass::text from pg_trigger where not tgisinternal"
        " and tgname ~ '^leadscape_(insert|update|delete|fixed|whole)$'"
    )
    return policies + [f'drop trigger "{name}" on {table}' for name, table in cursor.fetchall()]


def _statements(table: str, rule: TableRule, role: str) -> list[str]:
    made = [f'grant {rule.grants} on "{table}" to {role}'] if rule.grants else []
    if rule.secured:
        write = rule.write or "false"
        change, remove = rule.change or write, rule.remove or write
        made += [
            f'alter table "{table}" enable row level security',
            f'create policy leadscape_read on "{table}" for select to {role} using ({rule.read})',
            f'create policy leadscape_write on "{table}" for insert to {role} with check ({write})',
            f'create policy leadscape_change on "{table}" for update to {role} using ({change}) with check ({change})',
            f'create policy leadscape_remove on "{table}" for delete to {role} using ({remove})',
        ]
    if rule.audience:
        made += _history(table, rule)
    return made


def _history(table: str, rule: TableRule) -> list[str]:
    arguments = ", ".join(
        f"'{argument}'"
        for argument in (rule.audience, rule.key, *(",".join(columns) for columns in
                         (rule.left_out, rule.unasked, rule.quiet)))
    )  # fmt: skip
    made = []
    for operation, tables in (("insert", "new table as changed"), ("delete", "old table as former"),
                              ("update", "old table as former new table as changed")):  # fmt: skip
        made.append(
            f'create trigger leadscape_{operation} after {operation} on "{table}" referencing {tables}'
            f" for each statement execute function leadscape_record({arguments})"
        )
    fixed = (rule.key, *rule.fixed)
    differs = " or ".join(f'old."{column}" is distinct from new."{column}"' for column in fixed)
    return [
        *made,
        f'create trigger leadscape_fixed before update on "{table}" for each row when ({differs})'
        f" execute function leadscape_keep('{','.join(fixed)}')",
        f'create trigger leadscape_whole before truncate on "{table}" for each statement'
        " execute function leadscape_refuse()",
    ]
