"""Review by programs: whose questions they read, decide and take back, and what of it is done once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leadscape_web.accounts.models import User
from leadscape_web.accounts.tokens import SCOPES
from leadscape_web.review.models import Decision, Text

from tests.review.review_world import KEYS, review_world, sign_in
from tests.support.programs import API, every_row, key_for, program

__all__ = ["review_world"]
AREAS = {
    "nation.editor": {"school", "role", "person", "lost"},
    "region.editor": {"school", "role", "person"},
    "authority.reader": {"school"},
    "trust.editor": set(),
}


@pytest.fixture
def key_of(review_world: dict[str, Any], settings: Any) -> Callable[..., str]:
    """The text of a key of a user; made once a test."""
    settings.SECOND_FACTOR = "offered"

    def make(who: str, scopes: tuple[str, ...] = tuple(SCOPES)) -> str:
        user = User.objects.using("owner").get(email=f"{who}@leadscape.example")
        return key_for(user, scopes)[1]

    return make


@pytest.fixture
def send(key_of: Callable[..., str]) -> Callable[..., Any]:
    """``send("nation.editor", path, body, key="…")``: a change by a program of that user."""
    keys: dict[Any, str] = {}

    def post(
        who: str, path: str, body: Any = None, key: str = "", scopes: tuple[str, ...] = tuple(SCOPES)
    ) -> Any:
        if (who, scopes) not in keys:
            keys[who, scopes] = key_of(who, scopes)
        headers = {"Authorization": f"Bearer {keys[who, scopes]}"} | ({"Idempotency-Key": key} if key else {})
        return Client(headers=headers).post(
            f"{API}{path}", json.dumps(body or {}), content_type="application/json"
        )

    return post


def now_of(question: Any) -> Decision | None:
    return Decision.objects.using("owner").filter(question=question, superseded_at=None).first()


def said(question: Any, answer: str, **more: Any) -> dict[str, Any]:
    now = now_of(question)
    return {"answer": answer, "opened_with": str(now.pk) if now else None, **more}


@pytest.mark.parametrize(("who", "seen"), AREAS.items())
def test_a_program_reads_the_questions_that_its_user_sees(
    who: str, seen: set[str], review_world, key_of
) -> None:
    ask = program(key_of(who))
    rows = every_row(ask, "/questions", limit=1)
    assert {row["id"] for row in rows} == {str(review_world[name]) for name in seen}
    for name in KEYS:
        assert ask(f"/questions/{review_world[name]}").status_code == (200 if name in seen else 404), name


@pytest.mark.parametrize("who", ["nation.researcher", "nation.administrator", "nobody"])
def test_whoever_sees_no_people_reads_no_questions(who: str, review_world, key_of) -> None:
    ask = program(key_of(who))
    assert ask("/questions").status_code == 403
    assert ask(f"/questions/{review_world['school']}").status_code == 403


def test_a_list_is_narrowed_and_says_what_may_be_answered(review_world, key_of, send) -> None:
    ask = program(key_of("nation.editor"))
    assert send("nation.editor", f"/questions/{review_world['lost']}/decisions",
                said(review_world["lost"], "none")).status_code == 201  # fmt: skip

    def found(**filters: Any) -> set[str]:
        ids = {str(review_world[name]): name for name in KEYS}
        return {ids[row["id"]] for row in every_row(ask, "/questions", **filters)}

    assert found(kind="role") == {"role", "lost"}
    assert found(authority="102") == {"role", "person"}
    assert "lost" in found(decided=True)
    assert "lost" not in found(decided=False)
    assert found(study=str(uuid4())) == set()
    assert found(study=str(review_world["study"])) == set(KEYS)
    assert ask("/questions", kind="wisdom").status_code == 422
    [school] = every_row(ask, "/questions", kind="school")
    assert school["candidates"][0] == {
        "answer": "100001", "probability_pct": 83, "evidence": "has all the words and more; in the authority",
    }  # fmt: skip
    assert (school["as_written"], school["nominations"], school["authorities"]) == ("Ashgrove", 3, ["101"])


def test_names_take_their_own_scope(review_world, key_of) -> None:
    path = f"/questions/{review_world['person']}"
    whole = program(key_of("nation.editor"))(path).json()
    assert [line["name"] for line in whole["lines"]] == ["Alice Ash", "Bob Birch"]
    bare = program(key_of("nation.editor", ("review:read",)))(path).json()
    assert [line["name"] for line in bare["lines"]] == [None, None]
    assert [line["person"] for line in bare["lines"]] == [line["person"] for line in whole["lines"]]
    assert program(key_of("nation.editor", ("people:read",)))(path).status_code == 403


def test_a_list_takes_as_many_queries_as_one_question(review_world, key_of) -> None:
    ask = program(key_of("nation.editor"))

    def queries(**filters: Any) -> int:
        with CaptureQueriesContext(connection) as taken:
            assert ask("/questions", **filters).status_code == 200
        return len(taken)

    queries()
    assert queries() == queries(kind="school")


def test_a_question_is_decided_as_on_its_page_and_taken_back(review_world, send, key_of) -> None:
    question = review_world["school"]
    path = f"/questions/{question}/decisions"
    made = send("region.editor", path, said(question, "100002", note="Asked the school"))
    assert made.status_code == 201, made.content
    decision = made.json()
    assert (decision["answer"], decision["stands"], decision["note"]) == ("100002", True, "Asked the school")
    again = send("region.editor", path, said(question, "none"))
    assert again.status_code == 201
    back = send("region.editor", f"/decisions/{again.json()['id']}/take-back")
    assert back.status_code == 201, back.content
    told = back.json()
    assert (told["answer"], told["origin"], told["restores"]) == ("100002", "undo", decision["id"])
    assert told["note"] == "Asked the school"
    whole = program(key_of("region.editor"))(f"/questions/{question}").json()
    assert whole["standing"]["id"] == told["id"]
    assert [one["answer"] for one in whole["decisions"]][-3:] == ["100002", "none", "100002"]
    assert send("region.editor", f"/decisions/{again.json()['id']}/take-back").status_code == 409


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("authority.reader", 403),
        ("nation.administrator", 403),
        ("authority.broker", 403),
        ("trust.editor", 404),
        ("authority.editor", 404),
    ],
)
def test_only_editors_of_all_its_authorities_decide(who: str, status: int, review_world, send) -> None:
    question = review_world["person"]
    before = now_of(question)
    assert send(who, f"/questions/{question}/decisions", said(question, "same")).status_code == status
    assert now_of(question) == before


def test_a_key_decides_only_with_the_scope_and_a_session_never(review_world, send) -> None:
    path = f"/questions/{review_world['school']}/decisions"
    body = said(review_world["school"], "none")
    refused = send("nation.editor", path, body, scopes=("review:read", "survey:write"))
    assert (refused.status_code, "review:write" in refused.json()["detail"]) == (403, True)
    client = sign_in("nation.editor")
    assert client.post(f"{API}{path}", json.dumps(body), content_type="application/json").status_code == 403


def test_who_decided_meanwhile_is_told_and_nothing_is_overwritten(review_world, send) -> None:
    question = review_world["person"]
    path, opened = f"/questions/{question}/decisions", said(question, "same")
    first = send("nation.editor", path, opened)
    assert first.status_code == 201
    late = send("region.editor", path, {**opened, "answer": "different"})
    assert late.status_code == 409
    assert late["Content-Type"] == "application/problem+json"
    assert late.json()["standing"] == first.json()["id"]
    now = now_of(question)
    assert now is not None
    assert now.answer == "same"


@pytest.mark.parametrize(
    ("name", "changed", "part"),
    [
        ("school", {"answer": "999999"}, "answer"),
        ("school", {"answer": "mentor_head"}, "answer"),
        ("role", {"answer": "emperor"}, "answer"),
        ("person", {"answer": "none"}, "answer"),
        ("person", {"note": "Alice Ash told me so"}, "note"),
        ("person", {"note": "x"}, "note"),
        ("person", {"why": "x"}, "why"),
    ],
)
def test_what_cannot_be_is_refused_part_by_part(
    name: str, changed: dict, part: str, review_world, send
) -> None:
    question = review_world[name]
    body = {**said(question, "same" if name == "person" else "none"), **changed}
    refused = send("nation.editor", f"/questions/{question}/decisions", body)
    assert refused.status_code == 422, refused.content
    assert refused.json()["errors"][0]["parameter"] == part
    assert "Ash" not in refused.content.decode()


def test_which_decision_was_read_must_be_said(review_world, send) -> None:
    refused = send("nation.editor", f"/questions/{review_world['role']}/decisions", {"answer": "none"})
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "opened_with")


def test_the_same_request_is_done_once(review_world, send) -> None:
    question, key = review_world["role"], str(uuid4())
    path, body = f"/questions/{question}/decisions", said(question, "none", note="They meet once a term")
    first = send("nation.editor", path, body, key)
    again = send("nation.editor", path, body, key)
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert again.json() == first.json()
    assert Text.objects.using("owner").filter(question=question, field="note").count() == 1
    assert send("nation.editor", path, {**body, "answer": "mentor_head"}, key).status_code == 409
    back = f"/decisions/{first.json()['id']}/take-back"
    replayed = [send("nation.editor", back, key=f"{key}-back") for _ in range(2)]
    assert [one.status_code for one in replayed] == [201, 201]
    assert replayed[0].json() == replayed[1].json()
