"""The database does what is declared, table by table, and the plain role can do nothing else."""

from __future__ import annotations

import re
from importlib.resources import files

import psycopg.errors
import pytest
from django.db import ProgrammingError, connection, transaction

from leadscape_web.accounts.protection import SQL_FILES, TABLES, TRIGGER_FUNCTIONS
from leadscape_web.config.roles import OWNER

pytestmark = pytest.mark.django_db
OPERATIONS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
WITHOUT_HISTORY = {
    "accounts_person": "an id that says nothing; what is about the person has a history",
    "accounts_cache": "counters of attempts",
    "django_session": "who is signed in now",
    "accounts_keptwrite": "which record a program's write was about, kept for a day; the write itself has a history",
    "jobs_job": "its own record: who asked for what, when, and what came of it",
    "imports_upload": "a file as it was brought, never changed but emptied; its import has a history",
    "imports_absence": "each row says who answered it and when; what came of the answer has a history",
}
"""Tables that the service writes and whose changes leave no event, and why."""


def rows(statement: str, values: list | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        return isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege)
    return False


def test_every_table_and_view_has_a_rule_and_every_rule_a_table() -> None:
    found = rows(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm', 'f')"
    )
    assert {name for (name,) in found} == set(TABLES)


def test_there_are_no_other_schemas() -> None:
    found = {name for (name,) in rows("select nspname from pg_namespace where nspname !~ '^pg_'")}
    assert found == {"public", "information_schema"}


@pytest.mark.parametrize("table", TABLES)
def test_what_the_plain_role_is_granted_is_what_is_declared(table: str) -> None:
    declared = {
        operation: columns.strip("() ") if columns else None
        for operation, columns in re.findall(
            r"(SELECT|INSERT|UPDATE|DELETE)(\s*\([^)]*\))?", TABLES[table].grants
        )
    }
    whole = {operation for (operation,) in rows(
        "select privilege_type from information_schema.table_privileges where table_name = %s"
        " and grantee in (current_user, 'PUBLIC')", [table])}  # fmt: skip
    assert whole == {operation for operation, columns in declared.items() if columns is None}
    by_column: dict[str, set[str]] = {}
    for operation, column in rows(
        "select privilege_type, column_name from information_schema.column_privileges"
        " where table_name = %s and grantee in (current_user, 'PUBLIC')", [table]):  # fmt: skip
        by_column.setdefault(operation, set()).add(column)
    for operation, columns in declared.items():
        if columns is not None:
            assert by_column[operation] == {column.strip() for column in columns.strip(" ()").split(",")}
    assert set(by_column) <= set(declared)


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_secured_where_that_is_declared(table: str) -> None:
    rule = TABLES[table]
    [(secured,)] = rows("select relrowsecurity from pg_class where oid = %s::regclass", [table])
    assert secured == rule.secured
    policies = {operation: (role, permissive) for operation, role, permissive in rows(
        "select cmd, roles::text, permissive from pg_policies where tablename = %s", [table])}  # fmt: skip
    if not rule.secured:
        assert not policies
        return
    assert set(policies) == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert set(policies.values()) == {("{leadscape_service}", "PERMISSIVE")}


def test_policies_say_what_is_declared(service_server) -> None:
    # PostgreSQL writes a condition in its own words; a policy made from the declaration is written the same.
    same = (
        "select count(distinct coalesce(qual, with_check)) from pg_policies where tablename = %s and cmd = %s"
    )
    with psycopg.connect(service_server.url(OWNER, "world")) as owner:
        for table, rule in TABLES.items():
            if not rule.secured:
                continue
            write = rule.write or "false"
            for operation, condition in (
                ("select", rule.read),
                ("insert", write),
                ("update", rule.change or write),
                ("delete", rule.remove or write),
            ):
                clause = "with check" if operation == "insert" else "using"
                owner.execute(f'create policy declared on "{table}" for {operation} {clause} ({condition})')
                assert owner.execute(same, [table, operation.upper()]).fetchone() == (1,), (operation, table)
                owner.execute(f'drop policy declared on "{table}"')
        owner.rollback()


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_the_service_writes_has_a_history(table: str) -> None:
    rule = TABLES[table]
    writes = re.search("INSERT|UPDATE|DELETE", rule.grants)
    assert not writes or rule.audience or table in WITHOUT_HISTORY
    triggers = {name for (name,) in rows(
        "select tgname from pg_trigger where tgrelid = %s::regclass and tgenabled = 'O'", [table])}  # fmt: skip
    needed = {
        "leadscape_insert",
        "leadscape_update",
        "leadscape_delete",
        "leadscape_fixed",
        "leadscape_whole",
    }
    assert triggers & needed == (needed if rule.audience else set())


