"""Means, totals and ratios with the standard error of their design."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscape.core.errors import NotIdentified
from leadscape.landscape.survey_estimates import (
    describe_design,
    estimate_mean,
    estimate_ratio,
    estimate_total,
    simple_random,
)


def test_signatures_on_a_petition():
    # Cochran (1977), Sampling Techniques, section 2.8: 50 of 676 sheets; total 19,888, s = 15.13, 80 % limits
    # 18,107 and 21,669 by the normal quantile 1.28.
    signatures = [42, 41, 36, 32, 29, 27, 23, 19, 16, 15, 14, 11, 10, 9, 7, 6, 5, 4, 3]
    sheets = [23, 4, 1, 1, 1, 2, 1, 1, 2, 2, 1, 1, 1, 1, 1, 3, 2, 1, 1]
    total = estimate_total(np.repeat(signatures, sheets), simple_random(50, 676))
    assert round(total.value) == 19888
    assert total.value - 1.28 * total.se == pytest.approx(18107, abs=3)
    assert total.value + 1.28 * total.se == pytest.approx(21669, abs=3)
    assert total.df == 49


def test_hours_of_television_in_three_strata():
    # Scheaffer, Mendenhall & Ott, Elementary Survey Sampling, examples 5.2 and 5.3: mean 27.7, variance 1.97.
    town_a = [35, 28, 26, 41, 43, 29, 32, 37, 36, 25, 29, 31, 39, 38, 40, 45, 28, 27, 35, 34]
    town_b = [27, 4, 49, 10, 15, 41, 25, 30]
    rural = [8, 15, 21, 7, 14, 30, 20, 11, 12, 32, 34, 24]
    stratum = np.repeat([0, 1, 2], [20, 8, 12])
    size = np.array([155, 62, 93])[stratum]
    design = describe_design(size / np.array([20, 8, 12])[stratum], strata=stratum, population=size)
    mean = estimate_mean([*town_a, *town_b, *rural], design)
    assert (round(mean.value, 1), round(mean.se**2, 2)) == (27.7, 1.97)
    assert (mean.df, mean.strata, mean.elements) == (37, 3, 40)


def test_grades_in_five_of_a_hundred_suites():
    # Lohr, Sampling: Design and Analysis, example 5.2: mean 2.826, standard error 0.164; total 1,130.4.
    grades = [3.08, 2.60, 3.44, 3.04, 2.36, 3.04, 3.28, 2.68, 2.00, 2.56, 2.52, 1.88,
              3.00, 2.88, 3.44, 3.64, 2.68, 1.92, 3.28, 3.20]  # fmt: skip
    design = describe_design(np.full(20, 20.0), clusters=np.repeat(range(5), 4), population=np.full(20, 100))
    mean, total = estimate_mean(grades, design), estimate_total(grades, design)
    assert (round(mean.value, 3), round(mean.se, 3)) == (2.826, 0.164)
    assert round(total.value, 1) == 1130.4
    assert mean.df == 4


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "columns", "mean", "se"),
    [
        ("apiclus1.csv", {"clusters": "dnum"}, 644.17, 23.542),
        ("apistrat.csv", {"strata": "stype"}, 662.29, 9.4089),
        ("apisrs.csv", {}, 656.58, 9.2497),
    ],
)
def test_the_published_estimates_for_californian_schools(real_data, file, columns, mean, se):
    sample = pl.read_csv(real_data / "oracles" / file, null_values="NA", infer_schema_length=None)
    names = {kind: sample[column].to_numpy() for kind, column in columns.items()}
    design = describe_design(sample["pw"], population=sample["fpc"], **names)
    estimate = estimate_mean(sample["api00"], design)
    # 656.585 is printed as 656.58.
    assert estimate.value == pytest.approx(mean, abs=0.0051)
    assert float(f"{estimate.se:.5g}") == se
    assert estimate.low < mean < estimate.high
    if file == "apiclus1.csv":
        total = estimate_total(sample["enroll"], design)
        assert (round(total.value), round(total.se)) == (3404940, 932235)


def test_everybody_observed_leaves_no_uncertainty():
    mean = estimate_mean([1.0, 5.0, 9.0], simple_random(3, 3))
    assert (mean.value, mean.se, mean.low, mean.high) == (5, 0, 5, 5)


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(1, 50)), min_size=3, max_size=30), st.randoms())
def test_the_order_of_elements_does_not_matter_and_a_ratio_does_not_depend_on_units(pairs, random):
    shuffled = random.sample(pairs, len(pairs))
    design = simple_random(len(pairs), 100)
    y, x = zip(*pairs, strict=True)
    v, u = zip(*shuffled, strict=True)
    first, second = estimate_ratio(y, x, design), estimate_ratio(v, u, design)
    assert (first.value, first.se) == pytest.approx((second.value, second.se), rel=1e-6, abs=1e-9)
    pence = estimate_ratio(100 * np.array(y), 100 * np.array(x), design)
    assert (pence.value, pence.se) == pytest.approx((first.value, first.se), rel=1e-6, abs=1e-9)


def test_the_interval_covers_a_planted_mean():
    stream = np.random.default_rng(2006)
    suites = stream.normal(20, 4, size=(300, 1)) + stream.normal(0, 3, size=(300, 5))
    covered = 0
    for _ in range(300):
        drawn = suites[stream.choice(300, 40, replace=False)]
        design = describe_design(
            np.full(200, 7.5), clusters=np.repeat(range(40), 5), population=np.full(200, 300)
        )
        estimate = estimate_mean(drawn.ravel(), design)
        covered += estimate.low <= suites.mean() <= estimate.high
    assert 0.91 <= covered / 300 <= 0.98


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (lambda: describe_design([1, 1], strata=[1, 2], population=[5, 5]), "single"),
        (lambda: describe_design([1, 1, 1], population=[2, 2, 2]), "more units"),
        (lambda: describe_design([1, 1], population=[2, 3]), "different population"),
        (lambda: describe_design([1, -1]), "weight"),
        (lambda: describe_design([]), "empty"),
        (lambda: describe_design([1, 1], strata=[1]), "strata"),
        (lambda: estimate_mean([1, None], simple_random(2, 9)), "missing"),
        (lambda: estimate_mean([1, 2, 3], simple_random(2, 9)), "3 values"),
        (lambda: estimate_ratio([1, 2], [0, 0], simple_random(2, 9)), "zero"),
    ],
)
def test_a_design_that_gives_no_standard_error_is_refused(wrong, word):
    with pytest.raises(NotIdentified, match=word):
        wrong()
