"""Distribution: a silent authority is unknown, one nobody asked is not collected, neither is ever zero."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import comb

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.codebooks import load_codebook
from leadscape.core.missing import Status
from leadscape.landscape.config import LandscapeConfig
from leadscape.landscape.distribution import count_authorities, count_phases, count_regions
from leadscape.landscape.extent import count_totals
from leadscape.landscape.spread import adjusted_for_many, find_cold_spots, state_bands

from tests.support.drawn import drawn, holdings_of, responses_of, schools_of

CODEBOOK = load_codebook("england-2006")

SCHOOLS = drawn("""
    authority | schools | region | name
    301       | 50      | North  | Northshire
    302       | 20      | North  | Moorland
    303       | 40      | South  | Southshire
    304       | 10      | South  | Westport
""")
ASKED = drawn("""
    id    | kind      | response
    301   | authority | answered
    302   | authority | silent
    303   | authority | answered_none
    lists | agency    | answered
""")
HELD = drawn("""
    leader | role               | authority | phase
    ada    | executive_headship | 301       | secondary
    ada    | consultant_leader  | 301       | secondary
    bo     | other              | 301       | primary
    cem    | consultant_leader  | 302       | primary
    dee    | executive_headship | 302       | nursery
    eli    | mentor_head        | 304       | -
    fay    | mentor_head        | -         | middle
