"""What the drills look for in a database is found where it is put: a broken index, a row that changed, a name."""

from __future__ import annotations

import uuid
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from soak.fault_backup import hashes
from soak.fault_database import check_indexes
from soak.privacy_search import Search

_HOLDS_WHAT_ITS_TABLE_DOES_NOT = """
create table leaning (id int);
insert into leaning select generate_series(1, 1000);
create function leaning_key(int) returns int immutable language sql as 'select $1';
create index leaning_by_key on leaning (leaning_key(id));
create or replace function leaning_key(int) returns int immutable language sql as 'select -$1';
"""


@pytest.fixture
def url(service_server: Any) -> str:
    """A database of the test's own, as whoever may everything sees it."""
    name = f"drill_{uuid.uuid4().hex[:8]}"
    service_server.create_database(name, template="world")
    return service_server.url("postgres", name)


def _change(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("select set_config('leadscape.why', 'A test', true)")
        connection.execute(statement)


def test_an_index_that_does_not_fit_its_table_is_counted(url: str) -> None:
    service: Any = SimpleNamespace(url=lambda: url)
    indexes, damaged = check_indexes(service)
    assert indexes > 100
    assert damaged == 0
    _change(url, _HOLDS_WHAT_ITS_TABLE_DOES_NOT)
    assert check_indexes(service) == (indexes + 1, 1)


def test_a_restore_that_lacks_a_letter_or_a_table_differs(url: str) -> None:
    before = hashes(url)
    assert hashes(url) == before
    _change(
        url,
        "update register_authority set name = name || '.' where code = (select min(code) from register_authority)",
    )
    after = hashes(url)
    assert {table for table in before if before[table] != after[table]} == {
        "register_authority",
        "audit_event",
    }
    _change(url, "create table one_more (id int)")
    assert set(hashes(url)) - set(before) == {"one_more"}


@pytest.mark.parametrize("put", [r"E'of Zora\n Quince, head'", "'QUINCE, ZORA'"])
def test_a_name_in_any_cell_of_a_database_is_found(url: str, put: str) -> None:
    clean = Search("Zora Quince")
    clean.database(url)
    assert clean.cells > 1000
    assert clean.places == []
    _change(url, f"create table elsewhere as select {put}::text as words")
    found = Search("Zora Quince")
    found.database(url)
    assert found.places == ["elsewhere.words"]
