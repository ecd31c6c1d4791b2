"""Every address by right and method, and every table of the database: the reference of permissions.

Rules come from the views and from the declaration of the tables; no database is asked.
"""

from __future__ import annotations

import os
from typing import Final

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadscape_web.config.settings")

import django

django.setup()

from leadscape_web.accounts.addresses import Address, addresses  # noqa: E402
from leadscape_web.accounts.models import Organisation, Right  # noqa: E402
from leadscape_web.accounts.protection import TABLES, TableRule  # noqa: E402
from leadscape_web.accounts.rules import Rule  # noqa: E402

RIGHTS: Final = tuple(Right.values)
INTRODUCTION: Final = """\
# Permissions

A *right* is what somebody may do on behalf of an organisation: a nation, region, authority, trust or school. Rights
stand alone: an administrator sees no leaders. Two gates stand one behind the other.

1. **Views.** Every address has a rule for each method. An address without one opens to nobody, a method without one is
   answered with 405. The tables below are drawn from these rules, and a test asks every address with every right, and every kind of rule on behalf of every kind of organisation.
2. **The database.** Whatever a view asks for, PostgreSQL shows only rows of the user's area and refuses any other
   change. The last table says the rule of each table; a test compares it with the database.

In a cell, **yes** means that the rule lets the right in on behalf of any organisation (the database then shows the part
that lies in its area), **nation** only on behalf of the nation, **sign in** that a browser is sent to sign in and a
program is refused (401), **no** that the page is refused (403). A record outside one's area is not found (404).
"""


def permissions_page(note: str) -> str:
    """The page as Markdown."""
    parts = [note, INTRODUCTION]
    rooms: dict[str, list[Address]] = {}
    for address in sorted(addresses(), key=lambda one: one.route):
        rooms.setdefault(address.room, []).append(address)
    for room, found in sorted(rooms.items()):
        parts += [f"## {room.capitalize()}", "", _head(), *(row for one in found for row in _rows(one)), ""]
    parts += ["## Tables of the database", "", _tables(), ""]
    return "\n".join(parts)


def _head() -> str:
    columns = ["address", "method", "signed out", "no right", *RIGHTS, "who"]
    return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"


def _rows(address: Address) -> list[str]:
    by_rule: dict[Rule, list[str]] = {}
    for method, rule in address.rules.items():
        if method != "HEAD":
            by_rule.setdefault(rule, []).append(method)
    if not by_rule:
        return [f"| `/{address.route}` | none | {'no | ' * (2 + len(RIGHTS))}**no rule** |"]
    return [
        f"| `/{address.route}` | {', '.join(methods)} | {' | '.join(_cells(rule))} | {rule.sentence} |"
        for rule, methods in by_rule.items()
    ]


def _cells(rule: Rule) -> list[str]:
    if not rule.signed_in:
        return ["yes"] * (2 + len(RIGHTS))
    cells = ["sign in", "yes" if rule.allows(frozenset()) else "no"]
    for right in RIGHTS:
        kinds = [kind for kind in Organisation.Kind.values if rule.allows(frozenset({(right, kind)}))]
        cells.append("yes" if len(kinds) == len(Organisation.Kind.values) else "nation" if kinds else "no")
    return cells


def _tables() -> str:
    rows = [
        f"| `{table}` | {rule.sentence} | {rule.grants.lower() or 'nothing'} | {_history(rule)} |"
        for table, rule in sorted(TABLES.items())
    ]
    return "\n".join(["| table or view | rule | the service may | history for |", "|---|---|---|---|", *rows])


def _history(rule: TableRule) -> str:
    audience = {"public": "everybody signed in", "person": "those who see the person"}
    return audience.get(rule.audience, "administrators of the nation") if rule.audience else "none"
