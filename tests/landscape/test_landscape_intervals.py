"""How far may a figure be from what it stands for?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from leadscape.core.errors import NotIdentified
from leadscape.landscape.intervals import (
    bootstrap_interval,
    exact_interval,
    lognormal_interval,
    normal_quantile,
    poisson_interval,
    t_quantile,
)


def test_the_exact_interval_of_a_textbook():
    # Conover (1971), Practical Nonparametric Statistics, p. 97: 682 of 925 plants.
    assert exact_interval(682, 925) == pytest.approx((0.7076683, 0.7654066), abs=5e-8)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_the_exact_intervals_of_a_published_comparison(count, n, low, high):
    # Newcombe (1998), Statistics in Medicine 17, 857-872, Table I, method 5.
    assert exact_interval(count, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 400), st.data())
def test_each_end_leaves_its_tail_of_the_binomial(n, data):
    count = data.draw(st.integers(0, n))
    low, high = exact_interval(count, n, 0.9)
    assert low <= count / n <= high
    assert count == 0 or 1 - special.bdtr(count - 1, n, low) == pytest.approx(0.05, abs=1e-6)
    assert count == n or special.bdtr(count, n, high) == pytest.approx(0.05, abs=1e-6)


def test_ten_events_have_the_interval_of_the_poisson_tables():
    # Garwood (1936), Table V: 10 events, 4.80 to 18.39.
    assert poisson_interval(10) == pytest.approx((4.795, 18.390), abs=5e-4)
    assert poisson_interval(10, exposure=4) == pytest.approx((4.795 / 4, 18.390 / 4), abs=5e-4)
    assert poisson_interval(0)[0] == 0


def test_a_total_is_never_below_what_was_seen():
    low, high = lognormal_interval(100, 40, observed=90)
    assert 90 < low < 100 < high
    assert (100 - 90) / (low - 90) == pytest.approx((high - 90) / (100 - 90))
    assert lognormal_interval(90, 0, observed=90) == (90, 90)


def test_the_bootstrap_agrees_with_the_normal_interval_of_a_mean_and_repeats_itself():
    values = np.random.default_rng(1).normal(10, 2, size=400)
    first = bootstrap_interval(values, lambda rows: rows.mean(axis=1), 7, "test", replications=4000)
    assert first == bootstrap_interval(values, lambda rows: rows.mean(axis=1), 7, "test", replications=4000)
    assert first != bootstrap_interval(values, lambda rows: rows.mean(axis=1), 8, "test", replications=4000)
    reach = 1.96 * values.std() / 20
    assert first == pytest.approx((values.mean() - reach, values.mean() + reach), abs=0.02)


def test_the_bootstrap_draws_whole_rows():
    pairs = np.column_stack([np.arange(50.0), 2 * np.arange(50.0)])

    def ratio(rows):
        return rows[:, :, 1].sum(axis=1) / rows[:, :, 0].sum(axis=1)

    assert bootstrap_interval(pairs, ratio, 1, "test") == pytest.approx((2, 2))


def test_quantiles():
    assert normal_quantile(0.95) == pytest.approx(1.959964, abs=1e-6)
    assert t_quantile(0.95, 10) == pytest.approx(2.228139, abs=1e-6)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: exact_interval(3, 2),
        lambda: exact_interval(0, 0),
        lambda: exact_interval(1, 2, 1.0),
        lambda: poisson_interval(-1),
        lambda: lognormal_interval(5, 1, observed=6),
        lambda: bootstrap_interval([1.0], np.mean, 1, "test"),
        lambda: bootstrap_interval([0.0, 0.0], lambda rows: np.full(len(rows), np.nan), 1, "test"),
    ],
)
def test_what_has_no_interval_is_refused(wrong):
    with pytest.raises(NotIdentified):
        wrong()
