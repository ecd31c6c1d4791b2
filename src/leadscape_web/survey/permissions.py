"""Who may see and change which people: asked of the database, with the very conditions that it enforces."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import connection
from django.http import HttpRequest

from leadscape_web.accounts.models import Right
from leadscape_web.accounts.protection import NAMED, TABLES
from leadscape_web.accounts.rules import EDITS, SEES_ANONYMOUS, SEES_PEOPLE


def sees_people(request: HttpRequest) -> bool:
    """Whether the user may see people by name at all; the database decides which."""
    return SEES_PEOPLE.allows(request.accesses)  # type: ignore[attr-defined]


def edits(request: HttpRequest) -> bool:
    """Whether the user edits records at all; the database decides which."""
    return EDITS.allows(request.accesses)  # type: ignore[attr-defined]


def why_not_shown(request: HttpRequest) -> str:
    """Why somebody who may not see people sees none here, and what to do."""
    held = {right for right, _ in request.accesses}  # type: ignore[attr-defined]
    if SEES_ANONYMOUS.allows(request.accesses):  # type: ignore[attr-defined]
        return "People are not shown to researchers. Role-holdings without names or schools have a list of their own."
    if Right.ADMINISTRATOR in held:
        return (
            "People are not shown to administrators, who look after users and organisations. Ask for the right to read"
            " if your work needs it."
        )
    return "People are not shown to you. Ask an administrator of your organisation for the right to read."


def covers_school(urn: str) -> bool:
    """Whether the school is in the area in which the user sees people."""
    return bool(covered_schools([urn]))


def covered_schools(urns: Iterable[str]) -> frozenset[str]:
    """Those of the schools that are in the area in which the user sees people."""
    statement = (
        f"select urn from unnest(%s::text[]) as asked(urn) where (select leadscape_everywhere({NAMED}))"
        f" or urn in (select leadscape_covered_schools({NAMED}))"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(urns)])
        return frozenset(urn for (urn,) in cursor.fetchall())


def covers_authority(code: str) -> bool:
    """Whether the whole authority is in the area in which the user sees people."""
    statement = f"select leadscape_everywhere({NAMED}) or %s = any (leadscape_authorities({NAMED}))"
    with connection.cursor() as cursor:
        cursor.execute(statement, [code])
        return cursor.fetchone() == (True,)


def can_change(table: str, key: uuid.UUID) -> bool:
    """Whether the user may change a row of a table that is seen: the condition of its policy, no second copy of it.

    Parameters
    ----------
    table
        A secured table, such as ``survey_leader``.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f'select exists (select 1 from "{table}" where id = %s and ({_condition(table)}))', [key]
        )
        return cursor.fetchone() == (True,)


def _condition(table: str) -> str:
    rule = TABLES[table]
    return rule.change or rule.write or "false"
