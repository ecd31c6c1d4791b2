"""The log tells how the service does, and of nobody."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection

from leadscape_web.accounts.context import acting
from leadscape_web.config.logs import FaultsOnly, JsonLines, logging_settings

EMAIL = "alice.ash@leadscape.example"


def _line(
    name: str, message: object, *given: object, fault: Exception | None = None, **more: Any
) -> dict[str, Any]:
    information = None
    if fault:
        try:
            raise fault
        except Exception:
            information = sys.exc_info()
    record = logging.LogRecord(name, logging.ERROR, "x.py", 1, message, given, information)
    record.__dict__.update(more)
    return json.loads(JsonLines().format(record))


def test_our_own_words_are_kept_with_their_fields() -> None:
    line = _line("leadscape_web.config.probes", "not ready for %s reasons", 2, fields={"reasons": ["a", "b"]})
    assert line["message"] == "not ready for 2 reasons"
    assert line["reasons"] == ["a", "b"]
    assert line["level"] == "error"


@pytest.mark.parametrize(
    "name", ["django.request", "django.security.DisallowedHost", "allauth.account", "gunicorn.error"]
)
def test_of_others_the_words_are_not(name: str) -> None:
    line = _line(
        name, f"Invalid value {EMAIL}", fault=IntegrityError(f"Key (email)=({EMAIL}) already exists.")
    )
    assert EMAIL not in json.dumps(line)
    assert line["fault"] == "IntegrityError"
    assert line["at"][-1].endswith("_line")
    assert line["logger"] == name


def test_processes_are_told_with_their_numbers() -> None:
    assert (
        _line("gunicorn.error", "Booting worker with pid: %s", 7)["message"] == "Booting worker with pid: 7"
    )


def test_an_answer_of_503_is_told_once() -> None:
    assert not FaultsOnly().filter(logging.LogRecord("django.request", 40, "x.py", 1, "503", (), None))
    assert logging_settings()["loggers"]["django.request"]["filters"] == ["faults"]


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def kept() -> Iterator[list[dict[str, Any]]]:
    handler = _Kept()
    logging.getLogger().addHandler(handler)
    yield handler.lines
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
class TestTheLineOfARequest:
    def test_names_the_pattern_and_not_the_path_the_query_or_the_body(
        self, client_of: Callable[[str], Any], kept: list[dict[str, Any]]
    ) -> None:
        client_of("").post(f"/register/school/100001/?q={EMAIL}", {"name": "Alice Ash"})
        (line,) = [line for line in kept if line.get("message") == "request"]
        assert set(line) == {
            "time", "level", "logger", "message", "request", "method", "route", "status", "milliseconds",
            "database_milliseconds", "queries",
        }  # fmt: skip
        assert line["method"] == "POST"
        assert line["queries"] > 0
        text = json.dumps(kept)
        assert "100001" not in text
        assert EMAIL not in text
        assert "Alice" not in text

    def test_names_no_route_that_does_not_exist(
        self, client_of: Callable[[str], Any], kept: list[dict[str, Any]]
    ) -> None:
        client_of("").get("/find/Alice-Ash")
        (line,) = [line for line in kept if line.get("message") == "request"]
        assert (line["route"], line["status"]) == (None, 404)
        assert "Alice" not in json.dumps(kept)

    def test_has_the_number_that_the_reader_is_told(
        self, client_of: Callable[[str], Any], kept: list[dict[str, Any]]
    ) -> None:
        answer = client_of("").get("/nowhere/", headers={"X-Request-ID": "chosen-by-the-sender"})
        (number,) = [line["request"] for line in kept if line.get("message") == "request"]
        assert number == answer["X-Request-ID"] != "chosen-by-the-sender"

    def test_is_found_again_in_the_history(self) -> None:
        with acting(request="0b7b6b0e"), connection.cursor() as cursor:
            cursor.execute("select current_setting('leadscape.request')")
            assert cursor.fetchone() == ("0b7b6b0e",)

    def test_pages_of_a_user_are_not_kept(self, client_of: Callable[[str], Any]) -> None:
        assert "no-store" in client_of("nation.reader").get("/register/school/999999/")["Cache-Control"]
        assert (
            client_of("nation.reader").get("/register/school/100001/")["Cache-Control"] == "private, no-store"
        )
        assert "camera=()" in client_of("").get("/account/sign-in/")["Permissions-Policy"]

    def test_timing_is_for_users_only(self, client_of: Callable[[str], Any]) -> None:
        assert "Server-Timing" not in client_of("").get("/nowhere/")
        assert "queries" in client_of("nation.reader").get("/nowhere/")["Server-Timing"]


@pytest.mark.django_db
def test_probes_answer_anybody_and_tell_of_nobody(client_of: Callable[[str], Any]) -> None:
    client = client_of("")
    assert client.get("/health").json() == {"healthy": True}
    ready = client.get("/ready")
    assert ready.json() == {"ready": True, "reasons": []}
    assert ready["Cache-Control"] == "no-store"
    assert not ready.cookies
    # Whoever watches knows no name of the service.
    assert client.get("/ready", headers={"Host": "10.0.0.7"}).status_code == 200


@pytest.mark.django_db
class TestReadyNoticesInTheDatabase:
    """Each in a transaction of the owner that is undone."""

    @pytest.fixture
    def broken(self, django_db_blocker: Any) -> Iterator[Callable[[str], list[str]]]:
        import psycopg

        from leadscape_web.config.readiness import reasons_in

        given = connection.settings_dict
        with psycopg.connect(
            dbname=given["NAME"],
            user="leadscape_owner",
            host=given["OPTIONS"]["host"],
            port=given["OPTIONS"]["port"],
        ) as owner:

            def after(statement: str) -> list[str]:
                cursor = owner.cursor()
                cursor.execute(statement)
                return reasons_in(cursor)

            yield after
            owner.rollback()

    def test_a_migration_that_is_missing(self, broken: Callable[[str], list[str]]) -> None:
        told = broken("delete from django_migrations where app = 'audit' and name = '0001_initial'")
        assert "1 migration of this release not applied: run the migrations." in told

    def test_a_table_without_its_protection(self, broken: Callable[[str], list[str]]) -> None:
        told = broken("alter table accounts_personname disable row level security")
        assert "Row-level security is off on 1 table that must have it." in told

    def test_rules_of_another_release(self, broken: Callable[[str], list[str]]) -> None:
        told = broken("comment on table django_migrations is 'leadscape protection older'")
        assert "The rules of protection are those of another release: run the migrations." in told

    def test_an_owner_who_serves(self, broken: Callable[[str], list[str]]) -> None:
        assert any("owns tables" in reason for reason in broken("select 1"))

    def test_an_empty_database(self, broken: Callable[[str], list[str]]) -> None:
        assert broken("alter table django_migrations rename to gone") == [
            "The database is empty: run the migrations."
        ]
