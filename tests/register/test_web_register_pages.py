"""Pages of schools, authorities and trusts: what they say, to whom, in how many queries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from leadscape_web.accounts.bodies import Body
from leadscape_web.accounts.context import acting
from leadscape_web.register.bodies import describe_body, find_bodies
from leadscape_web.register.memberships import current_members
from leadscape_web.register.models import Group, Membership, School
from leadscape_web.register.presenters.authority import present_authority
from leadscape_web.register.presenters.school import present_school
from leadscape_web.register.presenters.trust import present_trust
from leadscape_web.register.records import lists
from leadscape_web.register.records.authority import read_authority
from leadscape_web.register.records.lineage import relatives_of
from leadscape_web.register.records.lists import trusts_frame
from leadscape_web.register.records.neighbours import neighbours_of
from leadscape_web.register.records.school import SchoolRecord, read_school
from leadscape_web.register.records.trust import read_trust
from leadscape_web.register.search_index import rebuild

from tests.support.own_database import owner_cursor

pytestmark = pytest.mark.django_db
Clients = Callable[[str], Any]
SCHOOL, CLOSED, AUTHORITY, TRUST = (
    "/register/school/100006/",
    "/register/school/100007/",
    "/register/authority/201/",
    "/register/trust/T1/",
)


@pytest.fixture(scope="module", autouse=True)
def index(django_db_setup: None, django_db_blocker: Any) -> None:
    """What Find finds of the invented system."""
    from django.db import connections

    with django_db_blocker.unblock():
        rebuild("owner")
        connections["owner"].close()


def text_of(answer: Any) -> str:
    """What a reader reads, in one line."""
    body = answer.content.decode().split('id="main-content">')[1].split("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def page_of(client_of: Clients, path: str, who: str = "nation.reader", status: int = 200) -> str:
    answer = client_of(who).get(path)
    assert answer.status_code == status
    return text_of(answer)


def known(urn: str) -> SchoolRecord:
    record = read_school(urn)
    assert record is not None
    return record


def test_every_fact_has_its_source_and_what_is_missing_says_why(client_of: Clients) -> None:
    said = page_of(client_of, SCHOOL)
    assert "Source of every fact below: register.csv, as of 30 June 2006" in said
    assert "Pupils 200" in said
    assert "Pupils eligible for free school meals, % Suppressed" in said
    assert "Places Not known" in said
    assert "Where it is Town, SP1 2BB 51.0500° north, 1.0500° west" in said
    assert "no coordinates" in page_of(client_of, "/register/school/100008/").lower()


def test_what_was_before_and_what_came_after(client_of: Clients) -> None:
    after, before = page_of(client_of, SCHOOL), page_of(client_of, CLOSED)
    assert "Schools that this one followed" in after
    assert (
        "Fernhill School 100007 one school followed the other 1 September 2005 Closed 31 August 2005" in after
    )
    assert "This school closed on 31 August 2005. Followed by Fernhill Academy ." in before
    assert "Schools that followed this one" in before
    assert "Fernhill Comprehensive In files without a date 31 August 2005 links.csv" in after


def test_a_family_is_followed_both_ways_and_over_schools_that_the_register_lacks() -> None:
    with acting():
        assert [(one.urn, one.relation, one.steps) for one in relatives_of("100006")] == [
            ("100007", "predecessor", 1)
        ]
        assert [(one.urn, one.relation, one.steps) for one in relatives_of("100007")] == [
            ("100006", "successor", 1)
        ]
        assert relatives_of("100001") == ()


def test_membership_over_time_with_its_source(client_of: Clients) -> None:
    said = page_of(client_of, SCHOOL)
    assert "Riverside Trust Multi-academy trust 1 September 2005 Still a member register.csv" in said
    assert "No file states that this school belongs to a trust" in page_of(
        client_of, "/register/school/100001/"
    )


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("nation.reader", True),
        ("authority.reader", True),
        ("authority.approver", True),
        ("trust.reader", True),
        ("school.reader", False),
        ("authority.researcher", False),
        ("nation.administrator", False),
    ],
)
def test_the_head_is_shown_to_who_sees_people_there(client_of: Clients, who: str, sees: bool) -> None:
    said = page_of(client_of, "/register/school/100002/", who)
    assert ("Headteacher Dora Dunn Source: register.csv, 30 June 2006" in said) is sees
    assert said.count("Dora") == sees
    rights = (
        "Your rights do not show people by name"
        if who.split(".")[1] in ("researcher", "administrator")
        else "No head"
    )
    assert (rights in said) is not sees


def test_an_erased_head_has_no_name(client_of: Clients) -> None:
    record = known("100002")
    assert record.heads == ()
    with acting(using="default"):
        page = present_school(record, sees_people=True)
    assert page.heads == ()


def test_nearest_schools_of_the_same_phase() -> None:
    with acting():
        ashgrove, cedar = School.objects.get(pk="100001"), School.objects.get(pk="100003")
        assert [one.school.urn for one in neighbours_of(ashgrove, within_km=40)] == ["100003"]
        assert neighbours_of(ashgrove) == ()
        there, back = neighbours_of(ashgrove, 40)[0], neighbours_of(cedar, 40)[0]
    # 0.4 degrees of longitude at 54° north and 0.1 of latitude: 26.14 km and 11.12 km.
    assert there.distance_km == pytest.approx(28.4, abs=0.1)
    assert back.distance_km == pytest.approx(there.distance_km, abs=0.1)


def test_a_closed_school_is_nobodys_neighbour() -> None:
    with acting():
        found = neighbours_of(School.objects.get(pk="100006"))
    assert found == ()


def test_an_authority_counts_with_its_denominators(client_of: Clients) -> None:
    said = page_of(client_of, AUTHORITY)
    assert "Open schools 3 Of 4 that the register lists here Source: register.csv, as of 30 June 2006" in said
    assert "Source of every fact" not in said
    assert "Secondary 1 33.3 % of 3 0 0 1 0" in said
    assert "All phases 3 100.0 % of 3 0 0 1 0" in said
    assert "Riverside Trust Multi-academy trust 1 2" in said
    assert "1 row" not in said.split("List of schools")[0]
    assert "Fernhill School 100007" in said


def test_an_authority_without_schools_says_so(client_of: Clients) -> None:
    record = read_authority("101")
    assert record is not None
    page = present_authority(replace(record, counts=(), trusts=()))
    assert page.phases == ()
    assert page.facts[2].value == 0


def test_a_trust_shows_its_schools_over_time_and_where_it_works(client_of: Clients) -> None:
    said = page_of(client_of, TRUST)
    assert "Schools now 2 Source: register.csv, as of 30 June 2006" in said
    assert "Open schools 2 Of 2 schools now Source: register.csv, as of 30 June 2006" in said
    assert "Closed Not closed Source" in said
    assert "Source of every fact" not in said
    assert "Northshire 1 50.0 % of 2" in said
    assert (
        "Beechwood Secondary School 100002 Secondary Open Northshire 1 September 2005 Still a member" in said
    )


@pytest.fixture
def changed_members() -> Iterator[Callable[..., None]]:
    """Change memberships as the owner does, who alone may; afterwards they are as before."""
    from django.db import connections

    with owner_cursor(connections) as cursor:

        def change(*statements: str) -> None:
            cursor.execute("select set_config('leadscape.why', 'Other memberships', true)")
            for statement in statements:
                cursor.execute(statement)
            cursor.connection.commit()
            # A load would have said so by a source of its own.
            lists._whole_register.cache_clear()

        change("create table members_kept as select * from register_membership")
        yield change
        change(
            "delete from register_membership",
            "insert into register_membership select * from members_kept",
            "drop table members_kept",
        )


def test_without_a_file_of_trusts_nothing_is_counted(
    client_of: Clients, changed_members: Callable[..., None]
) -> None:
    changed_members("delete from register_membership")
    for path in (AUTHORITY, TRUST):
        said = page_of(client_of, path)
        assert "Not collected" in said
        assert "schools here 0" not in said
        assert "Schools now 0" not in said
    for path in ("schools", "authorities", "trusts"):
        assert "Not collected" in page_of(client_of, f"/register/{path}/")


@pytest.mark.parametrize(
    ("status", "says"), [("open", "Not closed"), ("proposed_to_open", "Not closed"), ("unknown", "Not known")]
)
def test_only_what_is_known_to_stand_is_not_closed(status: str, says: str) -> None:
    record = known("100001")
    record.school.status = status
    facts = {fact.label: fact for fact in present_school(record, sees_people=False).facts}
    assert facts["Closed"].missing == says


def test_a_member_is_one_until_the_day_of_leaving_and_counts_once(
    client_of: Clients, changed_members: Callable[..., None]
) -> None:
    changed_members(
        "update register_membership set left_on = current_date + 2 where school_id = '100006'",
        "insert into register_membership (id, school_id, group_id) values (gen_random_uuid(), '100006', 'T1')",
        "update register_membership set left_on = current_date where school_id = '100002'",
    )
    said = page_of(client_of, TRUST)
    assert "Schools now 1 " in said
    assert "Former schools 1 " in said
    with acting():
        assert trusts_frame().select("schools", "former").row(0) == (1, 1)
        assert Membership.objects.filter(current_members()).count() == 2


def test_a_trust_of_which_no_school_is_known() -> None:
    record = read_trust("T1")
    assert record is not None
    page = present_trust(replace(record, memberships=(), now=(), former=0))
    assert page.authorities == ()
    assert page.schools.rows.height == 0  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/register/school/999999/", "There is no school with this number"),
        ("/register/authority/999/", "There is no authority with this code"),
        ("/register/trust/T9/", "There is no trust or federation with this number"),
    ],
)
def test_a_number_that_nobody_has_says_what_to_do(client_of: Clients, path: str, says: str) -> None:
    said = page_of(client_of, path, status=404)
    assert said.startswith(says)
    assert "What you can do" in said
    assert "which files were loaded" in said


def test_a_school_that_only_links_name_leads_on(client_of: Clients) -> None:
    from leadscape_web.register.records.lineage import named_by_links

    with acting():
        assert named_by_links("100007") == (("100006", "Fernhill Academy"),)
    assert "had closed before" not in page_of(client_of, "/register/school/999999/", status=404)


def test_a_school_known_from_links_alone_is_told_apart_from_a_slip(
    client_of: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "leadscape_web.register.views.unknown.named_by_links", lambda _: (("100006", "Fernhill Academy"),)
    )
    said = page_of(client_of, "/register/school/090001/", status=404)
    assert (
        "It had closed before the register began, or lies outside it. It is tied to: Fernhill Academy" in said
    )


def test_markup_in_an_address_is_text(client_of: Clients) -> None:
    answer = client_of("nation.reader").get("/register/school/%3Cb%3E/")
    assert answer.status_code == 404
    assert b"&lt;b&gt;" in answer.content


@pytest.mark.parametrize(("path", "own"), [(SCHOOL, 8), (AUTHORITY, 5), (TRUST, 3)])
def test_a_record_takes_a_fixed_number_of_queries(
    django_assert_max_num_queries: Any, path: str, own: int
) -> None:
    kind, key = path.strip("/").split("/")[1:]
    read = {"school": read_school, "authority": read_authority, "trust": read_trust}[kind]
    with acting(), django_assert_max_num_queries(own):
        assert read(key) is not None


@pytest.mark.parametrize(
    "path", ["/register/schools/", "/register/authorities/", "/register/trusts/", "/register/sources/"]
)
def test_a_list_takes_a_fixed_number_of_queries(
    client_of: Clients, django_assert_max_num_queries: Any, path: str
) -> None:
    client = client_of("nation.reader")
    with django_assert_max_num_queries(10):
        assert client.get(path).status_code == 200


def test_bodies_to_act_for_are_found_and_described() -> None:
    with acting():
        assert Body("trust", "T1", "Riverside Trust", "multi academy trust") in find_bodies("riverside", 5)
        assert find_bodies("100004", 5)[0].key == "100004"
        assert find_bodies("", 5) == []
        school = describe_body("school", "100001")
        assert school == Body("school", "100001", "Ashgrove Primary School", "URN 100001, Town, Northshire")
        assert describe_body("trust", "T1") == Body(
            "trust", "T1", "Riverside Trust", "Multi-academy trust, T1"
        )
        assert describe_body("authority", "101") == Body("authority", "101", "Northshire", "North")
        assert describe_body("school", "999999") is None
        assert describe_body("nation", "england") is None
        assert Group.objects.count() == 1
