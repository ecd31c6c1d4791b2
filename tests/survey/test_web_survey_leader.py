"""A leader's page: a leader, a headship and a role-holding are three things, and what is missing is said."""

from __future__ import annotations

import re

import pytest

from leadscape_web.accounts.context import acting
from leadscape_web.survey.models import Leader
from leadscape_web.survey.presenters.leader import LeaderView, show_leader
from leadscape_web.survey.reading import read_leader

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(user_of):
    def find(key: str) -> str:
        with acting(user_of("nation.reader")):
            return f"/survey/leader/{Leader.objects.get(key=key).pk}/"

    return find


@pytest.fixture
def shown(user_of):
    def show(who: str, key: str) -> LeaderView:
        with acting(user_of(who)):
            return show_leader(read_leader(Leader.objects.get(key=key).pk))

    return show


def test_headship_role_holding_and_partner_school_are_told_apart(shown) -> None:
    leader = shown("authority.reader", "leader-alice")
    assert leader.name == "Alice Ash"
    assert [headship.school for headship in leader.headships] == ["Ashgrove Primary School"]
    (holding,) = leader.holdings
    facts = {fact.label: fact.value for fact in holding.facts}
    assert holding.role == "National leader of education"
    assert facts["Origin"] == "National"
    assert facts["Kind"] == "Change agent"
    assert facts["Started"] == "1 January 2006"
    assert facts["Ended"] == "No end is known"
    assert facts["Reported by"] == "Northshire"
    assert facts["By way of"] == "authority"
    assert facts["Source"] == "An invented system, as of 30 June 2006"
    (support,) = leader.supports
    assert (support.school, support.started) == ("Elmfield Primary School", "1 January 2006")


def test_each_of_the_three_has_its_own_part_of_the_page(client_of, address) -> None:
    html = client_of("authority.reader").get(address("leader-alice")).content.decode()
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", html)
    for start in ("Role-holdings", "Partner schools", "Headships", "Support network", "What is not known"):
        assert any(heading.startswith(start) for heading in headings)


def test_what_is_missing_is_said_and_never_zero(shown) -> None:
    leader = shown("trust.reader", "leader-charlie")
    (holding,) = leader.holdings
    assert {fact.label: fact.value for fact in holding.facts}["Started"] == "Start not known"
    assert "no partner school known" in leader.summary
    doubts = " ".join(leader.doubts)
    assert "without the day on which it started" in doubts
    assert "Southport did not answer in An invented system" in doubts
    assert "That does not mean that there is none" in doubts


def test_the_network_reaches_two_steps_in_a_table_and_a_picture(shown, client_of, address) -> None:
    network = shown("authority.reader", "leader-alice").network
    (school,) = network.schools
    assert (school.number, school.name, school.away) == (1, "Elmfield Primary School", "1 step")
    assert [tie.verb for tie in school.ties] == ["receives support from"]
    assert [node.label for node in network.picture.nodes] == ["H", "1"]
    html = client_of("authority.reader").get(address("leader-alice")).content.decode()
    assert "<svg" in html
    assert "style=" not in html.split("<main", 1)[1].split("</main>", 1)[0]


@pytest.mark.parametrize("who", ["region.reader", "authority.editor", "school.broker", "nation.approver"])
def test_who_sees_people_of_the_area_reads_the_page(who, client_of, address) -> None:
    assert client_of(who).get(address("leader-alice")).status_code == 200


def test_a_leader_outside_the_area_is_not_found(client_of, address) -> None:
    assert client_of("authority.reader").get(address("leader-bob")).status_code == 404


@pytest.mark.parametrize("who", ["nation.researcher", "nation.administrator", "nobody"])
def test_who_sees_no_people_is_refused(who, client_of, address) -> None:
    assert client_of(who).get(address("leader-alice")).status_code == 403


def test_the_page_needs_few_queries_whatever_is_on_it(
    client_of, address, django_assert_max_num_queries
) -> None:
    client, place = client_of("nation.reader"), address("leader-alice")
    client.get(place)
    with django_assert_max_num_queries(30):
        client.get(place)
