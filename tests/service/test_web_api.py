"""The interface for programs: keys and what they open, problems in one form, answers that hold."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadscape_web.accounts import api_access
from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import Access, ApiToken, User
from leadscape_web.accounts.rules import ANYONE
from leadscape_web.accounts.tokens import SCOPES, WRITING
from leadscape_web.config import api

from tests.support.programs import API, key_for, program

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_second_factor(settings) -> None:
    settings.SECOND_FACTOR = "offered"


@pytest.fixture
def ask(user_of):
    """A program of a reader of the nation, with a key for everything."""
    return program(key_for(user_of("nation.reader"))[1])


def test_every_operation_has_a_rule_a_scope_and_words() -> None:
    listed = list(api.operations())
    assert len(listed) > 25
    for one in listed:
        assert (one.method == "GET") == (one.scope not in WRITING), one
        assert one.rule is not None, one
        assert one.rule is not ANYONE, one
        assert one.scope is not None, one
        assert one.description, one
        assert all(meaning or name in one.path for name, meaning, _ in one.parameters), one


def test_a_key_acts_for_its_user_and_says_what_it_is_for(user_of) -> None:
    user = user_of("authority.reader")
    answer = program(key_for(user, ["register:read"])[1])("/me").json()
    assert answer["user"] == str(user.pk)
    assert answer["scopes"] == ["register:read"]
    assert [(one["right"], one["organisation_key"]) for one in answer["rights"]] == [("reader", "101")]


def test_a_session_beside_a_key_is_left_aside(user_of, client_of, monkeypatch) -> None:
    """What is remembered about whoever signed in is not taken for the key's user, nor the other way round."""
    client = client_of("nation.editor")
    before, seen = dict(client.session.items()), []
    finished = api_access._finished
    monkeypatch.setattr(
        api_access,
        "_finished",
        lambda request, *more: (seen.append(request.session), finished(request, *more))[1],
    )
    _, token = key_for(user_of("authority.reader"))
    answer = client.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["user"] == str(user_of("authority.reader").pk)
    assert seen == [{}]
    assert dict(client.session.items()) == before


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Bearer ls_unknown", "Basic YTpi", "Bearer ls_\x00"]
)
def test_without_a_good_key_nothing_is_told(header, client_of) -> None:
    # A session does not help a key that is not good.
    client = client_of("nation.reader")
    answer = client.get(f"{API}/schools", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert {"type", "title", "status", "detail", "next"} <= answer.json().keys()
    assert Client().get(f"{API}/schools").status_code == 401


def test_a_key_ends_by_time_by_revoking_and_with_its_user(user_of) -> None:
    user = user_of("nation.reader")
    token, raw = key_for(user)
    ask = program(raw)
    assert ask("/schools").status_code == 200

    def changed(**values):
        with acting(user, why="A test", using="default"):
            ApiToken.objects.filter(pk=token.pk).update(**values)

    changed(revoked_at=timezone.now())
    assert ask("/schools").status_code == 401
    _, raw = key_for(user)
    ask = program(raw)
    assert ask("/schools").status_code == 200
    with acting(user_of("nation.administrator"), why="A test"):
        User.objects.filter(pk=user.pk).update(is_active=False)
    assert ask("/schools").status_code == 401


def test_a_key_that_is_over_is_refused(user_of, monkeypatch) -> None:
    ask = program(key_for(user_of("nation.reader"), days=1)[1])
    assert ask("/schools").status_code == 200
    later = timezone.now() + timedelta(days=2)
    monkeypatch.setattr("leadscape_web.accounts.tokens.timezone.now", lambda: later)
    assert ask("/schools").status_code == 401


HOLDERS = {"anonymous:read": "nation.researcher", "audit:read": "nation.administrator"}


@pytest.mark.parametrize("needed", sorted(SCOPES))
def test_a_key_opens_what_it_has_scopes_for_and_nothing_else(needed, user_of) -> None:
    user = user_of(HOLDERS.get(needed, "nation.reader"))
    paths = [one.path for one in api.operations() if one.scope == needed and "{" not in one.path]
    for scope in SCOPES:
        ask = program(key_for(user, [scope])[1])
        for path in paths:
            answer = ask(path, **({"q": "ash"} if path.endswith("/find") else {}))
            if scope == needed:
                assert answer.status_code == 200, path
            else:
                assert answer.status_code == 403, (scope, path)
                assert f"would need the scope {needed}" in answer.json()["detail"]


def test_a_key_never_opens_more_than_its_users_rights(user_of) -> None:
    ask = program(key_for(user_of("nation.administrator"))[1])
    assert ask("/leaders").status_code == 403
    assert ask("/anonymous-holdings").status_code == 403
    assert ask("/events", limit=1).status_code == 200
    ask = program(key_for(user_of("region.administrator"))[1])
    assert ask("/events").status_code == 403
    ask = program(key_for(user_of("nobody"))[1])
    assert ask("/schools").status_code == 403
    assert ask("/me").status_code == 200


def test_a_right_that_ends_ends_for_the_key(user_of) -> None:
    user = user_of("authority.reader")
    ask = program(key_for(user)[1])
    assert ask("/leaders").json()["items"]
    with acting(user_of("nation.administrator"), why="A test"):
        Access.objects.filter(user=user).update(ended_at=timezone.now())
    assert ask("/leaders").status_code == 403


def test_find_tells_people_only_to_keys_for_people(user_of) -> None:
    user = user_of("nation.reader")
    with_people = program(key_for(user, ["register:read", "people:read"])[1])("/find", q="Alice Ash").json()
    without = program(key_for(user, ["register:read"])[1])("/find", q="Alice Ash").json()
    assert [one["label"] for one in with_people["items"] if one["kind"] == "person"] == ["Alice Ash"]
    assert "Alice" not in json.dumps(without["items"])
    assert "person" not in without["counts"]


def test_only_reading(user_of) -> None:
    client = Client(headers={"Authorization": f"Bearer {key_for(user_of('nation.editor'))[1]}"})
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(f"{API}/schools")
        assert answer.status_code == 405
        assert answer["Content-Type"] == "application/problem+json"


def test_a_program_without_a_session_gets_none(user_of) -> None:
    answer = program(key_for(user_of("nation.reader"))[1])("/schools")
    assert not answer.cookies


def test_people_are_kept_by_nobody_and_the_register_is_asked_for_with_its_tag(ask) -> None:
    assert ask("/leaders")["Cache-Control"] == "private, no-store"
    first = ask("/schools")
    assert first["Cache-Control"] == "private, no-cache"
    assert "Authorization" in first["Vary"]
    again = Client(headers={"Authorization": "Bearer x"}).get(
        f"{API}/schools", headers={"If-None-Match": first["ETag"]}
    )
    assert again.status_code == 401


def test_what_has_not_changed_is_not_sent_again(user_of) -> None:
    raw = key_for(user_of("nation.reader"))[1]
    client = Client(headers={"Authorization": f"Bearer {raw}"})
    tag = client.get(f"{API}/schools")["ETag"]
    again = client.get(f"{API}/schools", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.content == b""


def test_missing_values_are_typed_and_never_zero(ask) -> None:
    school = ask("/schools/100001").json()
    assert school["pupils"] == {"value": 200.0, "status": "reported"}
    assert school["fsm_pct"] == {"value": None, "status": "suppressed"}
    assert school["capacity"] == {"value": None, "status": "unknown"}


def test_lineage_names_both_sides(ask) -> None:
    assert ask("/schools/100006/lineage").json()["predecessors"] == ["100007"]
    assert ask("/schools/100007/lineage").json()["successors"] == ["100006"]


@pytest.mark.parametrize(
    "path",
    [
        "/schools/999999",
        "/nothing",
        "/leaders/00000000-0000-0000-0000-000000000000",
        "/history/django_session/x",
    ],
)
def test_what_is_not_there_is_a_problem_that_says_what_to_do(path, ask) -> None:
    answer = ask(path)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["next"]


@pytest.mark.parametrize(
    ("parameters", "parameter"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "!"}, "cursor"),
        ({"cursor": "bnVsbA"}, "cursor"),
        ({"phase": "a\x00b"}, "phase"),
        ({"fase": "primary"}, "fase"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(parameters, parameter, ask) -> None:
    answer = ask("/schools", **parameters)
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_history_and_how_a_record_stood(ask) -> None:
    events = ask("/history/register_school/100001").json()["items"]
    assert [event["action"] for event in events] == ["insert"]
    standing = ask("/history/register_school/100001/as-of").json()
    assert standing["row"]["name"] == "Ashgrove Primary School"
    assert ask("/history/register_school/100001/as-of", on="1990-01-01").json()["row"] is None


def test_few_queries(ask, django_assert_max_num_queries) -> None:
    for path in ("/schools", "/leaders", "/role-holdings", "/events", "/published-tables"):
        with django_assert_max_num_queries(20):
            ask(path, **({"limit": 500} if path != "/published-tables" else {}))


def test_the_description_and_its_page_are_open_and_hold_no_data() -> None:
    client = Client()
    described = client.get(f"{API}/openapi.json")
    assert described.status_code == 200
    assert "Ashgrove" not in described.content.decode()
    page = client.get("/api/").content.decode()
    for one in api.operations():
        assert one.path in page


TEXTS = st.one_of(
    st.sampled_from(
        ["", "0", "-1", "null", "101", "england", "2006-06-30", "9999-12-31", "\x00", "%", "'", "\ud83d"]
    ),
    st.text(max_size=40),
    st.integers().map(str),
    st.binary(max_size=20).map(lambda raw: raw.decode("latin-1")),
)


def test_nothing_that_is_asked_breaks_it(user_of) -> None:
    described = {
        user: [one for one in api.operations() if one.method == "GET"]
        for user in ("nation.reader", "nation.researcher", "nation.administrator")
    }
    clients = {name: program(key_for(user_of(name))[1]) for name in described}

    @settings(max_examples=100, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def try_it(data) -> None:
        name = data.draw(st.sampled_from(sorted(clients)))
        one = data.draw(st.sampled_from(described[name]))
        names = [parameter for parameter, _, _ in one.parameters if f"{{{parameter}}}" not in one.path]
        chosen = data.draw(st.lists(st.sampled_from(names), unique=True)) if names else []
        parameters = {parameter: data.draw(TEXTS).encode("utf-8", "replace").decode() for parameter in chosen}
        path = one.path
        for part in [parameter for parameter, _, _ in one.parameters if f"{{{parameter}}}" in path]:
            typed = data.draw(
                st.sampled_from(["100001", "x", "00000000-0000-0000-0000-000000000000", "%00", "%2F", "é"])
            )
            path = path.replace(f"{{{part}}}", typed)
        answer = clients[name](path, **parameters)
        assert answer.status_code in (200, 403, 404, 422), (path, parameters, answer.status_code)
        if answer.status_code != 200:
            assert answer["Content-Type"] == "application/problem+json"

    try_it()
