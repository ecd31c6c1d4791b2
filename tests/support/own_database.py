"""A database of a test's own: a copy of the invented system in which real transactions of several users may commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from leadscape_web.config.roles import OWNER


@contextmanager
def owner_cursor(connections: Any) -> Iterator[Any]:
    """The owner role on the database of the tests, in a transaction that is undone."""
    settings = connections["owner"].settings_dict
    options = {"dbname": settings["NAME"], "user": OWNER, "host": settings["OPTIONS"].get("host") or settings["HOST"],
               "port": settings["OPTIONS"].get("port") or settings["PORT"]}  # fmt: skip
    with psycopg.connect(**options) as connection, connection.cursor() as cursor:
        try:
            yield cursor
        finally:
            connection.rollback()


@contextmanager
def own_database(server: Any, blocker: Any, name: str) -> Iterator[None]:
    """A copy of the invented system that all connections of Django point at, in which transactions really commit."""
    from django.db import connections

    from tests.support.service import point_at

    with blocker.unblock():
        for connection in connections.all():
            connection.close()
        server.create_database(name, template="world")
        point_at(server, name)
        try:
            yield
        finally:
            for connection in connections.all():
                connection.close()
            point_at(server, "world")
