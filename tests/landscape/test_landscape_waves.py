"""Waves: a change only between two reported counts of the same thing, and a reason everywhere else."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.codebooks import Crosswalk, find_crosswalk, load_codebook
from leadscape.core.errors import NotComparable
from leadscape.landscape.extent import count_extent
from leadscape.landscape.waves import AMBIGUOUS, COMPARABLE, compare_waves

from tests.support.drawn import drawn, holdings_of

OLD = load_codebook("england-2006")
NEW = replace(OLD, id="england-2016")
SCHEMA = {"from_role": pl.String, "to_role": pl.String, "relation": pl.String, "note": pl.String}

STATEMENTS = drawn("""
    from_role                        | to_role             | relation           | note
    executive_headship               | executive_headship  | same               | -
    mentor_head                      | mentor_head         | changed_definition | Any mentoring.
    other                            | community_partnerships | part_of         | -
    consultant_leader                | -                   | no_counterpart     | The programme ended.
    -                                | school_improvement_partner | no_counterpart | -
    national_leader_of_education     | national_leader_of_education | same      | -
""")


def walk(statements: list = STATEMENTS) -> Crosswalk:
    rows = [tuple(row[name] for name in SCHEMA) for row in statements]
    return Crosswalk(OLD.id, NEW.id, pl.DataFrame(rows, schema=SCHEMA, orient="row"))


def extent(**counts: int) -> pl.DataFrame:
    rows = [{"leader": f"{role}{i}", "role": role} for role, n in counts.items() for i in range(n)]
    return count_extent(holdings_of(rows), OLD)


EARLIER = extent(executive_headship=4, mentor_head=3, consultant_leader=7, other=2)
LATER = extent(executive_headship=9, mentor_head=5, community_partnerships=1, school_improvement_partner=6)


def compared(
    crosswalk: Crosswalk | None = None, earlier: pl.DataFrame = EARLIER
) -> dict[tuple, dict[str, object]]:
    frame = compare_waves(earlier, OLD, LATER, NEW, crosswalk or walk())
    return {(row["earlier_role"], row["later_role"]): row for row in frame.iter_rows(named=True)}


def test_the_same_role_reported_twice_has_a_change() -> None:
    row = compared()["executive_headship", "executive_headship"]
    assert (row["earlier_holdings"], row["later_holdings"], row["change"]) == (4, 9, 5)
    assert (row["comparable"], row["reason"]) == (True, COMPARABLE)


@pytest.mark.parametrize(
    ("roles", "reason"),
    [
        (("mentor_head", "mentor_head"), "The definition changed"),
        (("other", "community_partnerships"), "One is only a part of the other"),
        (("consultant_leader", None), "no counterpart. The programme ended."),
        ((None, "school_improvement_partner"), "no counterpart."),
        (
            ("national_leader_of_education",) * 2,
            "Earlier count: not collected, which is not zero. Later count: not",
        ),
    ],
)
def test_everything_else_has_a_reason_and_no_change(roles: tuple, reason: str) -> None:
    row = compared()[roles]
    assert (row["change"], row["comparable"]) == (None, False)
    assert reason in str(row["reason"])


def test_both_counts_stay_visible_where_the_definition_changed() -> None:
    row = compared()["mentor_head", "mentor_head"]
    assert (row["relation"], row["earlier_holdings"], row["later_holdings"]) == ("changed_definition", 3, 5)


def test_a_role_without_a_counterpart_is_not_applicable_there_and_not_zero() -> None:
    row = compared()["consultant_leader", None]
    assert (row["later_holdings"], row["later_holdings_status"]) == (None, "not_applicable")


def test_a_suppressed_count_gives_no_change() -> None:
    hidden = EARLIER.with_columns(
        holdings=pl.lit(None, pl.Int64),
        holdings_status=pl.lit("suppressed").cast(EARLIER.schema["holdings_status"]),
    )
    row = compared(earlier=hidden)["executive_headship", "executive_headship"]
    assert (row["change"], row["reason"]) == (None, "Earlier count: suppressed.")


def test_a_role_that_is_the_same_as_two_others_is_compared_with_neither() -> None:
    twice = walk([*STATEMENTS, {**STATEMENTS[0], "to_role": "other"}])
    row = compared(twice)["executive_headship", "executive_headship"]
    assert (row["change"], row["reason"]) == (None, AMBIGUOUS)


def test_the_crosswalk_is_read_from_either_side_and_must_fit() -> None:
    assert compared(walk().reversed()) == compared()
    with pytest.raises(NotComparable, match="the waves were counted by england-2006 and england-2016"):
        compare_waves(EARLIER, OLD, LATER, NEW, find_crosswalk("england-2006", "england-2006"))


def test_2006_and_2026_share_no_role_that_both_collected() -> None:
    later = load_codebook("england-2026")
    frame = compare_waves(
        EARLIER, OLD, count_extent(holdings_of([]), later), later, find_crosswalk(OLD.id, later.id)
    )
    assert not frame["comparable"].any()
    assert set(frame["earlier_role"].drop_nulls()) == set(OLD.role_by_id)
    assert set(frame["later_role"].drop_nulls()) == set(later.role_by_id)
    order = [role for role in later.role_by_id if role in set(frame["later_role"])]
    assert frame["later_role"].drop_nulls().unique(maintain_order=True).to_list() == order


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from(["executive_headship", "mentor_head", "other"]), st.integers(0, 9)))
def test_a_study_against_itself_changes_by_nothing(counts: dict[str, int]) -> None:
    wave = extent(**counts)
    same = compare_waves(wave, OLD, wave, OLD, find_crosswalk(OLD.id, OLD.id))
    assert same["change"].drop_nulls().to_list() == [0] * 8
    assert same.filter(~pl.col("comparable"))["change"].null_count() == 2
    backwards = compare_waves(LATER, NEW, wave, OLD, walk())
    forwards = compare_waves(wave, OLD, LATER, NEW, walk())
    assert backwards["change"].sum() == -forwards["change"].sum()
