"""Corrections: a reason, a version, an area, and rules of the tables that come back as sentences."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import PersonName
from leadscape_web.audit.models import Event
from leadscape_web.audit.versions import save_if_current
from leadscape_web.register.models import School
from leadscape_web.survey import changes
from leadscape_web.survey.models import Leader, RoleHolding, Support
from leadscape_web.survey.refusals import Impossible

pytestmark = pytest.mark.django_db
WHY = "Told by the school by telephone"


@pytest.fixture
def leader_of(user_of) -> Callable[[str], Leader]:
    def find(key: str) -> Leader:
        with acting(user_of("nation.reader")):
            return Leader.objects.get(key=key)

    return find


@pytest.fixture
def as_nation(user_of):
    def ask(query: Callable[[], Any]) -> Any:
        with acting(user_of("nation.reader")):
            return query()

    return ask


def parts(name: str, day: date | None) -> dict[str, str]:
    values = (day.day, day.month, day.year) if day else ("", "", "")
    return {
        f"{name}-{part}": str(value) for part, value in zip(("day", "month", "year"), values, strict=True)
    }


def text(page: Any) -> str:
    return html.unescape(page.content.decode())


def holding_form(role: str, start: date | None, end: date | None = None, **more: Any) -> dict[str, Any]:
    return {"role": role, "why": WHY, **parts("started_on", start), **parts("ended_on", end), **more}


def test_a_name_is_corrected_and_the_former_one_superseded(client_of, leader_of, as_nation) -> None:
    alice = leader_of("leader-alice")
    page = client_of("authority.editor").post(
        f"/survey/leader/{alice.pk}/name/",
        {"full_name": "Alice  Ash-Grove", "version": alice.version, "why": WHY},
    )
    assert (page.status_code, page["Location"]) == (302, f"/survey/leader/{alice.pk}/")
    names = as_nation(lambda: list(PersonName.objects.filter(person=alice.person_id).order_by("recorded_at")))
    assert [name.full_name for name in names] == ["Alice Ash", "Alice Ash-Grove"]
    assert [name.superseded_at is None for name in names] == [False, True]
    events = as_nation(lambda: list(Event.objects.filter(person=alice.person_id, why=WHY)))
    assert {event.table for event in events} == {"survey_leader", "accounts_personname"}
    assert "Ash" not in str([(event.before, event.after) for event in events])


def test_a_correction_without_a_reason_is_not_saved(client_of, leader_of, as_nation) -> None:
    alice = leader_of("leader-alice")
    page = client_of("authority.editor").post(
        f"/survey/leader/{alice.pk}/name/", {"full_name": "Alice Oak", "version": alice.version, "why": ""}
    )
    assert "Enter the reason" in text(page)
    assert as_nation(lambda: PersonName.objects.filter(person=alice.person_id).count()) == 1


@pytest.mark.parametrize("why", ["Mrs ASH married", "Now called Alice Oak", "Her name is Oak now"])
def test_a_reason_with_a_name_of_the_person_is_refused(why, client_of, leader_of, as_nation) -> None:
    alice = leader_of("leader-alice")
    page = client_of("authority.editor").post(
        f"/survey/leader/{alice.pk}/name/",
        {"full_name": "Alice Oak", "version": alice.version, "why": why},
    )
    assert "Enter the reason without the n" in text(page)
    assert as_nation(lambda: PersonName.objects.filter(person=alice.person_id).count()) == 1


@pytest.mark.parametrize(("kind", "follows"), [("wrong", True), ("moved", False)])
def test_authority_region_and_phase_follow_the_home_school(
    kind, follows, client_of, leader_of, as_nation
) -> None:
    alice = leader_of("leader-alice")
    client = client_of("region.editor")
    holding = as_nation(lambda: alice.role_holdings.get())
    client.post(
        f"/survey/role-holding/{holding.pk}/end/",
        {"kind": "ended", "why": WHY, "version": holding.version, **parts("ended_on", date(2006, 5, 1))},
    )
    page = client.post(
        f"/survey/leader/{alice.pk}/home-school/",
        {"school": "100003", "kind": kind, "version": alice.version, "why": WHY},
    )
    assert page.status_code == 302
    moved = as_nation(lambda: Leader.objects.get(pk=alice.pk))
    assert (moved.home_school_id, moved.authority_id, moved.region) == ("100003", "102", "North")
    ended = as_nation(lambda: RoleHolding.objects.get(pk=holding.pk))
    assert (ended.home_school_id, ended.authority_id) == (("100003", "102") if follows else ("100001", "101"))
    support = as_nation(lambda: Support.objects.get(leader=alice.pk))
    assert support.home_school_id == ("100003" if follows else "100001")


def test_a_leader_is_not_moved_to_a_school_outside_the_area(client_of, leader_of, as_nation) -> None:
    alice = leader_of("leader-alice")
    page = client_of("authority.editor").post(
        f"/survey/leader/{alice.pk}/home-school/",
        {"school": "100003", "kind": "moved", "version": alice.version, "why": WHY},
    )
    assert page.status_code == 422
    assert "That school is outside the area you edit." in text(page)
    assert "Ask an editor of that school's authority" in text(page)
    assert as_nation(lambda: Leader.objects.get(pk=alice.pk)).home_school_id == "100001"


def test_a_school_can_be_said_by_part_of_its_name(client_of, leader_of, as_nation) -> None:
    alice = leader_of("leader-alice")
    client, place = client_of("nation.editor"), f"/survey/leader/{alice.pk}/home-school/"
    asked = {"kind": "wrong", "version": alice.version, "why": WHY}
    several = client.post(place, {**asked, "school": "fernhill"})
    assert "Select the school that you mean by fernhill." in text(several)
    assert 'type="radio" value="100006"' in text(several)
    assert 'value="100007"' in text(several)
    assert text(several).index('value="100006"') < text(several).index('value="100007"')
    alike = client.post(place, {**asked, "school": "ceder lane"})
    assert 'type="radio" value="100003"' in text(alike)
    none = client.post(place, {**asked, "school": "zzzz qqqq"})
    assert "No school is found for zzzz qqqq." in text(none)
    assert client.post(place, {**asked, "school": "cedar lane primary school"}).status_code == 302
    assert as_nation(lambda: Leader.objects.get(pk=alice.pk)).home_school_id == "100003"


def test_a_role_holding_is_added_in_the_words_of_the_codebook(client_of, leader_of, as_nation) -> None:
    alice = leader_of("leader-alice")
    page = client_of("authority.editor").post(
        f"/survey/leader/{alice.pk}/add-role-holding/", holding_form("mentor_head", date(2006, 9, 1))
    )
    assert page.status_code == 302
    added = as_nation(lambda: RoleHolding.objects.get(leader=alice.pk, role="mentor_head"))
    assert (added.origin, added.routes, added.respondents) == ("national", ["editor"], [])
    assert (added.home_school_id, added.authority_id, added.person_id) == ("100001", "101", alice.person_id)


def test_two_holdings_of_one_role_may_not_overlap(client_of, leader_of, as_nation) -> None:
    alice = leader_of("leader-alice")
    client, place = client_of("authority.editor"), f"/survey/leader/{alice.pk}/add-role-holding/"
    role = "national_leader_of_education"
    page = client.post(place, holding_form(role, date(2006, 9, 1)))
    assert page.status_code == 422
    assert "This leader already holds this role at that time (from 1 January 2006, no end is known)." in text(
        page
    )
    assert 'href="#id_started_on-day"' in text(page)
    assert client.post(place, holding_form(role, date(2005, 9, 1), date(2006, 1, 1))).status_code == 302
    assert as_nation(lambda: RoleHolding.objects.filter(leader=alice.pk, role=role).count()) == 2


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (holding_form("mentor_head", date(2006, 9, 1), date(2006, 8, 31)), "the same as or after the start"),
        (holding_form("", date(2006, 9, 1)), "Select the role"),
        (holding_form("superhead", date(2006, 9, 1)), "Select a valid choice"),
        ({**holding_form("mentor_head", None), "started_on-month": "13"}, "must include a day and a year"),
    ],
)
def test_what_is_wrong_with_a_role_holding_is_said(form, said, client_of, leader_of) -> None:
    alice = leader_of("leader-alice")
    page = client_of("authority.editor").post(f"/survey/leader/{alice.pk}/add-role-holding/", form)
    assert page.status_code == 422
    assert said in text(page)


def test_a_corrected_role_takes_its_support_along(client_of, leader_of, as_nation) -> None:
    alice = leader_of("leader-alice")
    holding = as_nation(lambda: alice.role_holdings.get())
    form = holding_form("executive_headship", None, version=holding.version)
    page = client_of("authority.editor").post(f"/survey/role-holding/{holding.pk}/", form)
    assert page.status_code == 302
    changed = as_nation(lambda: RoleHolding.objects.get(pk=holding.pk))
    assert (changed.role, changed.origin, changed.started_on) == ("executive_headship", "local", None)
    assert (changed.version, changed.wave_id) == (holding.version + 1, holding.wave_id)
    assert as_nation(lambda: Support.objects.get(leader=alice.pk)).role == "executive_headship"


def test_an_ended_holding_ends_its_support(client_of, leader_of, as_nation) -> None:
    alice = leader_of("leader-alice")
    holding = as_nation(lambda: alice.role_holdings.get())
    client, place = client_of("school.editor"), f"/survey/role-holding/{holding.pk}/end/"
    asked = {"kind": "ended", "version": holding.version, "why": WHY}
    early = client.post(place, {**asked, **parts("ended_on", date(2005, 12, 31))})
    assert "must be the same as or after the start, 1 January 2006" in text(early)
    assert "Enter the day on which it ended." in text(
        client.post(place, {**asked, **parts("ended_on", None)})
    )
    assert client.post(place, {**asked, **parts("ended_on", date(2006, 7, 31))}).status_code == 302
    assert as_nation(lambda: RoleHolding.objects.get(pk=holding.pk)).ended_on == date(2006, 7, 31)
    assert as_nation(lambda: Support.objects.get(leader=alice.pk)).ended_on == date(2006, 7, 31)


def test_a_mistake_is_struck_out_and_stays(client_of, leader_of, as_nation) -> None:
    alice = leader_of("leader-alice")
    holding = as_nation(lambda: alice.role_holdings.get())
    client = client_of("authority.editor")
    asked = {"kind": "mistake", "version": holding.version, "why": WHY, **parts("ended_on", None)}
    assert client.post(f"/survey/role-holding/{holding.pk}/end/", asked).status_code == 302
    kept = as_nation(lambda: RoleHolding.objects.get(pk=holding.pk))
    assert kept.withdrawn_at is not None
    assert as_nation(lambda: Support.objects.get(leader=alice.pk)).withdrawn_at is not None
    page = text(client.get(f"/survey/leader/{alice.pk}/"))
    assert "<s>National leader of education</s>" in page
    assert f"Reason: {WHY}" in page
    assert "no role-holding known" in page
    assert "Alice Ash" not in text(client.get("/survey/role-holdings/"))
    # The same role may be added anew, and what was withdrawn is not changed any more.
    again = holding_form("national_leader_of_education", date(2006, 1, 1))
    assert client.post(f"/survey/leader/{alice.pk}/add-role-holding/", again).status_code == 302
    assert client.get(f"/survey/role-holding/{holding.pk}/").status_code == 403


def test_support_is_recorded_once_and_never_for_the_own_school(client_of, leader_of, as_nation) -> None:
    alice = leader_of("leader-alice")
    holding = as_nation(lambda: alice.role_holdings.get())
    client, place = client_of("authority.editor"), f"/survey/leader/{alice.pk}/add-support/"
    asked = {"holding": str(holding.pk), "why": WHY, **parts("started_on", None)}
    assert "the leader's own home school" in text(client.post(place, {**asked, "school": "100001"}))
    assert "This support is recorded already." in text(client.post(place, {**asked, "school": "100005"}))
    assert client.post(place, {**asked, "school": "100003"}).status_code == 302
    support = as_nation(lambda: Support.objects.get(leader=alice.pk, partner_school="100003"))
    assert (support.home_school_id, support.role) == ("100001", holding.role)
    ending = {"kind": "ended", "version": support.version, "why": WHY, **parts("ended_on", date(2007, 1, 1))}
    assert client.post(f"/survey/support/{support.pk}/end/", ending).status_code == 302
    assert as_nation(lambda: Support.objects.get(pk=support.pk)).ended_on == date(2007, 1, 1)


def test_the_second_editor_is_told_and_overwrites_nothing(client_of, leader_of, as_nation) -> None:
    alice = leader_of("leader-alice")
    holding = as_nation(lambda: alice.role_holdings.get())
    place = f"/survey/role-holding/{holding.pk}/"
    first = holding_form("mentor_head", date(2006, 1, 1), version=holding.version)
    second = holding_form("mentor_head", date(2006, 2, 1), date(2006, 3, 1), version=holding.version)
    assert client_of("authority.editor").post(place, first).status_code == 302
    page = client_of("region.editor").post(place, second)
    assert page.status_code == 409
    said = text(page)
    assert "Somebody else changed this record meanwhile" in said
    assert "A user of Northshire saved a change on" in said
    assert f"Reason: {WHY}" in said
    for value in ("1 January 2006", "1 February 2006", "1 March 2006", "Mentor head"):
        assert value in said
    saved = as_nation(lambda: RoleHolding.objects.get(pk=holding.pk))
    assert (saved.started_on, saved.ended_on, saved.version) == (date(2006, 1, 1), None, holding.version + 1)


def test_two_names_given_at_once_are_set_side_by_side(client_of, leader_of, as_nation) -> None:
    alice = leader_of("leader-alice")
    place = f"/survey/leader/{alice.pk}/name/"
    asked = {"version": alice.version, "why": WHY}
    assert client_of("authority.editor").post(place, {**asked, "full_name": "Alice Oak"}).status_code == 302
    said = text(client_of("region.editor").post(place, {**asked, "full_name": "Alice Elm"}))
    for name in ("Alice Ash", "Alice Oak", "Alice Elm (differs)"):
        assert name in said
    current = as_nation(lambda: PersonName.objects.get(person=alice.person_id, superseded_at=None))
    assert current.full_name == "Alice Oak"


@pytest.mark.parametrize(
    "who", ["authority.reader", "authority.broker", "nation.administrator", "nation.researcher"]
)
def test_only_editors_correct(who, client_of, leader_of) -> None:
    alice = leader_of("leader-alice")
    for page in ("name", "home-school", "add-role-holding", "add-support"):
        assert client_of(who).get(f"/survey/leader/{alice.pk}/{page}/").status_code == 403


def test_an_editor_of_the_partner_school_reads_and_does_not_correct(client_of, leader_of, as_nation) -> None:
    alice = leader_of("leader-alice")
    holding = as_nation(lambda: alice.role_holdings.get())
    elsewhere, place = client_of("trust.editor"), f"/survey/leader/{alice.pk}/"
    assert elsewhere.get(place).status_code == 404
    asked = {"holding": str(holding.pk), "why": WHY, "school": "100002", **parts("started_on", None)}
    assert client_of("authority.editor").post(f"{place}add-support/", asked).status_code == 302
    page = elsewhere.get(place)
    assert page.status_code == 200
    assert "Correct" not in text(page)
    refused = elsewhere.post(
        f"{place}name/", {"full_name": "Alice Oak", "version": alice.version, "why": WHY}
    )
    assert refused.status_code == 403
    assert "it is not in the area you edit" in text(refused)


def test_the_database_refuses_what_the_pages_would_not_offer(
    client_of, leader_of, as_nation, user_of
) -> None:
    """The same changes, past the views: row-level security and the guards decide."""
    alice = leader_of("leader-alice")
    holding = as_nation(lambda: alice.role_holdings.get())
    asked = {"holding": str(holding.pk), "why": WHY, "school": "100002", **parts("started_on", None)}
    client_of("authority.editor").post(f"/survey/leader/{alice.pk}/add-support/", asked)
    with acting(user_of("trust.editor")):
        seen = Leader.objects.get(pk=alice.pk)
        with pytest.raises(PermissionDenied):
            changes.correct_name(seen, seen.version, "Alice Oak", WHY)
        with pytest.raises(PermissionDenied):
            changes.end_holding(holding, holding.version, date(2006, 7, 31), WHY)
        with pytest.raises(PermissionDenied):
            changes.add_holding(seen, "mentor_head", "national", None, None, None, WHY)
    with acting(user_of("authority.editor")):
        seen = Leader.objects.get(pk=alice.pk)
        with pytest.raises(Impossible, match="outside the area you edit"):
            changes.correct_home_school(seen, seen.version, School.objects.get(pk="100003"), False, WHY)
        with pytest.raises(DatabaseError, match="needs a reason"), transaction.atomic():
            save_if_current(seen, seen.version, phase="secondary")


def test_a_home_school_that_was_corrected_meanwhile_is_shown_in_words(
    client_of, leader_of, as_nation
) -> None:
    alice = leader_of("leader-alice")
    place = f"/survey/leader/{alice.pk}/home-school/"
    asked = {"kind": "wrong", "version": alice.version, "why": WHY}
    assert client_of("authority.editor").post(place, {**asked, "school": "100002"}).status_code == 302
    page = client_of("region.editor").post(place, {**asked, "school": "100003"})
    assert page.status_code == 409
    said = text(page)
    for name in ("Ashgrove Primary School", "Beechwood Secondary School", "Cedar Lane Primary School"):
        assert f"{name}, URN" in said
    assert "Eastvale (differs)" in said
    assert as_nation(lambda: Leader.objects.get(pk=alice.pk)).home_school_id == "100002"
