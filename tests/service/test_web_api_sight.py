"""A program sees what its user sees on the pages: no more, no less, whoever it is."""

from __future__ import annotations

import pytest

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import Access, Organisation, Person
from leadscape_web.survey.models import Leader

from tests.support.programs import every_row, key_for, program
from tests.support.service import AREAS, LEADERS, RIGHTS

pytestmark = pytest.mark.django_db
NAMES = [name for _, name, *_ in LEADERS]
NAMED = ("reader", "editor", "broker", "approver")
EVERYBODY = [f"{kind}.{right}" for kind in AREAS for right in RIGHTS]


@pytest.fixture(autouse=True)
def without_second_factor(settings) -> None:
    settings.SECOND_FACTOR = "offered"


@pytest.mark.parametrize("who", [name for name in EVERYBODY if name.endswith(NAMED)])
def test_leaders_are_those_of_the_page(who, user_of, client_of) -> None:
    listed = client_of(who).get("/survey/leaders/", {"format": "csv"})
    assert listed.status_code == 200
    text = listed.content.decode("utf-8-sig")
    ask = program(key_for(user_of(who))[1])
    leaders = every_row(ask, "/leaders")
    assert {one["name"] for one in leaders} == {name for name in NAMES if name in text}
    ids = {one["id"] for one in leaders}
    assert {one["leader"] for one in every_row(ask, "/role-holdings")} <= ids
    assert {one["leader"] for one in every_row(ask, "/supports")} <= ids


@pytest.mark.parametrize("who", [name for name in EVERYBODY if not name.endswith(NAMED)])
def test_others_are_shown_nobody(who, user_of, client_of) -> None:
    ask = program(key_for(user_of(who))[1])
    for path in ("/leaders", "/role-holdings", "/supports", "/headships"):
        assert ask(path).status_code == 403
    assert client_of(who).get("/survey/leaders/").status_code == 403
    people = [one for one in ask("/find", q="alice ash").json()["items"] if one["kind"] == "person"]
    assert not people


@pytest.mark.parametrize("who", [name for name in EVERYBODY if name.endswith("researcher")])
def test_researchers_are_told_what_the_page_tells(who, user_of, client_of) -> None:
    rows = every_row(program(key_for(user_of(who))[1]), "/anonymous-holdings")
    assert client_of(who).get("/survey/anonymous/").status_code == 200
    assert not {"name", "home_school", "person"} & {key for row in rows for key in row}


def test_somebody_elses_leader_is_not_told_apart_from_nobody(user_of) -> None:
    whole = every_row(program(key_for(user_of("nation.reader"))[1]), "/leaders")
    charlie = next(one for one in whole if one["name"] == "Charlie Cedar")
    ask = program(key_for(user_of("authority.reader"))[1])
    unseen, unknown = ask(f"/leaders/{charlie['id']}"), ask("/leaders/00000000-0000-0000-0000-000000000000")
    assert unseen.status_code == unknown.status_code == 404
    left_out = {"number"}
    assert {k: v for k, v in unseen.json().items() if k not in left_out} == {
        k: v for k, v in unknown.json().items() if k not in left_out
    }
    history = ask(f"/history/survey_leader/{charlie['id']}")
    assert history.json().get("items", []) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_every_row_comes_exactly_once_while_others_are_added(limit, user_of) -> None:
    editor = user_of("nation.editor")
    ask = program(key_for(editor)[1])

    def add() -> None:
        with acting(editor, why="A test adds leaders while a program reads"):
            person = Person.objects.create()
            Leader.objects.create(key=f"added-{person.pk}", person=person, authority_id="101")

    for _ in range(6):
        add()
    there = {one["id"] for one in every_row(ask, "/leaders", limit=500)}
    read: list[str] = []
    answer = ask("/leaders", limit=limit).json()
    for turn in range(200):
        read += [one["id"] for one in answer["items"]]
        if answer["next"] is None:
            break
        assert len(answer["items"]) == limit
        if turn < 30:
            add()
        answer = ask(answer["next"]).json()
    assert len(read) == len(set(read))
    assert there <= set(read)


@pytest.mark.parametrize(
    "path", ["/schools", "/authorities", "/trusts", "/memberships", "/links", "/sources"]
)
def test_pages_of_any_size_make_one_list(path, user_of) -> None:
    ask = program(key_for(user_of("school.reader"))[1])
    whole = every_row(ask, path, limit=500)
    assert whole
    assert every_row(ask, path, limit=1) == whole
    assert every_row(ask, path, limit=2) == whole


def test_history_of_people_needs_the_scope_of_people_as_well(user_of) -> None:
    user = user_of("nation.reader")
    with acting(user):
        leader = str(Leader.objects.get(key="leader-alice").pk)
    audits = program(key_for(user, ["audit:read"])[1])
    both = program(key_for(user, ["audit:read", "people:read"])[1])
    for path in (f"/history/survey_leader/{leader}", f"/history/survey_leader/{leader}/as-of"):
        refused = audits(path)
        assert refused.status_code == 403
        assert "people:read" in refused.json()["detail"]
        assert leader not in refused.json()["detail"]
        assert both(path).status_code == 200
    assert both(f"/history/survey_leader/{leader}").json()["items"][0]["after"]["phase"] == "primary"
    assert audits("/history/register_school/100001").json()["items"][0]["after"]["name"]


def test_all_events_tell_nothing_of_people_without_the_scope_of_people(user_of) -> None:
    user = user_of("nation.reader")
    with acting(user_of("nation.administrator"), why="Also administers"):
        nation = Organisation.objects.get(kind="nation")
        Access.objects.create(user=user, organisation=nation, right="administrator")
    for scopes, told in ((["audit:read"], False), (["audit:read", "people:read"], True)):
        events = every_row(program(key_for(user, scopes)[1]), "/events", limit=500)
        people = [event for event in events if event["audience"] == "person"]
        leaders = [event for event in people if event["table"] == "survey_leader"]
        assert leaders
        assert all((event["after"] is not None) == event["shown"] == told for event in leaders)
        assert told or not any(event["before"] or event["after"] or event["shown"] for event in people)
        assert all(event["after"] for event in events if event["table"] == "register_school")
