"""May this release serve this database? The database answers, has every table of the release, and protects people."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.loader import MigrationLoader

from leadscape_web.accounts import protection

MARK: Final = "leadscape protection "
"""Begins the comment of the table ``django_migrations`` that says which rules were applied last."""


@cache
def fingerprint() -> str:
    """Of everything that says who may see and change what: the rules of the tables and the functions they call."""
    made = sha256(repr(sorted(protection.TABLES.items())).encode())
    made.update(files("leadscape_web.accounts").joinpath("protection.py").read_bytes())
    for package, name in protection.SQL_FILES:
        made.update(files(package).joinpath("sql", name).read_bytes())
    return made.hexdigest()


@cache
def release_migrations() -> frozenset[tuple[str, str]]:
    """Every migration that this release knows."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    assert loader.disk_migrations is not None
    return frozenset(loader.disk_migrations)


def note_protection(cursor: Any) -> None:
    """Write down, as the owner, that the rules of this release were applied."""
    cursor.execute(f"comment on table django_migrations is '{MARK}{fingerprint()}'")


def reasons_against(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Sentences that say why people must not be sent here; none when they may. Names no host and no role."""
    try:
        with connections[using].cursor() as cursor:
            return reasons_in(cursor)
    except Error:
        return ["The database does not answer."]


def reasons_in(cursor: Any) -> list[str]:
    """The same, asked of one connection."""
    cursor.execute("select to_regclass('django_migrations') is not null")
    if cursor.fetchone() != (True,):
        return ["The database is empty: run the migrations."]
    return [*_of_migrations(cursor), *plain_role(cursor), *_of_protection(cursor)]


def plain_role(cursor: Any) -> list[str]:
    """What makes the connected role one that row-level security does not stop."""
    cursor.execute(
        "select rolsuper, rolbypassrls, exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'public' and c.relkind = 'r' and pg_has_role(current_user, c.relowner, 'usage'))"
        " from pg_roles where rolname = current_user"
    )
    superuser, bypasses, owns = cursor.fetchone() or (True, True, True)
    return [
        sentence
        for applies, sentence in (
            (superuser, "The role that serves is a superuser, whom row-level security does not stop."),
            (bypasses, "The role that serves may bypass row-level security."),
            (
                owns and not superuser,
                "The role that serves owns tables, so row-level security does not stop it.",
            ),
        )
        if applies
    ]


def _of_migrations(cursor: Any) -> list[str]:
    cursor.execute("select app, name from django_migrations")
    missing = len(release_migrations() - set(cursor.fetchall()))
    if not missing:
        return []
    return [
        f"{missing} migration{'s' if missing > 1 else ''} of this release not applied: run the migrations."
    ]


def _of_protection(cursor: Any) -> list[str]:
    reasons = []
    cursor.execute("select obj_description('django_migrations'::regclass)")
    if cursor.fetchone() != (f"{MARK}{fingerprint()}",):
        reasons.append("The rules of protection are those of another release: run the migrations.")
    secured = [table for table, rule in protection.TABLES.items() if rule.secured]
    cursor.execute(
        "select count(*) from unnest(%s::text[]) t(name) left join pg_class c on c.oid = to_regclass(t.name)"
        " where c.relrowsecurity is not true",
        [secured],
    )
    (bare,) = cursor.fetchone()
    if bare:
        reasons.append(
            f"Row-level security is off on {bare} table{'s' if bare > 1 else ''} that must have it."
        )
    return reasons
