"""Two administrators who remove each other at the same moment: one stays."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

DATABASE = "two_administrators"
NATIONAL = (
    "select a.id, a.user_id from accounts_access a join accounts_organisation o on o.id = a.organisation_id"
    " where o.kind = 'nation' and a.\"right\" = 'administrator' and a.ended_at is null order by a.granted_at"
)


@pytest.fixture
def addresses(service_server: Any, django_db_setup: None) -> Iterator[tuple[str, str]]:
    """A copy of the world in which two administer the nation: its address for the service, and for a superuser."""
    from django.db import connections

    from leadscape_web.config.embedded import SERVICE

    for connection in connections.all():
        connection.close()  # a database that somebody is connected to cannot be copied
    service_server.create_database(DATABASE, template="world")
    superuser = service_server.url("postgres", DATABASE)
    with psycopg.connect(superuser) as connection:
        connection.execute("select set_config('leadscape.why', 'A second one', true)")
        connection.execute(
            'insert into accounts_access (id, user_id, organisation_id, "right", granted_at)'
            " select gen_random_uuid(), u.id, o.id, 'administrator', now()"
            " from accounts_user u, accounts_organisation o"
            " where u.email = 'nation.reader@leadscape.example' and o.kind = 'nation'"
        )
    yield service_server.url(SERVICE, DATABASE), superuser
    with psycopg.connect(service_server.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"drop database {DATABASE} with (force)")


def end(connection: psycopg.Connection, access: Any, by: Any) -> int:
    connection.execute(
        "select set_config('leadscape.user', %s, true), set_config('leadscape.why', 'Ending the other', true)",
        [str(by)],
    )
    return connection.execute("update accounts_access set ended_at = now() where id = %s", [access]).rowcount


def test_one_of_two_who_end_each_other_stays(addresses: tuple[str, str]) -> None:
    service, superuser = addresses
    with psycopg.connect(superuser) as connection:
        (access, user), (other_access, other_user) = connection.execute(NATIONAL).fetchall()
    said: list[str] = []

    def second() -> None:
        try:
            with psycopg.connect(service) as late:
                end(late, access, by=other_user)
        except psycopg.Error as error:
            said.append(str(error))

    with psycopg.connect(service) as early:
        assert end(early, other_access, by=user) == 1
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive(), "the second waits for the first"
    thread.join(10)
    assert "the last administrator of the nation stays" in said[0]
    with psycopg.connect(superuser) as connection:
        assert connection.execute(NATIONAL).fetchall() == [(access, user)]