def test_personal_tables_are_secured() -> None:
    with_people = {table for (table,) in rows(
        "select table_name from information_schema.columns where table_schema = 'public'"
        " and column_name in ('person_id', 'leader_id', 'user_id', 'full_name', 'email')")}  # fmt: skip
    assert {"accounts_personname", "survey_leader", "audit_event", "accounts_user"} <= with_people
    assert {table for table in with_people if not TABLES[table].secured} == set()


def test_views_do_not_show_rows_to_functions_of_the_reader() -> None:
    views = dict(
        rows(
            "select relname, reloptions::text from pg_class"
            " where relkind = 'v' and relnamespace = 'public'::regnamespace"
        )
    )
    # audit_listed shows all rows or none, decided before the first is read (see listed.sql and the test of rows).
    assert views == {"survey_anonymousholding": "{security_barrier=true}", "audit_listed": None}


def test_no_sequence_is_the_plain_roles_to_read_or_move() -> None:
    found = rows(
        "select c.relname, has_sequence_privilege(c.oid, 'USAGE, SELECT, UPDATE') from pg_class c"
        " where c.relkind = 'S' and c.relnamespace = 'public'::regnamespace"
    )
    assert found
    assert not [name for name, allowed in found if allowed]


def test_functions_with_the_owners_rights_look_up_names_in_one_place_only() -> None:
    functions = rows(
        "select p.proname, p.prosecdef, p.proconfig::text, has_function_privilege(p.oid, 'EXECUTE'),"
        " has_function_privilege('public', p.oid, 'EXECUTE')"
        " from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname like 'leadscape\\_%%'"
    )
    assert len(functions) > 15
    for name, definer, settings, mine, everybodys in functions:
        assert not definer or '"search_path=public, pg_temp"' in settings, name
        assert not everybodys, name
        assert mine == (re.fullmatch(TRIGGER_FUNCTIONS, name) is None), name


@pytest.mark.parametrize(
    "statement",
    [
        "set role leadscape_owner",
        "set session authorization leadscape_owner",
        "create table public.mine (id int)",
        "create schema mine",
        "create function public.mine() returns int language sql as 'select 1'",
        "alter table survey_leader disable row level security",
        "alter table survey_leader disable trigger all",
        "alter table audit_event disable trigger leadscape_append_only",
        "drop policy leadscape_read on survey_leader",
        "create policy mine on survey_leader for select using (true)",
        "grant select on leadscape_secret to public",
        "select * from leadscape_secret",
        "select * from pg_authid",
        "select * from pg_shadow",
        "select pg_read_file('/etc/passwd')",
        "copy survey_leader to program 'true'",
        "truncate survey_leader",
        "select setval('audit_event_id_seq', 1)",
        "select nextval('audit_event_id_seq')",
        "lock table audit_event in exclusive mode",
        "create extension dblink",
        "set session_replication_role = replica",
        "alter role leadscape_service superuser",
    ],
)
def test_the_plain_role_cannot(statement: str) -> None:
    assert refused(statement)


def test_switching_row_level_security_off_shows_an_error_and_no_rows() -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local row_security = off")
    assert refused("select * from survey_leader")


def test_statistics_hold_no_values_of_people() -> None:
    assert (
        rows(
            "select most_common_vals from pg_stats where tablename in ('accounts_personname', 'accounts_user')"
        )
        == []
    )


def test_no_function_is_made_twice() -> None:
    """The second would quietly take the place of the first, with every rule that asks it."""
    made: dict[str, str] = {}
    for package, name in SQL_FILES:
        text = files(package).joinpath("sql", name).read_text(encoding="utf-8")
        for function in re.findall(r"create or replace (?:function|view) (\w+)", text):
            assert function not in made, f"{function} of {made[function]} is made again by {package} {name}"
            made[function] = f"{package} {name}"
    assert len(made) > 50
