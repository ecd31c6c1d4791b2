"""The support network around a school: two steps, both directions, one set of numbers for picture and table."""

from __future__ import annotations

import uuid
from itertools import pairwise

import pytest

from leadscape_web.accounts.context import acting, because
from leadscape_web.survey.codebooks import KnownWaves
from leadscape_web.survey.models import Leader, Support
from leadscape_web.survey.network import Neighbour, Neighbourhood, Tie, neighbourhood
from leadscape_web.survey.presenters.network import DRAWN, show_network

TIES = (("leader-charlie", "100005"), ("leader-bob", "100006"))


def tie(giver: str | None, receiver: str) -> Tie:
    return Tie(
        uuid.uuid4(),
        uuid.uuid4(),
        "Alice Ash",
        None,
        "mentor_head",
        giver,
        giver,
        receiver,
        receiver,
        None,
        None,
    )


@pytest.fixture
def around(user_of, db):
    """Charlie supports Elmfield as Alice does, and Bob supports Charlie's school: a chain of four schools."""
    with acting(user_of("nation.editor")):
        because("A longer chain for this test")
        for key, partner in TIES:
            leader = Leader.objects.get(key=key)
            holding = leader.role_holdings.get()
            Support.objects.create(
                holding=holding, leader=leader, person_id=leader.person_id, role=holding.role,
                home_school_id=leader.home_school_id, partner_school_id=partner,
            )  # fmt: skip

    def look(who: str, urn: str, steps: int = 2) -> Neighbourhood:
        with acting(user_of(who)):
            return neighbourhood(urn, steps)

    return look


def test_two_steps_in_both_directions(around) -> None:
    near = around("nation.reader", "100001")
    assert [(one.urn, one.step, one.side) for one in near.neighbours] == [("100005", 1, 1), ("100006", 2, 1)]
    middle = around("nation.reader", "100005")
    assert {(one.urn, one.step, one.side) for one in middle.neighbours} == {
        ("100001", 1, -1), ("100006", 1, -1), ("100003", 2, -1),
    }  # fmt: skip
    assert {tie.giver for tie in middle.received} == {"100001", "100006"}
    assert middle.given == ()
    assert [one.urn for one in around("nation.reader", "100001", 1).neighbours] == ["100005"]


def test_ties_of_people_outside_the_area_are_not_found(around) -> None:
    assert [one.urn for one in around("authority.reader", "100001").neighbours] == ["100005"]
    assert around("nation.researcher", "100001").neighbours == ()


def test_it_takes_one_query_a_step_and_one_for_names(around, user_of, django_assert_num_queries) -> None:
    with acting(user_of("nation.reader")), django_assert_num_queries(3):
        neighbourhood("100001")


def test_table_and_picture_carry_the_same_numbers() -> None:
    near = (Neighbour("B", "Beech", 1, 1), Neighbour("C", "Cedar", 1, -1), Neighbour("D", None, 2, 1))
    shown = show_network(
        Neighbourhood("A", near, (tie("A", "B"), tie("C", "A"), tie("B", "D"), tie("A", "B"))),
        "Ash",
        KnownWaves(()),
    )
    assert [(school.number, school.name, school.away) for school in shown.schools] == [
        (1, "Beech", "1 step"), (2, "Cedar", "1 step"), (3, "D", "2 steps"),
    ]  # fmt: skip
    assert shown.picture is not None
    places = {node.label: node.x for node in shown.picture.nodes}
    assert places["2"] < places["H"] < places["1"] < places["3"]
    # Two ties between the same two schools are one arrow, and the table has both.
    assert len(shown.picture.arrows) == 3
    assert len(shown.schools[0].ties) == 3


@pytest.mark.parametrize("n", [1, 7, DRAWN, DRAWN + 5])
def test_whatever_is_drawn_stays_inside_and_apart(n: int) -> None:
    near = tuple(Neighbour(f"S{i}", f"School {i}", 1 + i % 2, 1 if i % 3 else -1) for i in range(n))
    shown = show_network(
        Neighbourhood("A", near, tuple(tie("A", one.urn) for one in near)), "Ash", KnownWaves(())
    )
    assert shown.picture is not None
    assert (len(shown.schools), len(shown.picture.nodes)) == (n, min(n, DRAWN) + 1)
    assert shown.left_out == max(0, n - DRAWN)
    radius = shown.picture.radius
    for node in shown.picture.nodes:
        assert radius <= node.x <= shown.picture.width - radius
        assert radius <= node.y <= shown.picture.height - radius
    rows: dict[float, list[float]] = {}
    for node in shown.picture.nodes:
        rows.setdefault(node.x, []).append(node.y)
    assert all(b - a > 2 * radius for column in rows.values() for a, b in pairwise(sorted(column)))
