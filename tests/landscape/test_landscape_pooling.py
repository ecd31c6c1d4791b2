"""Doubt carried through: Rubin's rules against a known world, and what must hold of any pooled table."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.core.tables import frame_of
from leadscape.landscape.doubt import count_doubt, state_reported
from leadscape.landscape.intervals import normal_quantile
from leadscape.landscape.pooling import pool_ends, pool_estimates, pool_models, pool_sensitivity
from leadscape.landscape.tables import CaptureModels, Estimates, Extent, Sensitivity


def estimate(value: float, low: float, high: float, **other: object) -> pl.DataFrame:
    return frame_of(
        Estimates,
        [
            {
                "estimate_id": "e",
                "label": "Something",
                "origin": "all",
                "method": "as reported",
                "value": value,
                "low": low,
                "high": high,
                "interval": "95 %",
                "unit": "holdings",
                "assumptions": "",
                **other,
            }
        ],
    )


def test_three_ways_by_hand() -> None:
    # Values 10, 12, 14: B = 4, (1 + 1/3) B = 5.33. Half-widths 1: W = 1 / 1.96^2 = 0.26, so
    # df = 2 (1 + 0.26 / 5.33)^2 = 2.2 and t = 3.96: sqrt(1 + 3.96^2 x 5.33) = 9.17.
    values = np.array([[10.0], [12.0], [14.0]])
    value, low, high = (end.item() for end in pool_ends(values, values - 1, values + 1))
    assert (value, round(low, 2), round(high, 2)) == (12.0, 2.83, 21.17)


def test_ways_that_agree_widen_nothing() -> None:
    one = estimate(10.0, 8.0, 13.0)
    assert pool_estimates([one, one, one]).equals(one)


def test_draws_that_agree_on_a_value_and_not_on_its_interval_are_pooled() -> None:
    row = pool_estimates([estimate(10.0, 8.0, 12.0), estimate(10.0, 2.0, 40.0)]).row(0, named=True)
    assert row["low"] < 8.0
    assert row["high"] > 12.0
    assert "doubt" in row["interval"]


def test_pooled_row_says_that_doubt_is_in_it() -> None:
    pooled = pool_estimates([estimate(10.0, 8.0, 13.0), estimate(14.0, 12.0, 17.0)])
    row = pooled.row(0, named=True)
    assert row["value"] == 12.0
    assert row["low"] < 8.0
    assert row["high"] > 17.0
    assert row["interval"] == "95 %; doubt about roles, schools and people included (2 draws)"


def test_a_share_stays_a_share() -> None:
    ways = [
        estimate(value, value - 4, min(value + 4, 100.0), unit="%", numerator=value, denominator=100.0)
        for value in (90.0, 98.0, 99.0)
    ]
    row = pool_estimates(ways).row(0, named=True)
    assert 0 <= row["low"] < row["value"] < row["high"] <= 100
    assert row["numerator"] == pytest.approx(np.mean([90.0, 98.0, 99.0]))


def test_what_one_way_cannot_estimate_is_left_out() -> None:
    assert pool_estimates([estimate(10.0, 8.0, 13.0), Estimates.create_empty()]).height == 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 50), st.floats(0, 50)), min_size=2, max_size=30),
)
def test_pooling_never_narrows(ways: list[tuple[float, float, float]]) -> None:
    value, down, up = (np.array(part)[:, None] for part in zip(*ways, strict=True))
    middle, low, high = (end.item() for end in pool_ends(value, value - down, value + up))
    assert low <= middle - np.sqrt((down**2).mean()) + 1e-6
    assert high >= middle + np.sqrt((up**2).mean()) - 1e-6


def test_coverage_where_the_truth_is_known() -> None:
    """A value seen with noise of 1 whose input is in doubt with noise of 2: 95 % intervals hold it 95 % of the time."""
    rng = np.random.default_rng(7)
    hits, trials, m = 0, 1_500, 20
    for _ in range(trials):
        centre = rng.normal(0.0, np.hypot(1.0, 2.0))  # what all ways are scattered around
        values = centre + rng.normal(0.0, 2.0, (m, 1))
        half = normal_quantile(0.95) * 1.0
        _, low, high = (end.item() for end in pool_ends(values, values - half, values + half))
        hits += low <= 0.0 <= high
    assert 0.93 <= hits / trials <= 0.98


def test_a_band_is_pooled_factor_by_factor() -> None:
    def band(total: float) -> pl.DataFrame:
        row = {"factor": 1.0, "local_total": total, "local_low": total - 5, "local_high": total + 5}
        return frame_of(Sensitivity, [{**row, "total": total + 100, "local_share_pct": 10.0}])

    row = pool_sensitivity([band(50.0), band(60.0)]).row(0, named=True)
    assert (row["local_total"], row["total"]) == (55.0, 155.0)
    assert row["local_low"] < 45.0


def test_models_are_pooled_where_they_have_an_answer() -> None:
    def model(estimate: float | None, in_range: bool) -> pl.DataFrame:
        known = estimate is not None
        row = {
            "population": "mentor_head",
            "model": "independence",
            "terms": "-",
            "estimate": estimate,
            "se": 2.0 if known else None,
            "low": estimate - 4 if known else None,
            "high": estimate + 6 if known else None,
            "in_range": in_range,
            "note": "",
        }
        return frame_of(CaptureModels, [row])

    seldom = [model(None, False)] * 3
    assert not pool_models([*seldom, model(100.0, True), model(104.0, True)]).row(0, named=True)["in_range"]
    row = pool_models([model(None, False), model(100.0, True), model(104.0, True)]).row(0, named=True)
    assert row["estimate"] == 102.0
    assert row["in_range"]
    assert row["low"] < 96
    assert row["high"] > 108


def test_counts_with_doubt_by_role() -> None:
    """Two roles; in two of three ways a line in doubt is a mentor head, in one it is nothing."""
    extent = frame_of(
        Extent,
        [
            {
                "role": role,
                "role_label": role,
                "origin": "local",
                "own_school": False,
                "holdings": n,
                "holdings_status": "reported",
                "leaders": n,
                "leaders_status": "reported",
                "pct": 50.0,
                "denominator": 4,
            }
            for role, n in (("mentor_head", 1), ("other", 3))
        ],
    )
    ways = [pl.DataFrame({"role": ["mentor_head"] * heads + ["other"] * 3}) for heads in (2, 2, 1)]
    counted = {row["role"]: row for row in count_doubt(extent, ways).iter_rows(named=True)}
    assert counted["mentor_head"]["expected"] == pytest.approx(5 / 3)
    assert counted["mentor_head"]["low"] >= 0
    assert (counted["other"]["low"], counted["other"]["expected"], counted["other"]["high"]) == (3, 3, 3)
    assert counted["all"]["counted"] == 4
    assert counted["all"]["expected"] == pytest.approx(14 / 3)


def test_nothing_in_doubt_gives_no_table() -> None:
    assert count_doubt(Extent.create_empty(), []).height == 0


def test_reported_numbers_as_estimates() -> None:
    rows = {row["unit"]: row for row in state_reported([100, 104], [90, 90]).iter_rows(named=True)}
    assert rows["holdings"]["value"] == 102
    assert rows["holdings"]["low"] < 100
    assert (rows["leaders"]["low"], rows["leaders"]["high"]) == (90, 90)
