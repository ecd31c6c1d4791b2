"""Programs that correct records: what a key must be for, whose records, versions, and asking twice."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import KeptWrite
from leadscape_web.accounts.tokens import SCOPES, WRITING
from leadscape_web.audit.models import Event
from leadscape_web.config import api
from leadscape_web.survey.models import Leader, RoleHolding

from tests.support.programs import API, key_for

pytestmark = pytest.mark.django_db
WHY = "Told by the school by telephone"
ROLE = "consultant_leader"


@pytest.fixture(autouse=True)
def without_second_factor(settings) -> None:
    settings.SECOND_FACTOR = "offered"


@pytest.fixture
def send(user_of):
    """``send("authority.editor", "POST", path, body, key="…")``: as a program of that user, with every scope."""
    keys: dict[Any, str] = {}

    def ask(
        who: str, method: str, path: str, body: Any = None, key: str = "", scopes: Any = tuple(SCOPES)
    ) -> Any:
        raw = keys.get((who, scopes)) or keys.setdefault((who, scopes), key_for(user_of(who), scopes)[1])
        headers = {"Authorization": f"Bearer {raw}"} | ({"Idempotency-Key": key} if key else {})
        return Client(headers=headers).generic(
            method, f"{API}{path}", json.dumps(body or {}), content_type="application/json"
        )

    return ask


@pytest.fixture
def see(user_of):
    """What the database holds, as a reader of the nation sees it."""

    def find(query: Any) -> Any:
        with acting(user_of("nation.reader")):
            return query()

    return find


@pytest.fixture
def alice(see) -> Leader:
    return see(lambda: Leader.objects.get(key="leader-alice"))


@pytest.fixture
def held(see) -> RoleHolding:
    return see(lambda: RoleHolding.objects.get(key="holding-leader-alice"))


def events(see, record: Any) -> list[Event]:
    return see(lambda: list(Event.objects.filter(record=str(record.pk)).order_by("id")))


def added(**more: Any) -> dict[str, Any]:
    return {"role": ROLE, "started_on": "2006-01-01", "why": WHY, **more}


def test_a_role_holding_is_added_corrected_and_ended(send, alice, see) -> None:
    answer = send("authority.editor", "POST", f"/leaders/{alice.pk}/role-holdings", added())
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["role"], made["routes"], made["version"], made["started_on"]) == (
        ROLE,
        ["editor"],
        1,
        "2006-01-01",
    )
    path = f"/role-holdings/{made['id']}"
    answer = send("authority.editor", "PUT", path, added(started_on="2006-02-01", ended_on=None, version=1))
    assert (answer.status_code, answer.json()["started_on"], answer.json()["version"]) == (
        200,
        "2006-02-01",
        2,
    )
    end = {"kind": "ended", "ended_on": "2006-03-01", "version": 2, "why": WHY}
    assert send("authority.editor", "POST", f"{path}/end", end).json()["ended_on"] == "2006-03-01"
    mistake = {"kind": "mistake", "version": 3, "why": WHY}
    assert send("authority.editor", "POST", f"{path}/end", mistake).json()["withdrawn_at"]
    assert send("authority.editor", "POST", f"{path}/end", {**mistake, "version": 4}).status_code == 403
    said = see(
        lambda: list(Event.objects.filter(record=made["id"]).values_list("action", "why").order_by("id"))
    )
    assert said == [("insert", WHY), *[("update", WHY)] * 3]


def test_support_is_recorded_and_ended(send, alice, held, see) -> None:
    body = {"holding": str(held.pk), "partner_school": "100004", "started_on": "2006-02-01", "why": WHY}
    made = send("region.editor", "POST", f"/leaders/{alice.pk}/supports", body)
    assert (made.status_code, made.json()["partner_school"]) == (201, "100004")
    again = send("region.editor", "POST", f"/leaders/{alice.pk}/supports", body)
    assert again.status_code == 422
    assert again.json()["errors"][0]["parameter"] == "partner_school"
    end = {"kind": "ended", "ended_on": "2006-05-01", "version": 1, "why": WHY}
    answer = send("region.editor", "POST", f"/supports/{made.json()['id']}/end", end)
    assert (answer.status_code, answer.json()["ended_on"]) == (200, "2006-05-01")
    early = {**end, "ended_on": "2006-01-01", "version": 2}
    assert send("region.editor", "POST", f"/supports/{made.json()['id']}/end", early).status_code == 422


def test_a_home_school_is_corrected_within_the_area_only(send, alice, see) -> None:
    path = f"/leaders/{alice.pk}/home-school"
    body = {"school": "100002", "kind": "wrong", "version": 1, "why": WHY}
    outside = send("authority.editor", "PUT", path, {**body, "school": "100003"})
    assert (outside.status_code, outside.json()["errors"][0]["parameter"]) == (422, "school")
    answer = send("authority.editor", "PUT", path, body)
    assert (answer.status_code, answer.json()["home_school"], answer.json()["phase"]) == (
        200,
        "100002",
        "secondary",
    )
    assert see(
        lambda: set(RoleHolding.objects.filter(leader=alice).values_list("home_school", flat=True))
    ) == {"100002"}


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("authority.reader", 403),
        ("authority.broker", 403),
        ("nation.administrator", 403),
        ("nation.researcher", 403),
        ("trust.editor", 404),
        ("region.editor", 201),
    ],
)
def test_only_editors_of_the_area_write(who, status, send, alice, see) -> None:
    before = see(RoleHolding.objects.count)
    answer = send(who, "POST", f"/leaders/{alice.pk}/role-holdings", added())
    assert answer.status_code == status
    assert see(RoleHolding.objects.count) == before + (status == 201)


def test_a_leader_who_is_seen_and_not_edited_is_not_written(send, alice, see) -> None:
    # Alice supports a school in Southport; whoever edits there sees her.
    bob = see(lambda: Leader.objects.get(key="leader-bob"))
    assert send("authority.editor", "POST", f"/leaders/{bob.pk}/role-holdings", added()).status_code == 404


def test_a_key_writes_only_with_the_scope_and_a_session_never(send, alice, client_of) -> None:
    path = f"/leaders/{alice.pk}/role-holdings"
    reading = tuple(set(SCOPES) - WRITING)
    refused = send("authority.editor", "POST", path, added(), scopes=reading)
    assert (refused.status_code, "survey:write" in refused.json()["detail"]) == (403, True)
    assert refused["Content-Type"] == "application/problem+json"
    for client in (client_of("authority.editor"), Client()):
        answer = client.post(f"{API}{path}", json.dumps(added()), content_type="application/json")
        assert answer.status_code in (401, 403)
        assert answer["Content-Type"] == "application/problem+json"
    assert send("authority.editor", "POST", path, added(), scopes=("survey:write",)).status_code == 201


def test_writing_is_ticked_by_hand(client_of) -> None:
    page = client_of("authority.editor").get("/account/keys/new/").content.decode()
    assert "survey:write" in page
    assert "checked" not in page


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"why": ""}, "why"),
        ({"why": "Ash told us so"}, "why"),
        ({"why": "x" * 501}, "why"),
        ({"why": "Told\x00 by the school"}, "why"),
        ({"why": None}, "why"),
        ({"role": "headteacher"}, "role"),
        ({"started_on": "2006-13-01"}, "started_on"),
        ({"started_on": "2006-02-01", "ended_on": "2006-01-01"}, "ended_on"),
        ({"role": "national_leader_of_education"}, "started_on"),
        ({"origin": "local"}, "origin"),
    ],
)
def test_what_cannot_be_is_refused_part_by_part(changed, part, send, alice, see) -> None:
    body = {name: value for name, value in added(**changed).items() if value is not None}
    answer = send("authority.editor", "POST", f"/leaders/{alice.pk}/role-holdings", body)
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert part in {one["parameter"] for one in answer.json()["errors"]}
    assert "Ash" not in answer.content.decode()
    assert see(lambda: RoleHolding.objects.filter(leader=alice).count()) == 1


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', '{"why": 1}'])
def test_a_body_that_cannot_be_read_is_a_problem(body, user_of, alice) -> None:
    raw = key_for(user_of("authority.editor"))[1]
    answer = Client(headers={"Authorization": f"Bearer {raw}"}).post(
        f"{API}/leaders/{alice.pk}/role-holdings", body, content_type="application/json"
    )
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


def test_who_comes_second_is_told_what_changed_and_nothing_is_overwritten(send, held, see) -> None:
    path = f"/role-holdings/{held.pk}"
    first = {"role": held.role, "started_on": "2006-02-01", "ended_on": None, "version": 1, "why": WHY}
    assert send("authority.editor", "PUT", path, first).status_code == 200
    late = {**first, "started_on": "2006-03-01", "why": "From an old letter"}
    answer = send("region.editor", "PUT", path, late)
    assert answer.status_code == 409
    told = answer.json()
    assert told["version"] == 2
    assert [one["why"] for one in told["changes"]] == [WHY]
    assert {"field": "started_on", "read": "2006-01-01", "now": "2006-02-01", "sent": "2006-03-01"} in told[
        "conflicts"
    ]
    assert see(lambda: str(RoleHolding.objects.get(pk=held.pk).started_on)) == "2006-02-01"
    assert "Ash" not in answer.content.decode()


def test_no_change_is_saved_over_one_that_was_not_read(send, alice, held, see) -> None:
    """Ends, withdrawals and moves as well as corrections: each under the version that was read."""
    support = send("region.editor", "POST", f"/leaders/{alice.pk}/supports", {
        "holding": str(held.pk), "partner_school": "100004", "started_on": "2006-02-01", "why": WHY,
    }).json()  # fmt: skip
    ended = {"kind": "ended", "version": 1, "why": WHY}
    for method, path, first, second in (
        ("POST", f"/supports/{support['id']}/end", {**ended, "ended_on": "2006-05-01"}, {"kind": "mistake"}),
        ("POST", f"/supports/{support['id']}/end", {**ended, "ended_on": "2006-05-02", "version": 2},
         {"kind": "ended", "ended_on": "2006-05-03"}),
        ("POST", f"/role-holdings/{held.pk}/end", {**ended, "ended_on": "2006-06-01"},
         {"kind": "ended", "ended_on": "2006-06-02"}),
        ("POST", f"/role-holdings/{held.pk}/end", {**ended, "ended_on": "2006-06-03", "version": 2},
         {"kind": "mistake"}),
        ("PUT", f"/leaders/{alice.pk}/home-school", {"school": "100002", "kind": "wrong"},
         {"school": "100001", "kind": "moved"}),
    ):  # fmt: skip
        done = send("region.editor", method, path, {"version": 1, "why": WHY, **first})
        assert done.status_code == 200, (path, done.content)
        late = send(
            "region.editor", method, path, {"version": done.json()["version"] - 1, "why": WHY, **second}
        )
        assert late.status_code == 409, (path, second, late.content)
        assert late.json()["version"] == done.json()["version"]


def test_a_field_that_there_is_not_is_refused(send, alice) -> None:
    answer = send("authority.editor", "POST", f"/leaders/{alice.pk}/role-holdings", added(ended="2006-02-01"))
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "ended")


def test_a_correction_that_changes_nothing_leaves_no_trace(send, held, alice, see) -> None:
    same = {"role": held.role, "started_on": "2006-01-01", "ended_on": None, "version": 1, "why": WHY}
    before = len(events(see, held))
    answer = send("authority.editor", "PUT", f"/role-holdings/{held.pk}", same)
    assert (answer.status_code, answer.json()["version"], len(events(see, held))) == (200, 1, before)
    school = {"school": "100001", "kind": "wrong", "version": 1, "why": WHY}
    # The phase that was loaded is the school's own, so nothing differs.
    assert send("authority.editor", "PUT", f"/leaders/{alice.pk}/home-school", school).json()["version"] == 1
    # A version that is over is told even so.
    assert (
        send("authority.editor", "PUT", f"/role-holdings/{held.pk}", {**same, "version": 7}).status_code
        != 200
    )


def test_the_same_request_is_done_once(send, alice, see) -> None:
    path, key = f"/leaders/{alice.pk}/role-holdings", str(uuid4())
    first = send("authority.editor", "POST", path, added(), key)
    assert (first.status_code, first.get("Idempotency-Replayed")) == (201, None)
    again = send("authority.editor", "POST", path, added(), key)
    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")
    assert again.json() == first.json()
    assert see(lambda: RoleHolding.objects.filter(leader=alice).count()) == 2
    # A correction too: without the key it would meet its own version.
    put, body = (
        f"/role-holdings/{first.json()['id']}",
        added(started_on="2006-02-01", ended_on=None, version=1),
    )
    for _ in range(2):
        assert send("authority.editor", "PUT", put, body, f"{key}-put").status_code == 200
    assert send("authority.editor", "PUT", put, body).status_code == 409


@pytest.mark.parametrize("kind", ["mistake", "ended"])
def test_what_the_first_request_withdrew_is_no_reason_to_refuse_the_second(kind, send, alice, see) -> None:
    held = send("authority.editor", "POST", f"/leaders/{alice.pk}/role-holdings", added()).json()
    support = {"holding": held["id"], "partner_school": "100004", "started_on": "2006-02-01", "why": WHY}
    given = send("authority.editor", "POST", f"/leaders/{alice.pk}/supports", support).json()
    end = {"kind": kind, "version": 1, "why": WHY, **({"ended_on": "2006-05-01"} if kind == "ended" else {})}
    for path in (f"/supports/{given['id']}/end", f"/role-holdings/{held['id']}/end"):
        first = send("authority.editor", "POST", path, end, f"key of {path}")
        assert first.status_code == 200, first.content
        again = send("authority.editor", "POST", path, end, f"key of {path}")
        assert (again.status_code, again["Idempotency-Replayed"], again.json()) == (200, "true", first.json())
        assert send("authority.editor", "POST", path, end).status_code == (403 if kind == "mistake" else 409)


def test_a_correction_is_answered_again_though_the_record_was_withdrawn_since(send, held) -> None:
    path = f"/role-holdings/{held.pk}"
    body = {"role": held.role, "started_on": "2006-02-01", "ended_on": None, "version": 1, "why": WHY}
    assert send("authority.editor", "PUT", path, body, "one").status_code == 200
    mistake = {"kind": "mistake", "version": 2, "why": WHY}
    assert send("authority.editor", "POST", f"{path}/end", mistake).status_code == 200
    again = send("authority.editor", "PUT", path, body, "one")
    assert (again.status_code, again["Idempotency-Replayed"]) == (200, "true")


def test_a_key_is_for_one_change_of_one_user_for_a_day(send, alice, see, user_of) -> None:
    path, key = f"/leaders/{alice.pk}/role-holdings", "one"
    first = send("authority.editor", "POST", path, added(), key)
    other = send("authority.editor", "POST", path, added(started_on="2001-01-01", ended_on="2002-01-01"), key)
    assert (other.status_code, "Idempotency-Key" in other.json()["detail"]) == (409, True)
    # Somebody else's key of the same text is another key: this one meets the rule against two holdings of one role.
    assert send("region.editor", "POST", path, added(), key).status_code == 422
    with acting(user_of("authority.editor")):
        kept = KeptWrite.objects.get()
        assert kept.record == UUID(first.json()["id"])
        old = {"request_hash": kept.request_hash, "status": 201, "record": kept.record}
        kept.delete()
        KeptWrite.objects.create(
            user_id=kept.user_id, key_hash=kept.key_hash, made_at=timezone.now() - timedelta(hours=25), **old
        )
    later = send("authority.editor", "POST", path, added(started_on="2001-01-01", ended_on="2002-01-01"), key)
    assert later.status_code == 201
    assert send("authority.editor", "POST", path, added(), "k" * 201).status_code == 400


def test_what_was_refused_may_be_put_right_under_the_same_key(send, alice) -> None:
    path = f"/leaders/{alice.pk}/role-holdings"
    assert send("authority.editor", "POST", path, added(why="x"), "one").status_code == 422
    assert send("authority.editor", "POST", path, added(), "one").status_code == 201


def test_a_replay_shows_nothing_that_is_not_seen_any_more(send, alice, user_of) -> None:
    from leadscape_web.accounts.models import Access

    path = f"/leaders/{alice.pk}/role-holdings"
    assert send("authority.editor", "POST", path, added(), "one").status_code == 201
    editor = user_of("authority.editor")
    with acting(user_of("nation.administrator"), why="Left"):
        assert Access.objects.filter(user=editor).update(ended_at=timezone.now())
    assert send("authority.editor", "POST", path, added(), "one").status_code == 403


def test_the_description_tells_how_to_write() -> None:
    writes = [one for one in api.operations() if one.method != "GET"]
    assert {one.name for one in writes} == {
        "add_role_holding", "correct_role_holding", "end_role_holding", "add_support", "end_support",
        "correct_home_school", "decide_question", "take_back_decision",
    }  # fmt: skip
    assert all(
        one.scope in WRITING and one.rule and one.rule.sentence.startswith("Editors") for one in writes
    )
    paths = api.description()["paths"]
    body = paths["/api/v1/leaders/{key}/role-holdings"]["post"]
    assert "requestBody" in body
    assert {"201", "400", "401", "403", "404", "409", "422", "429"} <= {
        str(status) for status in body["responses"]
    }
    assert "get" in paths["/api/v1/role-holdings/{key}"]
