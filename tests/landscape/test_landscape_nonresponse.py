"""Non-response: local roles adjusted, national ones never; the bias derived and seen, the interval covering."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.codebooks import load_codebook
from leadscape.core.errors import NotIdentified
from leadscape.landscape.config import LandscapeConfig
from leadscape.landscape.distribution import count_authorities
from leadscape.landscape.nonresponse import NonresponseAdjustment, adjust_for_nonresponse, scale_counts
from leadscape.landscape.strata import collapse_strata, estimate_ratio_total, stratify

from tests.support.drawn import drawn, holdings_of, responses_of, schools_of

CODEBOOK = load_codebook("england-2006")

# Six authorities: the North has 4 local leaders per 100 schools, the South 20; the South stays silent more often.
PLACES = drawn("""
    authority | region | schools | local | response
    01        | North  | 100     | 3     | answered
    02        | North  | 100     | 5     | answered
    03        | North  | 100     | 4     | silent
    11        | South  | 50      | 9     | answered
    12        | South  | 50      | 11    | answered
    13        | South  | 200     | 40    | silent
""")


def adjusted(
    places: list = PLACES, national: int = 100, extra: tuple = (), config: LandscapeConfig | None = None
) -> NonresponseAdjustment:
    asked = [{"id": p["authority"], "kind": "authority", "response": p["response"]} for p in places]
    asked += [{"id": "lists", "kind": "agency", "response": "answered"}] if national else []
    held = [
        {"leader": f"{p['authority']}-{i}", "role": "executive_headship", "authority": p["authority"]}
        for p in places
        if p["response"] == "answered"
        for i in range(int(p["local"]))
    ]
    held += [{"leader": f"n{i}", "role": "mentor_head", "authority": "01"} for i in range(national)]
    holdings, schools = holdings_of([*held, *extra]), schools_of(places)
    authorities = count_authorities(holdings, responses_of(asked), schools, CODEBOOK)
    return adjust_for_nonresponse(authorities, holdings, schools, CODEBOOK, config)


def estimate(adjustment: NonresponseAdjustment, key: str) -> dict[str, float]:
    return adjustment.estimates.row(by_predicate=pl.col("estimate_id") == key, named=True)


def test_table_1_scaled_for_76_of_150_authorities() -> None:
    scaled = scale_counts(343, answered=76, asked=150, other=2735)
    assert round(scaled.local_total) == 677
    assert round(scaled.total) == 3412
    assert round(scaled.local_share_pct, 1) == 19.8
    assert (scaled.low, round(scaled.high)) == (343, 1011)


@pytest.mark.parametrize(("answered", "asked"), [(0, 150), (151, 150)])
def test_scaling_by_an_impossible_response_is_refused(answered: int, asked: int) -> None:
    with pytest.raises(NotIdentified, match=f"{answered} of {asked} authorities answered"):
        scale_counts(343, answered, asked)


def test_post_stratification_uses_each_regions_own_rate() -> None:
    adjustment = adjusted()
    assert (adjustment.asked, adjustment.answered, adjustment.reported) == (6, 4, 28)
    # Scaling: 28 / (4 / 6) = 42. By region and schools: 8 / 200 x 300 + 20 / 100 x 300 = 72.
    assert estimate(adjustment, "local:scaled")["value"] == pytest.approx(42)
    assert estimate(adjustment, "local:post_stratified:region")["value"] == pytest.approx(72)
    strata = adjustment.post_stratified[0].strata
    assert strata["stratum"].to_list() == ["North", "South"]
    assert strata["local_per_100_schools"].to_list() == [4.0, 20.0]


def test_national_roles_are_added_as_listed_and_never_scaled() -> None:
    for national in (100, 300):
        adjustment = adjusted(national=national)
        assert estimate(adjustment, "all:post_stratified:region")["value"] == pytest.approx(72 + national)
        share = estimate(adjustment, "local_share:post_stratified:region")
        assert share["value"] == pytest.approx(100 * 72 / (72 + national))
        assert (share["numerator"], share["denominator"]) == (pytest.approx(72), pytest.approx(72 + national))


def test_roles_of_no_origin_are_added_as_reported() -> None:
    adjustment = adjusted(
        extra=tuple({"leader": f"o{i}", "role": "other", "authority": "01"} for i in range(7))
    )
    assert adjustment.other == 107
    assert estimate(adjustment, "all:post_stratified:region")["value"] == pytest.approx(72 + 107)


def test_authorities_are_classed_by_size_and_phase_whatever_their_order() -> None:
    sizes = [{"authority": f"{i}", "schools": 10, "region": None} for i in range(6)]
    phases = [{**row, "phase": "secondary", "schools": i} for i, row in enumerate(sizes)]
    schools = schools_of(sizes).vstack(schools_of(phases).with_columns(urn=pl.concat_str(pl.lit("s"), "urn")))
    authorities = pl.DataFrame({"authority_code": [f"{i}" for i in range(6)], "schools": [10] * 6})
    authorities = authorities.with_columns(region=pl.lit(None, pl.String))
    classed = stratify(authorities, schools)
    assert classed["size_class"].to_list() == ["small", "small", "medium", "medium", "large", "large"]
    assert classed["phase_mix"].to_list() == ["fewer secondary"] * 3 + ["more secondary"] * 3
    assert classed["region"].unique().to_list() == ["unknown"]
    assert stratify(authorities[::-1], schools[::-1]).equals(classed)


def test_without_an_agency_list_there_is_no_total_and_no_share() -> None:
    adjustment = adjusted(national=0)
    assert adjustment.other is None
    assert not [key for key in adjustment.estimates["estimate_id"] if not key.startswith("local:")]
    assert adjustment.sensitivity["total"].null_count() == adjustment.sensitivity.height
    assert adjustment.tipping_points[0].factor is None


def test_every_estimate_has_an_interval_around_it_and_none_goes_below_what_was_reported() -> None:
    estimates = adjusted().estimates
    assert (estimates["low"] <= estimates["value"]).all()
    assert (estimates["value"] <= estimates["high"]).all()
    assert estimates.filter(pl.col("estimate_id").str.starts_with("local:"))["low"].min() >= 28


def test_when_everybody_answered_nothing_is_added() -> None:
    adjustment = adjusted([{**place, "response": "answered"} for place in PLACES])
    row = estimate(adjustment, "local:post_stratified:region")
    assert (row["value"], row["low"], row["high"]) == (72, 72, 72)


def test_what_others_reported_in_a_silent_authority_is_a_floor() -> None:
    extra = tuple({"leader": f"x{i}", "role": "executive_headship", "authority": "13"} for i in range(60))
    adjustment = adjusted(extra=extra)
    assert (adjustment.reported, adjustment.floor, adjustment.elsewhere) == (28, 60, 0)
    assert adjustment.sensitivity["local_total"].min() == 88
    assert estimate(adjustment, "local:as_reported")["value"] == 88


def test_what_has_no_authority_is_added_as_it_is() -> None:
    adjustment = adjusted(extra=({"leader": "x", "role": "executive_headship", "authority": None},))
    assert adjustment.elsewhere == 1
    assert estimate(adjustment, "local:post_stratified:region")["value"] == pytest.approx(73)


def test_an_authority_without_schools_is_left_out_and_said_to_be() -> None:
    adjustment = adjusted([*PLACES, {**PLACES[2], "authority": "99", "schools": "0"}])
    assert adjustment.asked == 6
    assert "6 authorities asked (1 without open schools left out)" in adjustment.estimates.item(0, "label")


def test_one_answer_is_not_enough() -> None:
    with pytest.raises(NotIdentified, match="1 of 3 authorities asked answered"):
        adjusted([PLACES[0], PLACES[2], PLACES[5]])


def test_the_band_starts_at_what_was_reported_and_passes_through_the_adjusted_total() -> None:
    band = adjusted().sensitivity
    by_factor = dict(band.select("factor", "local_total").iter_rows())
    assert band["factor"].to_list() == pytest.approx([k / 10 for k in range(21)])
    assert by_factor[0.0] == 28
    assert by_factor[1.0] == pytest.approx(72)
    assert by_factor[2.0] == pytest.approx(116)
    assert band["local_total"].is_sorted()


def test_tipping_points_bring_about_their_share() -> None:
    config = LandscapeConfig(tipping_local_share_pct=(20.0, 50.0, 90.0))
    low, middle, far = adjusted(config=config).tipping_points
    assert low.factor is None, "28 of 128 is over 20 % already"
    assert middle.factor == pytest.approx((100 - 28) / 44)
    assert middle.in_range
    assert far.factor == pytest.approx((900 - 28) / 44)
    assert far.sentence.endswith("which is outside the range considered.")


def test_variance_equals_the_textbook_formula_in_one_stratum() -> None:
    # Cochran (1977), equation 6.4: N^2 (1 - f) / n x sum (y - R x)^2 / (n - 1), here with X / x in place of N / n.
    y, x = np.array([12.0, 30.0, 21.0, 0.0, 0.0]), np.array([10.0, 25.0, 20.0, 30.0, 15.0])
    answered = np.array([True, True, True, False, False])
    found = estimate_ratio_total(y, x, np.zeros(5, dtype=np.int64), answered)
    ratio = 63 / 55
    variance = (100 / 55) ** 2 * (1 - 3 / 5) * 3 / 2 * ((y - ratio * x)[:3] ** 2).sum()
    assert found.total == pytest.approx(100 * ratio)
    assert found.se == pytest.approx(variance**0.5)
    assert found.df == 2
    assert found.margin == pytest.approx(4.302653 * variance**0.5)


def test_too_small_strata_are_pooled_by_a_rule_that_never_sees_a_count() -> None:
    keys = [("North",), ("North",), ("South",), ("South",), ("East",), ("East",), ("West",)]
    answered = [True, True, True, False, True, False, True]
    labels = collapse_strata(keys, answered)
    assert labels == ["North", "North", *["East + South"] * 4, "West"], "West has nobody silent"
    assert collapse_strata(keys[:4], answered[:4]) == ["North + South"] * 4


def test_a_small_stratum_first_joins_its_own_region() -> None:
    keys = [
        ("North", "large"),
        ("North", "large"),
        ("North", "small"),
        ("South", "small"),
        ("South", "small"),
    ]
    labels = collapse_strata(keys, [True, True, False, True, True])
    assert labels == ["North, large + North, small"] * 3 + ["South, small"] * 2


class World:
    """150 authorities in ten regions; where rates are high, fewer answer: scaling all alike is too low.

    In region h authorities answer with probability p_h and have m_h local holdings on average, so that scaling expects
    N sum(N_h p_h m_h) / sum(N_h p_h). With p falling as m rises, Cov(p, m) < 0 and the bias is negative.
    """

    def __init__(self, factor_of_silent: float = 1.0) -> None:
        stream = np.random.default_rng(2006)
        self.region = np.repeat(np.arange(10), 15)
        self.schools = np.round(np.exp(stream.normal(4.8, 0.5, 150)))
        rate = np.linspace(0.02, 0.12, 10)[self.region]
        self.local = stream.poisson(rate * self.schools).astype(float)
        self.chance = np.linspace(0.85, 0.35, 10)[self.region]
        self.factor = factor_of_silent

    def draw(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        answered = np.random.default_rng(seed).uniform(size=150) < self.chance
        return answered, np.where(answered, self.local, self.factor * self.local)


def region_codes(world: World, answered: np.ndarray) -> np.ndarray:
    labels = collapse_strata([(f"{r}",) for r in world.region], answered.tolist())
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def test_scaling_is_biased_as_derived_and_post_stratification_covers() -> None:
    world = World()
    truth = world.local.sum()
    scaled, post, covered = [], [], []
    for seed in range(200):
        answered, local = world.draw(seed)
        together = np.zeros(150, dtype=np.int64)
        scaled.append(estimate_ratio_total(local, np.ones(150), together, answered).total)
        found = estimate_ratio_total(local, world.schools, region_codes(world, answered), answered)
        post.append(found.total)
        covered.append(abs(found.total - truth) <= found.margin)
    p, m = world.chance, world.local
    derived = 150 * np.mean((p - p.mean()) * (m - m.mean())) / p.mean()
    assert derived < -0.1 * truth
    assert np.mean(scaled) - truth == pytest.approx(derived, rel=0.05)
    assert abs(np.mean(post) - truth) < 0.01 * truth
    assert 0.91 <= np.mean(covered) <= 0.985


def test_when_silent_authorities_are_different_only_the_band_holds_the_truth() -> None:
    world = World(factor_of_silent=0.5)
    answered, local = world.draw(1)
    found = estimate_ratio_total(local, world.schools, region_codes(world, answered), answered)
    truth = local.sum()
    assert found.total - found.margin > truth, "the interval assumes that the silent are like the others"
    assert found.observed + 0.5 * found.missing == pytest.approx(truth, rel=0.05)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["North", "South", "East"]), st.integers(1, 40), st.integers(0, 9), st.booleans()
        ),
        min_size=4,
        max_size=10,
    ),
    st.randoms(use_true_random=False),
)
def test_order_does_not_matter_and_nothing_falls_below_the_reported(drawn_places: list, shuffle) -> None:
    places = [
        {
            "authority": f"{i:02}",
            "region": region,
            "schools": str(schools),
            "local": str(local),
            "response": "answered" if heard or i < 2 else "silent",
        }
        for i, (region, schools, local, heard) in enumerate(drawn_places)
    ]
    adjustment = adjusted(places, national=3)
    shuffled = places.copy()
    shuffle.shuffle(shuffled)
    again = adjusted(shuffled, national=3)
    assert again.sensitivity.equals(adjustment.sensitivity)
    assert again.estimates.equals(adjustment.estimates)
    assert (adjustment.sensitivity["local_total"] >= adjustment.reported).all()
    assert (adjustment.estimates["low"] <= adjustment.estimates["high"]).all()
