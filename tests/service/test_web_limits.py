"""How much is answered within a minute, whom it counts, and what is said when it was too much."""

from __future__ import annotations

import json
import threading
import uuid
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leadscape.core.errors import ServiceBlocked
from leadscape_web.accounts import limits
from leadscape_web.accounts.context import acting
from leadscape_web.accounts.limit_numbers import A_MINUTE
from leadscape_web.config.environment import read_environment
from leadscape_web.survey.models import Leader, RoleHolding

from tests.support.own_database import own_database
from tests.support.programs import API, key_for, program
from tests.support.signing_in import text_of

both = pytest.mark.django_db(databases=["default", "counters"])


@pytest.fixture(autouse=True)
def _settled(settings, monkeypatch) -> None:
    settings.SECOND_FACTOR = "offered"
    # The middle of a minute, so that none ends during a test; the database's own minute is made as long.
    monkeypatch.setattr(limits, "SECONDS", 86_400)


@both
def test_a_key_is_answered_so_many_times_and_told_when_to_come_again(user_of, settings) -> None:
    settings.LIMITS = {"key": 3, "user": 100}
    ask = program(key_for(user_of("nation.reader"))[1])
    left = [ask("/me")["RateLimit"] for _ in range(3)]
    assert [one.split(";")[:2] for one in left] == [['"key"', f"r={number}"] for number in (2, 1, 0)]
    over = ask("/me")
    assert over.status_code == 429
    assert over["Content-Type"] == "application/problem+json"
    assert 0 < int(over["Retry-After"]) <= 86_400
    assert over["RateLimit-Policy"] == '"key";q=3;w=86400'
    assert "Retry-After" in over.json()["next"]
    # Another key of the same user has its own count, and a refused request was counted too.
    assert program(key_for(user_of("nation.reader"))[1])("/me").status_code == 200
    assert ask("/me").status_code == 429


@both
def test_whom_it_counts_is_kept_as_a_hash(user_of, settings) -> None:
    settings.LIMITS = {"key": 3, "user": 100, "place": 3}
    user = user_of("nation.reader")
    _, token = key_for(user)
    with CaptureQueriesContext(connections["counters"]) as counted:
        assert program(token)("/me").status_code == 200
        assert program("none")("/me").status_code == 401
    told = " ".join(one["sql"] for one in counted.captured_queries)
    assert told.count("leadscape_count_asked") == 3
    assert not any(word in told for word in (str(user.pk), token, "127.0.0.1"))


@both
def test_all_keys_of_a_user_count_together_and_with_the_session(user_of, client_of, settings) -> None:
    settings.LIMITS = {"user": 2}
    user = user_of("nation.reader")
    assert [program(key_for(user)[1])("/me").status_code for _ in range(3)] == [200, 200, 429]
    assert client_of("nation.reader").get(f"{API}/me").status_code == 429
    assert program(key_for(user_of("authority.reader"))[1])("/me").status_code == 200


@both
def test_a_key_is_one_however_the_header_writes_it(user_of, settings) -> None:
    settings.LIMITS = {"key": 2}
    user = user_of("nation.reader")
    raw, other = key_for(user)[1], key_for(user)[1]
    spelled = [f"Bearer {raw}", f"bearer {raw}", f"BEARER   {raw} "]
    codes = [Client(headers={"Authorization": one}).get(f"{API}/me").status_code for one in spelled]
    assert codes == [200, 200, 429]
    assert program(other)("/me").status_code == 200, "another key of the same user counts by itself"


@both
def test_whoever_tries_keys_is_counted_by_place_and_not_believed_about_it(settings, user_of) -> None:
    settings.LIMITS = {"place": 2}
    answers = [
        Client(headers={"Authorization": f"Bearer ls_{number}"}, REMOTE_ADDR="192.0.2.7").get(
            f"{API}/me", headers={"X-Forwarded-For": f"198.51.100.{number}"}
        )
        for number in range(3)
    ]
    assert [one.status_code for one in answers] == [401, 401, 429]
    assert Client(REMOTE_ADDR="192.0.2.8").get(f"{API}/me").status_code == 401
    # A good key from there is answered.
    raw = key_for(user_of("nation.reader"))[1]
    good = Client(headers={"Authorization": f"Bearer {raw}"}, REMOTE_ADDR="192.0.2.7")
    assert good.get(f"{API}/me").status_code == 200


