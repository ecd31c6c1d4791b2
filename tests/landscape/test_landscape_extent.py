"""Extent: persons and holdings apart, structural zeros kept, Table 1 of HH2007 out of its holdings."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.codebooks import find_baseline, load_codebook
from leadscape.core.errors import CodebookProblem
from leadscape.landscape.extent import count_extent, count_kinds, count_totals

from tests.support.drawn import drawn, holdings_of

CODEBOOK = load_codebook("england-2006")
COLLECTED = [role.id for role in CODEBOOK.roles if role.collected]

PEOPLE = drawn("""
    leader | role
    ada    | executive_headship
    ada    | mentor_head
    ada    | school_improvement_partner
    bo     | executive_headship
    cem    | sustaining_improvement
""")


def table_1() -> pl.DataFrame:
    _, baseline = find_baseline("hopkins-higham-2006")
    return holdings_of(
        [{"leader": f"{role} {i}", "role": role} for role, n in baseline.counts.items() for i in range(n)]
    )


def by(frame: pl.DataFrame, key: str, *columns: str) -> dict[str, tuple[object, ...]]:
    return {row[0]: row[1:] for row in frame.select(key, *columns).iter_rows()}


def test_a_person_with_three_roles_is_one_leader_and_three_holdings() -> None:
    totals = by(count_totals(holdings_of(PEOPLE), CODEBOOK), "total", "holdings", "leaders")
    assert totals == {
        "all": (5, 3),
        "without_own_school": (4, 2),
        "origin:local": (3, 3),
        "origin:national": (2, 1),
        "origin:none": (0, 0),
    }


def test_nobody_reported_is_zero_and_nobody_asked_is_not_collected() -> None:
    extent = by(
        count_extent(holdings_of(PEOPLE), CODEBOOK), "role", "holdings", "holdings_status", "leaders", "pct"
    )
    assert extent["executive_headship"] == (2, "reported", 2, 40.0)
    assert extent["consultant_leader"] == (0, "reported", 0, 0.0)
    assert extent["national_leader_of_education"] == (None, "not_collected", None, None)
    assert list(extent) == list(CODEBOOK.role_by_id)


def test_a_role_without_a_place_that_was_reported_all_the_same_is_shown() -> None:
    rows = [*PEOPLE, {"leader": "dee", "role": "national_leader_of_education"}]
    extent = by(count_extent(holdings_of(rows), CODEBOOK), "role", "holdings", "holdings_status")
    assert extent["national_leader_of_education"] == (1, "reported")


def test_kinds_overlap_and_a_leader_counts_once_in_each() -> None:
    roles = tuple(
        replace(role, kinds=(*role.kinds, "community_leader")) if role.id == "mentor_head" else role
        for role in CODEBOOK.roles
    )
    kinds = by(
        count_kinds(holdings_of(PEOPLE), replace(CODEBOOK, roles=roles)), "kind", "holdings", "leaders"
    )
    assert kinds["change_agent"] == (2, 1)
    assert kinds["community_leader"] == (1, 1)
    assert kinds["challenging_circumstances"] == (1, 1)
    assert kinds["improvement_partnership"] == (None, None)


def test_table_1_comes_out_of_its_holdings() -> None:
    extent = count_extent(table_1(), CODEBOOK)
    assert extent["holdings"].drop_nulls().to_list() == [101, 81, 78, 83, 2292, 139, 255, 49]
    assert extent["denominator"].unique().to_list() == [3078]
    totals = by(count_totals(table_1(), CODEBOOK), "total", "holdings", "pct")
    assert totals["all"] == (3078, 100.0)
    assert totals["without_own_school"][0] == 2995
    assert totals["origin:local"] == (343, pytest.approx(11.14, abs=0.005))
    assert totals["origin:national"] == (2686, pytest.approx(87.265, abs=0.005))
    assert totals["origin:none"] == (49, pytest.approx(1.59, abs=0.005))


def test_no_holdings_give_counts_of_zero_and_no_percentage() -> None:
    extent = count_extent(holdings_of([]), CODEBOOK)
    assert extent.filter(pl.col("holdings_status") == "reported")["holdings"].to_list() == [0] * 8
    assert extent["pct"].null_count() == extent.height


def test_a_role_outside_the_codebook_is_refused_by_name() -> None:
    with pytest.raises(CodebookProblem, match="has no role 'superhead'"):
        count_extent(holdings_of([{"leader": "ada", "role": "superhead"}]), CODEBOOK)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(COLLECTED)), max_size=25),
    st.randoms(use_true_random=False),
)
def test_roles_and_origins_add_up_and_order_does_not_matter(pairs: list[tuple[str, str]], shuffle) -> None:
    holdings = holdings_of([{"leader": leader, "role": role} for leader, role in pairs])
    extent, totals = count_extent(holdings, CODEBOOK), count_totals(holdings, CODEBOOK)
    assert extent["holdings"].sum() == len(pairs)
    assert totals.filter(pl.col("total").str.starts_with("origin:"))["holdings"].sum() == len(pairs)
    assert (extent["leaders"].drop_nulls() <= extent["holdings"].drop_nulls()).all()
    assert totals.item(0, "leaders") == len({leader for leader, _ in pairs})
    order = list(range(len(pairs)))
    shuffle.shuffle(order)
    assert count_extent(holdings[order], CODEBOOK).equals(extent)
    assert count_kinds(holdings[order], CODEBOOK).equals(count_kinds(holdings, CODEBOOK))
