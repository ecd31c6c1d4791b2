"""Partial pooling: the published multilevel example, formulas by brute force, planted effects."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscape.core.errors import NotIdentified
from leadscape.need.adjusted.mixed import evaluate_mixed, fit_mixed


@pytest.mark.real
def test_the_published_multilevel_example(real_data):
    # MLwiN guide: 4,059 pupils in 65 schools, normalised score on reading test, likelihood (IGLS).
    exam = pl.read_csv(real_data / "oracles" / "Exam.csv", infer_schema_length=None)
    x = np.column_stack([np.ones(exam.height), exam["standLRT"]])
    school = exam["school"].rank("dense").to_numpy() - 1
    model = fit_mixed(exam["normexam"], x, school, restricted=False)
    assert (exam.height, len(model.effect)) == (4059, 65)
    assert round(model.coefficients[1], 3) == 0.563
    assert round(model.standard_errors[1], 3) == 0.012
    assert round(model.between, 3) == 0.092
    assert round(model.within, 3) == 0.566
    assert round(model.minus_2_log_likelihood, 2) == 9357.24


@given(st.integers(0, 10_000))
def test_effects_and_errors_are_those_of_the_whole_matrix(seed):
    rng = np.random.default_rng(seed)
    school = np.sort(rng.integers(0, 5, 24))
    school = np.unique(school, return_inverse=True)[1]
    x = np.column_stack([np.ones(24), rng.normal(size=24)])
    y, known = rng.normal(size=24), rng.uniform(0.1, 2, 24)
    a, s = rng.uniform(0.1, 2, 2)
    shuffled = rng.permutation(24)
    model = evaluate_mixed(
        y[shuffled], x[shuffled], school[shuffled], between=a, within=s, sampling=known[shuffled]
    )
    same = (school[:, None] == school).astype(float)
    g = a * same + s * np.eye(24)
    v_inverse = np.linalg.inv(g + np.diag(known))
    covariance = np.linalg.inv(x.T @ v_inverse @ x)
    b = covariance @ x.T @ v_inverse @ y
    np.testing.assert_allclose(model.coefficients, b)
    np.testing.assert_allclose(model.covariance, covariance)
    deviation = g @ v_inverse @ (y - x @ b)
    carried = g @ v_inverse @ x
    variance = np.diag(g - g @ v_inverse @ g) + np.einsum("ij,jk,ik->i", carried, covariance, carried)
    np.testing.assert_allclose(model.deviation, deviation[shuffled])
    np.testing.assert_allclose(model.deviation_variance, variance[shuffled])
    # The school's own effect, by the same rule with its column of ones.
    first = a * (school == 0) @ v_inverse
    np.testing.assert_allclose(model.effect[0], first @ (y - x @ b))
    expected = a - first @ (a * (school == 0)) + first @ x @ covariance @ x.T @ first
    np.testing.assert_allclose(model.effect_variance[0], expected)
    restricted = np.linalg.slogdet(g + np.diag(known))[1] + np.linalg.slogdet(x.T @ v_inverse @ x)[1]
    restricted += (y - x @ b) @ v_inverse @ (y - x @ b) + 22 * np.log(2 * np.pi)
    assert model.minus_2_log_likelihood == pytest.approx(restricted)


def planted(seed: int, schools: int = 1500, years: int = 3, a: float = 9.0, s: float = 4.0):
    """Schools of 5 to 120 pupils with effects, yearly effects and sampling variances 100 / pupils."""
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(schools), years)
    pupils = np.repeat(rng.integers(5, 121, schools), years)
    intake = np.repeat(rng.normal(size=schools), years) + 0.2 * rng.normal(size=schools * years)
    x = np.column_stack([np.ones(len(school)), intake])
    effect = rng.normal(0, np.sqrt(a), schools)
    deviation = effect[school] + rng.normal(0, np.sqrt(s), len(school))
    sampling = 100.0 / pupils
    y = x @ [60, -5] + deviation + rng.normal(0, np.sqrt(sampling))
    return y, x, school, pupils, sampling, effect, deviation


@pytest.mark.parametrize("known", [True, False])
def test_planted_effects_come_back_and_intervals_cover(known):
    covered, small = [], []
    for seed in range(4):
        y, x, school, pupils, sampling, effect, deviation = planted(seed)
        given = {"sampling": sampling} if known else {"sampling_factor_of": 1 / pupils}
        model = fit_mixed(y, x, school, **given)
        assert model.between == pytest.approx(9, rel=0.15)
        assert model.coefficients[1] == pytest.approx(-5, abs=0.25)
        if not known:
            assert model.factor == pytest.approx(100, rel=0.25)
        reach = 1.6448536 * np.sqrt(model.deviation_variance)
        inside = abs(model.deviation - deviation) <= reach
        covered.append(inside.mean())
        small.append(inside[pupils < 15].mean())
        reach = 1.6448536 * np.sqrt(model.effect_variance)
        covered.append((abs(model.effect - effect) <= reach).mean())
    assert 0.88 <= np.mean(covered) <= 0.92
    assert 0.86 <= np.mean(small) <= 0.94


def test_small_schools_are_less_extreme_than_their_raw_figures():
    y, x, school, pupils, sampling, _, deviation = planted(9)
    model = fit_mixed(y, x, school, sampling=sampling)
    raw = y - model.fitted
    small = pupils < 15
    assert model.deviation[small].std() < 0.8 * raw[small].std()
    assert np.mean((model.deviation - deviation) ** 2) < 0.8 * np.mean((raw - deviation) ** 2)
    extreme = np.argsort(-abs(raw))[:100]
    pooled = np.argsort(-abs(model.deviation))[:100]
    assert small[pooled].mean() < small[extreme].mean()


def test_no_school_effects_give_none():
    rng = np.random.default_rng(2)
    school = np.repeat(np.arange(300), 3)
    y = rng.normal(0, 2, 900)
    model = fit_mixed(y, np.ones((900, 1)), school, sampling=np.full(900, 4.0))
    assert model.between < 0.2
    assert abs(model.effect).max() < 0.5


def test_what_cannot_be_told_apart_is_refused():
    y, x, school, *_ = planted(1, schools=20)
    with pytest.raises(NotIdentified, match="say something"):
        fit_mixed(y, np.column_stack([x, x[:, 1]]), school)
    with pytest.raises(NotIdentified, match="missing"):
        fit_mixed(np.where(school == 3, np.nan, y), x, school)
