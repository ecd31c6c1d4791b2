"""Consistency: exactly two flags in the table of 2006, every trap of it noted, the same questions put to any study."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscape.codebooks import find_baseline
from leadscape.landscape.config import LandscapeConfig
from leadscape.landscape.consistency import baseline_extent, check_baseline, check_study
from leadscape.landscape.distribution import count_phases
from leadscape.landscape.extent import count_extent
from leadscape.landscape.queries import rounded_pct, told

from tests.support.drawn import drawn, holdings_of, responses_of, schools_of

CODEBOOK, BASELINE = find_baseline("hopkins-higham-2006")

ASKED = drawn("""
    id    | kind      | response
    301   | authority | answered
    302   | authority | answered_none
    303   | authority | silent
    lists | agency    | answered
""")
HELD = drawn("""
    leader | role                   | authority | phase
    ada    | executive_headship     | 301       | secondary
    ada    | consultant_leader      | 301       | secondary
    bo     | consultant_leader      | 302       | primary
    cem    | sustaining_improvement | -         | -
""")


def flags(findings: pl.DataFrame) -> list[tuple[str, str]]:
    return findings.filter(pl.col("severity") == "flag").select("check", "subject").rows()


def said(findings: pl.DataFrame, check: str) -> str:
    return " ".join(findings.filter(pl.col("check") == check)["finding"])


def study(
    held: list = HELD, asked: list = ASKED, with_holdings: bool = True, suppress_below: int = 0
) -> pl.DataFrame:
    holdings = holdings_of(held)
    phases = count_phases(holdings, schools_of([]), CODEBOOK)
    return check_study(
        count_extent(holdings, CODEBOOK),
        phases,
        responses_of(asked),
        CODEBOOK,
        holdings=holdings if with_holdings else None,
        config=LandscapeConfig(suppress_below=suppress_below),
        as_of=date(2006, 6, 30),
    )


def test_exactly_two_printed_percentages_do_not_follow() -> None:
    findings = check_baseline(CODEBOOK, BASELINE)
    assert flags(findings) == [
        ("percentage_does_not_follow", "sustaining_improvement"),
        ("percentage_does_not_follow", "other"),
    ]
    assert "83 of 3,078 is 2.7 % (rounded half up), printed as 2.6 %" in said(
        findings, "percentage_does_not_follow"
    )
    assert "49 of 3,078 is 1.6 % (rounded half up), printed as 1.7 %" in said(
        findings, "percentage_does_not_follow"
    )


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("percentages_sum", "add up to 100.0 % although 2 of them do not follow"),
        ("unit_unclear", "does not distinguish persons from role-holdings"),
        ("own_school_role", "83 of 3,078, 2,995 without it"),
        ("origin_not_assigned", "49 of 3,078 (1.6 %)"),
        ("not_collected", "National leader of education: the instrument had no row for it"),
        ("kind_not_collected", "Improvement partnership"),
        (
            "role_exceeds_phase",
            "has 74.5 % of the table, yet leaders of these schools (primary; junior, infant and ",
        ),
        ("role_exceeds_phase", "are printed as about 70 %"),
        ("response_share", "76 authorities answered: 50.7 % of 150 and 50.0 % of 152 asked"),
        ("local_share_biased_low", "343 of 3,078 (11.1 %)"),
        ("local_share_biased_low", "677 of 3,412, 19.8 %"),
        ("implied_denominator", "3,078 printed as 13 % implies a population of 22,800 to 24,624"),
        ("implied_denominator", "3,078 printed as 9 % implies a population of 32,400 to 36,212"),
        ("implied_denominator", "cannot be of one population"),
        ("note_to_the_source", "endnote 1"),
    ],
)
def test_every_trap_of_the_table_of_2006_is_noted(check: str, words: str) -> None:
    assert words in said(check_baseline(CODEBOOK, BASELINE), check)


def test_the_baseline_stands_in_the_layout_of_an_extent() -> None:
    table = baseline_extent(CODEBOOK, BASELINE)
    assert table["holdings"].sum() == 3078
    assert table["role"].to_list() == list(CODEBOOK.role_by_id)
    assert table.filter(~pl.col("follows"))["derived_pct"].to_list() == [2.7, 1.6]
    unasked = table.row(by_predicate=pl.col("role") == "national_leader_of_education", named=True)
    assert (unasked["holdings"], unasked["holdings_status"], unasked["follows"]) == (
        None,
        "not_collected",
        None,
    )
    assert table["leaders"].null_count() == table.height, "the source does not say whether it counts persons"
    persons = baseline_extent(CODEBOOK, replace(BASELINE, unit="leaders"))
    assert persons["leaders"].sum() == 3078


def test_a_total_that_does_not_add_up_is_flagged() -> None:
    findings = check_baseline(CODEBOOK, replace(BASELINE, printed_total=3087))
    assert "add up to 3,078, the total is printed as 3,087" in said(findings, "total_does_not_add_up")


def test_a_table_without_faults_has_no_flags() -> None:
    right = {**BASELINE.printed_pct, "sustaining_improvement": 2.7, "other": 1.6}
    sound = replace(
        BASELINE, printed_pct=right, unit="holdings", printed_prevalence_pct=(), sectors=(), answered=150
    )
    checks = set(check_baseline(CODEBOOK, sound)["check"])
    assert checks == {
        "own_school_role", "origin_not_assigned", "not_collected", "kind_not_collected", "response_share",
        "note_to_the_source",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("own_school_role", "1 of 4, 3 without it"),
        ("not_collected", "National leader of education"),
        ("persons_and_holdings", "4 role-holdings are held by 3 persons; 1 of 3 hold several"),
        (
            "role_outside_phase",
            "Consultant leader: 1 of 2 holders lead a school of another phase than nursery or primary",
        ),
        (
            "role_exceeds_phase",
            "has 50.0 % of the table, yet leaders of these schools (nursery; primary) are 33.3 %",
        ),
        ("response_share", "2 authorities answered: 66.7 % of 3 asked"),
        ("local_share_biased_low", "Scaled for the others alone they would be 3 of 5, 60.0 %"),
        ("not_placed", "1 of 4 holdings have no authority"),
        ("not_placed", "1 of 4 holdings have no known phase"),
    ],
)
def test_the_same_questions_are_put_to_a_study(check: str, words: str) -> None:
    findings = study()
    assert not flags(findings)
    assert words in said(findings, check)


def test_small_numbers_of_people_that_stand_in_no_table_are_told_in_words() -> None:
    crowd = [
        {"leader": f"p{i}", "role": "consultant_leader", "authority": "301", "phase": "primary"}
        for i in range(9)
    ]
    findings = study([*HELD, *crowd], suppress_below=6)
    assert said(findings, "role_outside_phase").startswith("Consultant leader: fewer than 6 of 11 holders")
    assert "fewer than 6 of 12 hold several" in said(findings, "persons_and_holdings")
    assert said(findings, "not_placed").count("fewer than 6 of 13 holdings") == 2


@pytest.mark.parametrize(
    ("count", "of", "words"),
    [
        (6, 12, "6 of 12"),
        (5, 12, "fewer than 6 of 12"),
        (7, 12, "all but fewer than 6 of 12"),
        (12, 12, "12 of 12"),
    ],
)
def test_neither_a_number_nor_its_rest_gives_a_few_people_away(count: int, of: int, words: str) -> None:
    assert told(count, of, 6) == words


def test_without_holdings_only_what_the_tables_show_is_asked() -> None:
    checks = set(study(with_holdings=False)["check"])
    assert "own_school_role" in checks
    assert not checks & {"persons_and_holdings", "role_outside_phase", "not_placed"}


def test_a_role_without_a_place_that_was_reported_is_a_floor() -> None:
    findings = study([*HELD, {"leader": "dee", "role": "national_leader_of_education"}])
    assert "1 reported although nobody was asked for it" in said(findings, "reported_without_a_place")


def test_an_extent_that_lost_a_holding_is_flagged() -> None:
    holdings = holdings_of(HELD)
    findings = check_study(
        count_extent(holdings[:3], CODEBOOK),
        count_phases(holdings, schools_of([]), CODEBOOK),
        responses_of(ASKED),
        CODEBOOK,
        holdings=holdings,
    )
    assert flags(findings) == [("total_does_not_add_up", None)]


def test_rows_that_do_not_add_up_to_their_denominator_are_flagged() -> None:
    holdings = holdings_of(HELD)
    extent = count_extent(holdings, CODEBOOK).with_columns(
        holdings=pl.when(pl.col("role") == "consultant_leader").then(1).otherwise("holdings")
    )
    phases = count_phases(holdings, schools_of([]), CODEBOOK)
    findings = check_study(extent, phases, responses_of(ASKED), CODEBOOK, holdings=holdings)
    assert (
        said(findings, "total_does_not_add_up")
        == "The rows add up to 3 of 4 holdings, and percentages are of 4."
    )


def test_percentages_rounded_one_by_one_may_miss_100() -> None:
    thirds = [{"leader": role, "role": role} for role in ("executive_headship", "mentor_head", "other")]
    assert said(study(thirds), "percentages_sum") == "Rounded one by one, the percentages add up to 99.9 %."


def test_holdings_that_had_ended_are_said_to_be_counted() -> None:
    findings = study([{**HELD[0], "ended_on": date(2005, 8, 31)}, HELD[1]])
    assert said(findings, "ended_before") == "1 of 2 holdings ended before 2006-06-30."


def test_when_everybody_answered_the_local_share_is_not_queried() -> None:
    findings = study(asked=[{**row, "response": "answered"} for row in ASKED])
    assert "local_share_biased_low" not in set(findings["check"])


def test_a_study_of_nobody_is_checked_too() -> None:
    findings = study([])
    assert not flags(findings)


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 3))
def test_rounding_is_half_up_and_exact(count: int, denominator: int, decimals: int) -> None:
    exact = Fraction(100 * count, denominator)
    rounded, half = Fraction(rounded_pct(count, denominator, decimals)), Fraction(1, 2 * 10**decimals)
    assert rounded - half <= exact < rounded + half


def test_a_tie_goes_up_where_floating_point_goes_down() -> None:
    # 9 of 400 is 2.25 %: half up 2.3; formatting the float gives 2.2.
    assert str(rounded_pct(9, 400, 1)) == "2.3"
    assert f"{100 * 9 / 400:.1f}" == "2.2"
