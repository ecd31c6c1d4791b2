"""Names taken apart for finding: two ways to write one name give the same words."""

from __future__ import annotations

import pytest

from leadscape.actions.take_names_apart import take_names_apart


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St Mary's C of E Primary Sch", "Saint Marys CofE Primary School"),
        ("Ashgrove Junior & Infant School", "ASHGROVE J.M.I. SCHOOL"),
        ("Élmfield Academy", "elmfield  academy"),
    ],
)
def test_two_ways_to_write_one_name_give_the_same_words(one, other) -> None:
    words = take_names_apart([one, other]).words.to_list()
    assert words[0] == words[1] != []


def test_nothing_and_nothing_telling_have_no_words() -> None:
    apart = take_names_apart(["", None, "the", "😀"])
    assert apart.words.to_list() == [[], [], [], []]
    assert apart.folded.to_list() == ["", "", "the", ""]


def test_no_names() -> None:
    assert take_names_apart([]).words.len() == 0
