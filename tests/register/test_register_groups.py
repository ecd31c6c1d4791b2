"""Trusts through time: a school that moved, told from a trust that changed its name, its register id or its owner."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.core.tables import frame_of
from leadscape.register.groups import compare_memberships, trace_memberships
from leadscape.register.lineage import Lineage
from leadscape.register.tables import Memberships
from leadscape.register.vintages import Vintage

OLD, NEW = date(2018, 5, 1), date(2022, 3, 29)


def members(on: date, **trusts: tuple) -> pl.DataFrame:
    """Trust id to ``(name, company number, school, …)``."""
    return frame_of(
        Memberships,
        [
            {
                "urn": urn,
                "group_uid": uid.removeprefix("t"),
                "group_name": name,
                "group_type": "multi_academy_trust",
                "companies_house_number": company,
                "seen_on": on,
            }
            for uid, (name, company, *urns) in trusts.items()
            for urn in urns
        ],
    )


def moves(changes):
    return changes.moves.select("urn", "move").rows()


def states(changes):
    return {row[0]: row[1] for row in changes.groups.select("group", "change").rows()}


def test_what_happened_to_five_trusts():
    """
    | trust 2018         | schools | 2022                                          |
    |--------------------|---------|-----------------------------------------------|
    | Ash                | 1, 2    | renamed Aspen, same company                   |
    | Birch              | 3, 4    | both with Aspen: merged                       |
    | Cedar              | 5, 6, 7 | 5 with Aspen, 6 stays, 7 with Elm: re-brokered |
    | Dogwood            | 8       | its only school with Elm                      |
    | none               | 9       | joined Elm                                    |
    """
    old = members(
        OLD,
        t1=("Ash", "01234567", "1", "2"),
        t2=("Birch", None, "3", "4"),
        t3=("Cedar", None, "5", "6", "7"),
        t4=("Dogwood", None, "8"),
    )
    new = members(
        NEW,
        t91=("Aspen", "1234567", "1", "2", "3", "4", "5"),
        t3=("Cedar", None, "6"),
        t5=("Elm", None, "7", "8", "9"),
    )
    changes = compare_memberships(old, new)
    assert moves(changes) == [
        ("3", "trust_merged"),
        ("4", "trust_merged"),
        ("5", "rebrokered"),
        ("7", "rebrokered"),
        ("8", "single_school_joined"),
        ("9", "joined_first"),
    ]
    assert states(changes) == {
        "company 01234567": "renamed",
        "2": "merged",
        "3": "unchanged",
        "4": "merged",
        "5": "new",
    }
    assert changes.groups.filter(pl.col("group") == "2")["into"].item() == "company 01234567"


def test_a_trust_of_the_same_company_under_a_new_register_id_is_the_same_trust():
    old, new = members(OLD, t1=("Ash", "01234567", "1")), members(NEW, t2=("ASH", "1234567", "1"))
    changes = compare_memberships(old, new)
    assert changes.moves.is_empty()
    assert states(changes) == {"company 01234567": "reregistered"}


def test_a_trust_whose_schools_went_to_several_others_was_dissolved():
    old = members(OLD, t1=("Ash", None, "1", "2"))
    new = members(NEW, t2=("Birch", None, "1"), t3=("Cedar", None, "2"))
    changes = compare_memberships(old, new)
    assert moves(changes) == [("1", "rebrokered"), ("2", "rebrokered")]
    assert states(changes)["1"] == "dissolved"


def test_a_school_that_is_not_listed_is_a_question_and_one_in_no_trust_a_statement():
    old = members(OLD, t1=("Ash", None, "1", "2", "3"))
    new = members(NEW, t1=("Ash", None, "3"))
    changes = compare_memberships(old, new, listed=pl.Series(["2", "3"]))
    assert moves(changes) == [("1", "not_listed"), ("2", "in_none_now")]


def test_a_school_is_followed_to_its_new_number():
    edges = pl.DataFrame(
        {"predecessor": ["1"], "successor": ["100"], "kind": ["succession"], "taken_on": [date(2019, 1, 1)]}
    )
    lineage = Lineage(edges, edges.clear(), edges.clear(), 0)
    old = members(OLD, t1=("Ash", None, "1", "2"))
    new = members(NEW, t1=("Ash", None, "2"), t2=("Birch", None, "100"))
    changes = compare_memberships(old, new, lineage)
    assert changes.moves.select("urn", "new_urn", "move").rows() == [("1", "100", "rebrokered")]


def test_a_membership_that_had_ended_is_none():
    left = members(NEW, t2=("Birch", None, "1")).with_columns(left_on=pl.date(2020, 1, 1))
    new = pl.concat([members(NEW, t1=("Ash", None, "1")), left])
    assert compare_memberships(members(OLD, t1=("Ash", None, "1")), new).moves.is_empty()


def test_spells_of_membership_keep_every_name_of_the_trust():
    old, new = members(OLD, t1=("Ash", "01234567", "1")), members(NEW, t1=("Aspen", "1234567", "1"))
    spells = trace_memberships([Vintage(new, NEW, "new"), Vintage(old, OLD, "old")])
    assert spells.select("urn", "group", "names", "first_seen", "last_seen", "files").rows() == [
        ("1", "company 01234567", ["Ash", "Aspen"], OLD, NEW, 2)
    ]


BELONGS = st.dictionaries(st.integers(1, 8), st.sampled_from("abc"), max_size=8)


@settings(max_examples=40, deadline=None)
@given(BELONGS, BELONGS)
def test_every_school_whose_trust_differs_has_exactly_one_move(before, after):
    def drawn(on, belongs):
        trusts = {letter: [str(urn) for urn, one in belongs.items() if one == letter] for letter in "abc"}
        return members(on, **{f"t{letter}": (letter, None, *urns) for letter, urns in trusts.items() if urns})

    changes = compare_memberships(drawn(OLD, before), drawn(NEW, after))
    moved = {str(urn) for urn in before | after if before.get(urn) != after.get(urn)}
    assert sorted(changes.moves["urn"]) == sorted(moved)


@pytest.mark.real
def test_real_membership_files_of_2018_and_2022(real_data):
    from leadscape.register.reading import read_register_file

    files = [read_register_file(path) for path in sorted((real_data / "groups").glob("*.csv"))]
    files = sorted(files, key=lambda one: one.seen_on or OLD)
    month = compare_memberships(files[0].frame, files[1].frame)
    assert month.moves.filter(pl.col("move") == "rebrokered").height == 2
    years = compare_memberships(files[0].frame, files[-1].frame)
    counted = dict(years.groups.group_by("change").len().iter_rows())
    assert counted["renamed"] > 200
    assert counted["merged"] > 300
    again = years.groups.filter(
        pl.col("change") == "renamed", pl.col("old_name").str.contains("(?i)CFBT SCHOOLS")
    )
    assert again["new_name"].to_list() == ["ANTHEM SCHOOLS TRUST"]
    spells = trace_memberships(files)
    assert spells["files"].max() == len(files)
