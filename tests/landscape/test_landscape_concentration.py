"""How unevenly are role-holdings spread over authorities?"""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscape.core.errors import NotIdentified
from leadscape.landscape.concentration import gini, lorenz_curve, measure_concentration
from leadscape.landscape.tables import ColdSpots

SPREADS = st.lists(st.integers(0, 500), min_size=1, max_size=60).filter(any)


def test_the_gini_coefficient_of_a_reference_example():
    # Zeileis, R package ineq, help page of ineq(): ten incomes, 0.4620911.
    incomes = [541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]
    assert gini(incomes) == pytest.approx(0.4620911, abs=5e-8)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([7, 7, 7], 0), ([0, 0, 0, 9], 0.75), ([1, 2, 3, 4, 5], 4 / 15), ([3, 1, 1, 3], 0.25), ([4], 0)],
)
def test_coefficients_that_can_be_checked_by_eye(values, expected):
    assert gini(values) == pytest.approx(expected)


def test_the_lorenz_curve_of_four_authorities():
    curve = lorenz_curve([6, 0, 1, 3])
    assert curve["authorities_share"].to_list() == [0, 0.25, 0.5, 0.75, 1]
    assert curve["holdings_share"].to_list() == pytest.approx([0, 0, 0.1, 0.4, 1])


@given(SPREADS, st.randoms())
def test_the_coefficient_is_the_area_of_the_curve_and_the_mean_difference(values, random):
    curve = lorenz_curve(random.sample(values, len(values)))
    area = np.trapezoid(curve["holdings_share"], curve["authorities_share"])
    x = np.array(values, dtype=float)
    difference = np.abs(x[:, None] - x).mean() / (2 * x.mean())
    assert gini(values) == pytest.approx(1 - 2 * area, abs=1e-9)
    assert gini(values) == pytest.approx(difference, abs=1e-9)
    assert (np.diff(curve["holdings_share"], 2) >= -1e-9).all()


@given(SPREADS, st.integers(1, 9))
def test_only_proportions_matter(values, times):
    assert gini(np.array(values) * times) == pytest.approx(gini(values))
    assert gini(values * times) == pytest.approx(gini(values))


def test_an_authority_that_did_not_answer_takes_no_part():
    authorities = pl.DataFrame(
        {
            "holdings": [6, None, 1, 3, 0, *range(6), None],
            "holdings_status": ["reported", "unknown", *["reported"] * 9, "suppressed"],
        }
    )
    measured = measure_concentration(authorities, ColdSpots.create_empty(), seed=1)
    assert measured is not None
    assert measured.authorities == 10
    assert measured.gini == gini([6, 1, 3, 0, *range(6)])
    assert measured.gini_low <= measured.gini <= measured.gini_high
    assert measured.lorenz.height == 11
    again = measure_concentration(authorities.reverse(), ColdSpots.create_empty(), seed=1)
    assert again is not None
    assert (again.gini_low, again.gini_high) == (measured.gini_low, measured.gini_high)


@pytest.mark.parametrize("holdings", [[5], [0] * 12, [], [4, 9, 2, 8, 1, 7, 3, 6, 5]])
def test_nothing_to_spread_has_no_concentration(holdings):
    authorities = pl.DataFrame(
        {"holdings": holdings, "holdings_status": ["reported"] * len(holdings)},
        schema={"holdings": pl.Int64, "holdings_status": pl.String},
    )
    assert measure_concentration(authorities, ColdSpots.create_empty(), seed=1) is None


@pytest.mark.parametrize("values", [[], [0, 0], [1, -1], [1, float("nan")]])
def test_values_without_a_total_are_refused(values):
    with pytest.raises(NotIdentified):
        gini(values)
