"""Prevalence: two parts, two sources, an interval; a bare percentage is refused."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.core.errors import NotIdentified, StudyProblem
from leadscape.landscape.prevalence import (
    Denominator,
    Numerator,
    estimate_prevalence,
    estimate_prevalences,
    implied_denominator,
)

HEADS = Denominator(22_400, "headteachers in post", "a census of heads")
LEADERS = Numerator(2_800, "leaders reported", "returns of this study")


def test_a_share_carries_both_parts_their_sources_and_an_interval() -> None:
    share = estimate_prevalence(LEADERS, HEADS)
    assert share.pct == pytest.approx(12.5)
    assert share.low_pct < 12.5 < share.high_pct
    assert share.sentence == (
        "12.5 % (12.1 to 12.9, 95 % exact binomial): 2,800 leaders of 22,400 headteachers in post "
        "(sources: returns of this study; a census of heads)."
    )


@pytest.mark.parametrize("bare", [13.0, "13 %", None])
def test_a_bare_percentage_is_refused(bare: object) -> None:
    with pytest.raises(NotIdentified, match="Give a numerator and a denominator, each with its source"):
        estimate_prevalence(bare, None)  # pyright: ignore[reportArgumentType]


def test_a_count_without_its_population_is_refused() -> None:
    with pytest.raises(NotIdentified, match="2,800 leaders reported and no other part"):
        estimate_prevalence(LEADERS, None)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Denominator(22_400, "heads", " "),
        lambda: Denominator(0, "heads", "a census"),
        lambda: Numerator(-1, "leaders", "a list"),
        lambda: Numerator(float("nan"), "leaders", "a list", low=1, high=2),
    ],
)
def test_a_part_without_source_or_sense_is_refused(make) -> None:
    with pytest.raises(StudyProblem):
        make()


def test_an_estimate_without_an_interval_is_refused() -> None:
    with pytest.raises(NotIdentified, match="an estimate needs its interval"):
        Numerator(3411.97, "leaders, scaled", "this study")


def test_holdings_over_persons_say_that_they_are_no_share() -> None:
    rate = estimate_prevalence(Numerator(3_078, "holdings reported", "HH2007", unit="holdings"), HEADS)
    assert (
        rate.warnings[0]
        == "Holdings are set against leaders: this is a rate per 100 leaders, not a share of them."
    )
    assert rate.interval == "95 % exact Poisson"
    assert "rate per 100" in estimate_prevalences([rate.numerator], [HEADS]).item(0, "assumptions")


def test_more_leaders_than_people_is_refused_for_persons_only() -> None:
    few = Denominator(10, "heads", "a list")
    with pytest.raises(NotIdentified, match="cannot be a share"):
        estimate_prevalence(Numerator(11, "leaders", "another list"), few)
    assert estimate_prevalence(
        Numerator(11, "holdings", "a list", unit="holdings"), few
    ).pct == pytest.approx(110)


def test_an_estimated_numerator_brings_its_own_interval() -> None:
    scaled = Numerator(
        3_000.5, "leaders, scaled", "this study", low=2_240, high=4_480, interval="95 % design-based"
    )
    share = estimate_prevalence(scaled, HEADS)
    assert (share.low_pct, share.high_pct) == (pytest.approx(10), pytest.approx(20))
    assert share.interval == "95 % design-based"


def test_several_denominators_are_several_rows() -> None:
    others = Denominator(36_000, "heads and deputies", "another census", unit="persons")
    rows = estimate_prevalences([LEADERS], [HEADS, others])
    assert rows["estimate_id"].to_list() == ["prevalence:1:1", "prevalence:1:2"]
    assert rows["denominator"].to_list() == [22_400, 36_000]
    assert rows["denominator_source"].to_list() == ["a census of heads", "another census"]
    assert rows["value"].to_list() == [pytest.approx(12.5), pytest.approx(100 * 2800 / 36000)]


@pytest.mark.parametrize(("printed", "low", "high"), [(13, 22_800, 24_624), (9, 32_400, 36_212)])
def test_the_two_printed_prevalences_of_2007_imply_populations_that_do_not_overlap(
    printed: int, low: int, high: int
) -> None:
    implied = implied_denominator(3078, printed)
    assert (implied.low, implied.high) == (low, high)


def test_a_percentage_that_rounds_from_zero_implies_nothing() -> None:
    with pytest.raises(NotIdentified, match="population of any size"):
        implied_denominator(3, 0.5)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 10**6), st.integers(1, 10**7), st.integers(0, 2))
def test_the_true_population_is_always_among_the_implied_ones(
    count: int, population: int, decimals: int
) -> None:
    digits = Decimal(1).scaleb(-decimals)
    printed = (100 * Decimal(count) / Decimal(population)).quantize(digits, ROUND_HALF_UP)
    if printed > digits / 2:
        implied = implied_denominator(count, str(printed), decimals)
        assert implied.low <= population <= implied.high


def test_a_rate_is_not_called_a_share():
    rate = estimate_prevalence(
        Numerator(30, "role-holdings", "returns", "holdings"),
        Denominator(200, "open schools", "a register", "schools"),
    )
    share = estimate_prevalence(
        Numerator(30, "leaders", "returns"), Denominator(200, "heads in post", "a register", "heads")
    )
    assert rate.as_row("x")["label"] == "role-holdings per 100 open schools"
    assert share.as_row("x")["label"] == "leaders as a share of heads in post"