""")


def authorities_of(asked: list = ASKED, held: list = HELD) -> pl.DataFrame:
    return count_authorities(holdings_of(held), responses_of(asked), schools_of(SCHOOLS), CODEBOOK)


def row(frame: pl.DataFrame, key: str) -> dict[str, object]:
    return frame.row(by_predicate=pl.col(frame.columns[0]) == key, named=True)


def test_an_authority_that_answered_is_counted() -> None:
    northshire = row(authorities_of(), "301")
    assert (northshire["holdings"], northshire["leaders"]) == (3, 2)
    assert (northshire["local_holdings"], northshire["national_holdings"]) == (1, 1)
    assert northshire["per_100_schools"] == 6.0
    assert northshire["band"] == "1-9"


def test_an_authority_that_did_not_answer_is_unknown_with_a_floor() -> None:
    moorland = row(authorities_of(), "302")
    assert (moorland["holdings"], moorland["holdings_status"], moorland["leaders"]) == (None, "unknown", None)
    assert (moorland["local_holdings"], moorland["local_holdings_status"]) == (None, "unknown")
    assert (moorland["national_holdings"], moorland["national_holdings_status"]) == (1, "reported")
    assert moorland["reported_at_least"] == 2
    assert (moorland["per_100_schools"], moorland["band"]) == (None, "unknown")


def test_answering_none_is_a_reported_zero() -> None:
    southshire = row(authorities_of(), "303")
    assert (southshire["local_holdings"], southshire["local_holdings_status"]) == (0, "reported")
    assert (southshire["holdings"], southshire["band"]) == (0, "none")


def test_an_authority_in_the_register_that_nobody_asked_is_not_collected() -> None:
    westport = row(authorities_of(), "304")
    assert westport["response"] == "not_asked"
    assert (westport["local_holdings"], westport["local_holdings_status"]) == (None, "not_collected")
    assert (westport["holdings_status"], westport["band"]) == ("not_collected", "not collected")
    assert (westport["national_holdings"], westport["reported_at_least"]) == (1, 1)


@pytest.mark.parametrize(
    ("lists", "status"),
    [("answered_none", "reported"), ("silent", "unknown"), (None, "not_collected")],
)
def test_national_holdings_are_known_once_a_list_came(lists: str | None, status: str) -> None:
    asked = ASKED[:3] + ([{"id": "lists", "kind": "agency", "response": lists}] if lists else [])
    northshire = row(authorities_of(asked), "301")
    assert northshire["national_holdings_status"] == status
    assert northshire["holdings_status"] == status, "the total needs both routes"
    assert northshire["local_holdings_status"] == "reported"


def test_schools_open_on_a_date_are_counted_by_their_own_dates() -> None:
    schools = schools_of([{"authority": "301", "schools": 4, "status": "closed"}])
    schools = schools.with_columns(
        closed_on=pl.Series([date(2005, 8, 31), date(2007, 8, 31), date(2008, 8, 31), None])
    )
    counted = count_authorities(
        holdings_of([]), responses_of(ASKED), schools, CODEBOOK, as_of=date(2006, 6, 30)
    )
    assert row(counted, "301")["schools"] == 3


def test_regions_keep_local_figures_to_authorities_that_answered() -> None:
    holdings, responses = holdings_of(HELD), responses_of(ASKED)
    regions = count_regions(authorities_of(), holdings, responses, CODEBOOK)
    north = row(regions, "North")
    assert (north["authorities"], north["authorities_answered"]) == (2, 1)
    assert (north["local_holdings"], north["local_per_100_schools"]) == (1, 100 / 50)
    assert (north["national_holdings"], north["national_per_100_schools"]) == (2, 200 / 70)
    assert (north["holdings"], north["leaders"]) == (5, 4)
    assert row(regions, "unknown")["holdings"] == 1
    assert regions["holdings"].sum() == len(HELD)


def test_a_region_where_nobody_answered_is_unknown_for_local_roles() -> None:
    asked = drawn("""
        id  | kind      | response
        301 | authority | silent
        302 | authority | silent
    """)
    regions = count_regions(authorities_of(asked), holdings_of(HELD), responses_of(asked), CODEBOOK)
    north, south = row(regions, "North"), row(regions, "South")
    assert (north["local_holdings"], north["local_holdings_status"]) == (None, "unknown")
    assert (south["local_holdings"], south["local_holdings_status"]) == (None, "not_collected")
    assert (north["holdings"], north["leaders"], north["holdings_status"]) == (None, None, "unknown")


def test_phases_leave_unknown_out_of_every_percentage() -> None:
    phases = count_phases(holdings_of(HELD), schools_of(SCHOOLS), CODEBOOK)
    primary, unknown = row(phases, "primary"), row(phases, "unknown")
    assert (primary["holdings"], primary["schools"], primary["pct"], primary["denominator"]) == (
        2,
        120,
        40.0,
        5,
    )
    assert (unknown["holdings"], unknown["pct"]) == (2, None)
    assert row(phases, "secondary")["leaders"] == 1
    assert row(phases, "secondary")["per_100_schools"] is None, "no school of the phase to divide by"
    assert phases["phase"].to_list() == [*CODEBOOK.labels("phases"), "unknown"]


def test_the_papers_statements_come_with_their_figures() -> None:
    sizes = {"301": 80, "302": 75, "303": 20, "304": 12}
    held = [
        {"leader": f"{a}{i}", "role": "consultant_leader", "authority": a}
        for a, n in sizes.items()
        for i in range(n)
    ]
    asked = [{"id": a, "kind": "authority", "response": "answered"} for a in ("301", "303", "304")]
    asked += [ASKED[1], ASKED[3]]
    known, few, most, several = state_bands(authorities_of(asked, held))
    assert (known.count, known.of) == (3, 4)
    assert (few.count, few.of, few.as_in_2006) == (3, 3, True)
    assert few.text == "Every one of the 3 has some, the fewest 12."
    assert (most.count, most.of, most.as_in_2006) == (2, 3, True)
    assert several.text == (
        "1 of the 3 has over 70: Northshire. Of those not known, 1 has over 70 on agency lists alone."
    )


def test_without_any_known_count_only_that_is_said() -> None:
    (only,) = state_bands(authorities_of([{"id": "301", "kind": "authority", "response": "silent"}]))
    assert (only.count, only.of, only.as_in_2006) == (0, 4, None)


def many_authorities(counts: list[int], schools: list[int]) -> pl.DataFrame:
    codes = [f"{i + 1:03}" for i in range(len(counts))]
    asked = [{"id": a, "kind": "authority", "response": "answered"} for a in codes] + [ASKED[3]]
    held = [
        {"leader": f"{a}{i}", "role": "other", "authority": a}
        for a, n in zip(codes, counts, strict=True)
        for i in range(n)
    ]
    sized = schools_of([{"authority": a, "schools": n} for a, n in zip(codes, schools, strict=True)])
    return count_authorities(holdings_of(held), responses_of(asked), sized, CODEBOOK)


def test_bands_change_where_they_say() -> None:
    bands = many_authorities([0, 1, 9, 10, 30, 31, 70, 71], [100] * 8)["band"].to_list()
    assert bands == ["none", "1-9", "1-9", "10-30", "10-30", "31-70", "31-70", "over 70"]


def test_most_means_more_than_half_and_a_few_means_every_one() -> None:
    _, few, most, several = state_bands(many_authorities([0, 20, 40, 71], [100] * 4))
    assert (few.text, few.as_in_2006) == ("1 of the 4 has none.", False)
    assert (most.text, most.as_in_2006) == ("1 of the 4 (25.0 %) has 10 to 30.", False)
    assert several.as_in_2006 is False, "one is not several"


def test_nobody_says_that_every_one_has_some_where_small_totals_are_suppressed() -> None:
    authorities = many_authorities([0, 20, 40, 71], [100] * 4)
    hidden = pl.col("holdings") == 0
    published = authorities.with_columns(
        holdings=pl.when(~hidden).then("holdings"),
        holdings_status=pl.when(hidden).then(pl.lit("suppressed", Status)).otherwise("holdings_status"),
    )
    statements = state_bands(published)
    assert len(statements) == 3
    assert not any("some" in statement.text or "fewest" in statement.text for statement in statements)
    assert statements[0].text.endswith(
        "; for 1 they are suppressed."
    ) or "for 1 they are suppressed, and" in (statements[0].text)


def test_none_and_one_are_written_as_such() -> None:
    texts = [statement.text for statement in state_bands(many_authorities([2, 3, 40], [100] * 3))]
    assert "None of the 3 has 10 to 30." in texts
    assert "None of the 3 has over 70." in texts


def test_a_planted_cold_spot_is_found_with_its_exact_chance() -> None:
    authorities = many_authorities([2, 22, 20, 19, 21, 18], [100, 100, 100, 90, 110, 100])
    cold = find_cold_spots(authorities)
    assert cold["authority_code"].to_list() == ["001"]
    share = Fraction(100, 600)
    chance = sum(comb(102, k) * share**k * (1 - share) ** (102 - k) for k in range(3))
    assert cold.item(0, "p_value") == pytest.approx(float(chance), rel=1e-9)
    assert cold.item(0, "expected") == pytest.approx(17.0)
    assert cold.item(0, "tested") == 6


def test_a_silent_authority_is_never_cold() -> None:
    authorities = many_authorities([0, 22, 20, 19, 21, 18], [100] * 6).with_columns(
        holdings_status=pl.when(pl.col("authority_code") == "001")
        .then(pl.lit("unknown"))
        .otherwise("holdings_status")
    )
    assert find_cold_spots(authorities).height == 0


def test_a_low_count_that_is_not_far_below_is_not_cold() -> None:
    authorities = many_authorities([300, 600, 600, 600], [100] * 4)
    assert find_cold_spots(authorities).height == 0
    assert find_cold_spots(authorities, LandscapeConfig(cold_spot_ratio=0.8)).height == 1


def test_false_alarms_stay_rare_when_nothing_is_planted() -> None:
    stream = np.random.default_rng(2006)
    alarms = 0
    for _ in range(60):
        p = stream.uniform(size=100)
        alarms += bool((adjusted_for_many(p) <= 0.05).any())
    assert alarms <= 8, "about one world in twenty"


def test_adjustment_equals_the_worked_example() -> None:
    # Benjamini & Hochberg (1995), section 4.1: 15 p-values, four rejected at 0.05.
    smallest = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p = np.array([*smallest, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0])
    assert (adjusted_for_many(p) <= 0.05).tolist() == [True] * 4 + [False] * 11
    assert adjusted_for_many(p)[:3] == pytest.approx([0.0015, 0.003, 0.0095])
    assert adjusted_for_many(np.array([0.03, 0.04, 0.041])) == pytest.approx([0.041] * 3), (
        "never above a larger p's"
    )
    assert adjusted_for_many(p[::-1])[::-1] == pytest.approx(adjusted_for_many(p))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdefgh"),
            st.sampled_from([role.id for role in CODEBOOK.roles if role.collected]),
            st.sampled_from(["301", "302", "303", "304", None]),
        ),
        max_size=20,
    ),
    st.lists(st.sampled_from(["answered", "answered_none", "silent"]), min_size=4, max_size=4),
    st.randoms(use_true_random=False),
)
def test_unknown_never_becomes_a_number_and_nothing_gets_lost(
    held: list, answers: list[str], shuffle
) -> None:
    rows = [{"leader": leader, "role": role, "authority": place} for leader, role, place in held]
    asked = [
        {"id": code, "kind": "authority", "response": answer}
        for code, answer in zip(["301", "302", "303"], answers, strict=False)
    ] + [{"id": "lists", "kind": "agency", "response": answers[3]}]
    holdings, responses, schools = holdings_of(rows), responses_of(asked), schools_of(SCHOOLS)
    authorities = count_authorities(holdings, responses, schools, CODEBOOK)
    for count in ("holdings", "local_holdings", "national_holdings"):
        known = authorities[f"{count}_status"] == "reported"
        assert (authorities[count].is_not_null() == known).all()
    silent = authorities.filter(pl.col("response").cast(pl.String).is_in(["silent", "not_asked"]))
    assert silent["local_holdings"].null_count() == silent.height
    assert silent["per_100_schools"].null_count() == silent.height
    placed = sum(place is not None for _, _, place in held)
    assert authorities["reported_at_least"].sum() == placed
    national = (
        count_totals(holdings, CODEBOOK).filter(pl.col("total") == "origin:national").item(0, "holdings")
    )
    assert authorities["national_holdings"].sum() <= national
    order = list(range(len(rows)))
    shuffle.shuffle(order)
    shuffled = count_authorities(holdings[order], responses[::-1], schools[::-1], CODEBOOK)
    assert shuffled.equals(authorities)
    regions = count_regions(authorities, holdings, responses, CODEBOOK)
    assert regions.equals(count_regions(authorities[::-1], holdings[order], responses, CODEBOOK))
    assert (regions["holdings"].is_null() == (regions["holdings_status"] != "reported")).all()