@both
def test_changes_have_a_limit_of_their_own_and_nothing_is_written_beyond_it(user_of, settings) -> None:
    settings.LIMITS = {"user": 100, "writes": 1}
    with acting(user_of("nation.reader")):
        leader = Leader.objects.get(key="leader-alice")
    client = Client(headers={"Authorization": f"Bearer {key_for(user_of('authority.editor'))[1]}"})
    path = f"{API}/leaders/{leader.pk}/role-holdings"
    bodies = [
        {"role": "consultant_leader", "started_on": f"200{year}-01-01", "ended_on": f"200{year}-06-01",
         "why": "Told by the school"}
        for year in (1, 2)
    ]  # fmt: skip
    codes = [
        client.post(path, json.dumps(body), content_type="application/json").status_code for body in bodies
    ]
    assert codes == [201, 429]
    assert client.get(f"{API}/me").status_code == 200
    with acting(user_of("nation.reader")):
        assert RoleHolding.objects.filter(leader=leader).count() == 2


@both
def test_downloads_are_counted_and_pages_are_not(client_of, settings) -> None:
    settings.LIMITS = {"downloads": 2}
    client = client_of("nation.reader")
    path = "/survey/leaders/"
    assert [client.get(path, {"format": "csv"}).status_code for _ in range(2)] == [200, 200]
    over = client.get(path, {"format": "xlsx"})
    assert (over.status_code, "Too many downloads" in text_of(over)) == (429, True)
    assert over["Retry-After"]
    assert client.get(path).status_code == 200
    assert client_of("authority.reader").get(path, {"format": "csv"}).status_code == 200


@both
def test_what_is_marked_as_costly_is_counted_with_them(client_of, settings) -> None:
    settings.LIMITS = {"downloads": 1}
    client = client_of("nation.administrator")
    form = {"file_format": "csv", "why": "For the auditor"}
    assert [client.post("/audit/export/", form).status_code for _ in range(2)] == [200, 429]
    assert client.get("/audit/").status_code == 200


@both
def test_without_limits_nothing_is_counted(user_of, settings) -> None:
    settings.LIMITS = {"key": 0}
    assert "RateLimit" not in program(key_for(user_of("nation.reader"))[1])("/me")
    with connections["counters"].cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        # And the plain role reads no count.
        cursor.execute("select count(*) from accounts_ratecount")


def test_the_numbers_are_settings(monkeypatch) -> None:
    monkeypatch.setenv("LEADSCAPE_LIMITS", "key=5, downloads=0")
    assert read_environment().limits == {**A_MINUTE, "key": 5, "downloads": 0}
    for wrong in ("key", "key=x", "keys=5", "key=-1"):
        monkeypatch.setenv("LEADSCAPE_LIMITS", wrong)
        with pytest.raises(ServiceBlocked):
            read_environment()


@pytest.fixture
def committed(service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Any:
    with own_database(service_server, django_db_blocker, f"limits_{uuid.uuid4().hex[:8]}"):
        yield


def together(many: int, do: Any) -> None:
    """Do something in so many threads at the same moment, each with connections of its own."""
    start = threading.Barrier(many)

    def one() -> None:
        start.wait()
        try:
            do()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_at_the_same_time_each_counts_and_the_same_change_is_made_once(committed, settings) -> None:
    """Four workers at once: every request is counted, and one key of a change makes one change."""
    from leadscape_web.accounts.models import User

    settings.LIMITS = {"place": 1000}
    stands: list[int] = []
    together(8, lambda: stands.append(limits.stand_of({"place": "192.0.2.1"}).left))  # type: ignore[union-attr]
    assert sorted(stands) == list(range(992, 1000))

    settings.LIMITS = {}
    with acting(purpose="sign-in"):
        users = {one.email.partition("@")[0]: one for one in User.objects.all()}
    with acting(users["nation.reader"]):
        leader = Leader.objects.get(key="leader-alice")
    raw = key_for(users["authority.editor"])[1]
    body = json.dumps({"role": "consultant_leader", "started_on": "2006-01-01", "why": "Told by the school"})
    answers: list[Any] = []

    def ask() -> None:
        client = Client(headers={"Authorization": f"Bearer {raw}", "Idempotency-Key": "one"})
        path = f"{API}/leaders/{leader.pk}/role-holdings"
        answers.append(client.post(path, body, content_type="application/json"))

    together(4, ask)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in answers) == 3
    with acting(users["nation.reader"]):
        assert RoleHolding.objects.filter(leader=leader).count() == 2
