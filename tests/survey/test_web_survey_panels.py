"""What the survey says on pages of schools, authorities and trusts; and what it says to whoever may see nobody."""

from __future__ import annotations

import html
import re

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel(client_of):
    def read(who: str, address: str, title: str) -> str:
        page = client_of(who).get(address)
        assert page.status_code == 200
        parts = re.split(r"<h2[^>]*>", html.unescape(page.content.decode()))
        found = next((part for part in parts if part.startswith(f"{title}</h2>")), "")
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found))

    return read


def test_a_school_names_its_leaders_and_their_roles(panel) -> None:
    said = panel("authority.reader", "/register/school/100001/", "Leaders whose home school this is")
    assert "Alice Ash" in said
    assert "National leader of education, from 1 January 2006, no end is known" in said


def test_support_is_told_in_both_directions(panel) -> None:
    given = panel("nation.reader", "/register/school/100001/", "Support given")
    assert "Elmfield Primary School Alice Ash National leader of education 1 January 2006" in given
    received = panel("nation.reader", "/register/school/100005/", "Support received")
    assert "Ashgrove Primary School Alice Ash" in received
    network = panel("nation.reader", "/register/school/100005/", "Support network")
    assert "gives support to Elmfield Primary School: Alice Ash" in network


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/register/school/100002/", "Nobody was named in An invented system, which Northshire answered."),
        ("/register/school/100005/", "Not known: Southport did not answer in An invented system."),
    ],
)
def test_where_nobody_is_known_it_is_said_why(address, said, panel) -> None:
    assert said in panel("nation.reader", address, "Leaders whose home school this is")


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("nation.researcher", "People are not shown to researchers."),
        ("nation.administrator", "People are not shown to administrators"),
    ],
)
@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/register/school/100001/", "Leaders whose home school this is"),
        ("/register/authority/101/", "Leaders and roles in the area"),
        ("/register/trust/T1/", "Leaders whose home school is in it"),
    ],
)
def test_who_may_see_nobody_is_told_so_and_never_zero(who, why, address, title, panel) -> None:
    said = panel(who, address, title)
    assert why in said
    assert not re.search(r"\b(0|no leader|none)\b", said.lower())
    assert "Alice" not in said
    assert panel(who, address, "Support given") == ""


def test_an_area_ends_where_it_ends(panel) -> None:
    school = panel("authority.reader", "/register/school/100003/", "Leaders whose home school this is")
    assert "outside the area in which you see people" in school
    assert "Bob" not in school
    other = panel("authority.reader", "/register/authority/102/", "Leaders and roles in the area")
    assert "This authority is outside the area in which you see people" in other
    partly = panel("trust.reader", "/register/authority/201/", "Leaders and roles in the area")
    assert "Only part of this authority" in partly


def test_an_authority_tells_its_response_and_its_roles(panel) -> None:
    answered = panel("nation.researcher", "/register/authority/101/", "Response to each wave")
    assert "An invented system 30 June 2006 Answered named leaders" in answered
    silent = panel("nation.reader", "/register/authority/201/", "Response to each wave")
    assert "Did not answer unknown: this is not zero" in silent
    roles = panel("authority.reader", "/register/authority/101/", "Leaders and roles in the area")
    assert "1 leader holds 1 role." in roles
    assert "National leader of education 1 1" in roles


def test_a_trust_names_leaders_whose_home_school_is_in_it(panel) -> None:
    said = panel("trust.reader", "/register/trust/T1/", "Leaders whose home school is in it")
    assert "Charlie Cedar Fernhill Academy School improvement partner" in said
    part = panel("authority.reader", "/register/trust/T1/", "Leaders whose home school is in it")
    assert "You see people at 1 of its 2 schools" in part
    assert "Charlie" not in part


def test_the_administration_names_the_codebooks_as_used(panel) -> None:
    said = panel("nation.administrator", "/administration/", "Codebooks as used")
    assert "england-2006 Roles of system leaders, England 2006 An invented system" in said


def test_panels_need_few_queries(client_of, django_assert_max_num_queries) -> None:
    client = client_of("authority.reader")
    for address in ("/register/school/100001/", "/register/authority/101/", "/register/trust/T1/"):
        client.get(address)
        with django_assert_max_num_queries(32):
            client.get(address)
