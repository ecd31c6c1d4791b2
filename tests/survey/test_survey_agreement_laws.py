"""What must hold of agreement whatever the ratings, and the same coefficients by brute force."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from leadscape.core.errors import NotIdentified
from leadscape.survey.agreement import (
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
    set_distances,
    weighted_kappa,
)
from leadscape.survey.agreement.alpha import level_alpha_statistic
from leadscape.survey.agreement.chance import (
    ac1_statistic,
    beyond_chance,
    fleiss_statistic,
    nominal_alpha_statistic,
    percent_statistic,
)
from leadscape.survey.agreement.counting import compare_codes, count_codes, sum_units
from leadscape.survey.agreement.two_coders import disagreement_weights, kappa_statistic

LEVELS = ["nominal", "ordinal", "interval", "ratio"]


@st.composite
def rating_tables(draw: Any, coders: int | None = None) -> np.ndarray:
    """Units by coders, codes 0 to 3, -1 where not rated."""
    n, c = draw(st.integers(1, 8)), coders or draw(st.integers(2, 4))
    cells = draw(st.lists(st.integers(-1, 3), min_size=n * c, max_size=n * c))
    return np.array(cells, dtype=np.int64).reshape(n, c)


def as_numbers(codes: np.ndarray) -> np.ndarray:
    return np.where(codes < 0, np.nan, codes)


def alpha_by_hand(codes: np.ndarray, level: str) -> float | None:
    """Every ordered pair of ratings of every unit, one by one, as Krippendorff (2011) writes it down."""
    units = [[int(v) for v in row if v >= 0] for row in codes]
    units = [unit for unit in units if len(unit) >= 2]
    together: dict[tuple[int, int], float] = {}
    for unit in units:
        for a, b in permutations(range(len(unit)), 2):
            pair = unit[a], unit[b]
            together[pair] = together.get(pair, 0) + 1 / (len(unit) - 1)
    n_of = [sum(together.get((c, k), 0) for k in range(4)) for c in range(4)]
    n = sum(n_of)

    def delta(c: int, k: int) -> float:
        if c == k:
            return 0
        if level == "nominal":
            return 1
        if level == "ordinal":
            low, high = min(c, k), max(c, k)
            return (sum(n_of[low : high + 1]) - (n_of[c] + n_of[k]) / 2) ** 2
        return (c - k) ** 2 if level == "interval" else ((c - k) / (c + k)) ** 2

    observed = sum(value * delta(c, k) for (c, k), value in together.items())
    expected = sum(n_of[c] * n_of[k] * delta(c, k) for c in range(4) for k in range(4))
    return None if not expected else 1 - (n - 1) * observed / expected


@given(rating_tables(), st.sampled_from(LEVELS))
def test_alpha_is_what_the_definition_gives_by_hand(codes, level):
    expected = alpha_by_hand(codes, level)
    if expected is None:
        with pytest.raises(NotIdentified):
            krippendorff_alpha(as_numbers(codes), level)
    else:
        assert krippendorff_alpha(as_numbers(codes), level) == pytest.approx(expected, abs=1e-9)


@given(rating_tables())
def test_fleiss_and_ac1_are_what_their_definitions_give_by_hand(codes):
    units = [[int(v) for v in row if v >= 0] for row in codes]
    pairs = [list(permutations(unit, 2)) for unit in units if len(unit) >= 2]
    rated = [unit for unit in units if unit]
    assume(pairs and len({v for unit in units for v in unit}) > 1)
    seen = sum(sum(a == b for a, b in each) / len(each) for each in pairs) / len(pairs)
    shares = [sum(unit.count(k) / len(unit) for unit in rated) / len(rated) for k in range(4)]
    kappa_chance = sum(p * p for p in shares)
    ac1_chance = sum(p * (1 - p) for p in shares) / 3
    counts = count_codes(codes, 4)
    assert percent_agreement(counts) == pytest.approx(seen)
    assert fleiss_kappa(counts) == pytest.approx((seen - kappa_chance) / (1 - kappa_chance))
    assert gwet_ac1(counts) == pytest.approx((seen - ac1_chance) / (1 - ac1_chance))


@given(st.lists(st.integers(0, 20), min_size=9, max_size=9), st.sampled_from(["none", "linear", "quadratic"]))
def test_kappa_of_a_table_is_what_the_definition_gives_by_hand(cells, weights):
    table = [cells[0:3], cells[3:6], cells[6:9]]
    n = sum(cells)
    rows, columns = [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]
    worth = {"none": lambda d: d == 0, "linear": lambda d: 1 - d / 2, "quadratic": lambda d: 1 - d * d / 4}[
        weights
    ]
    assume(n > 0)
    cell = [(i, j, worth(abs(i - j))) for i in range(3) for j in range(3)]
    seen = sum(w * table[i][j] for i, j, w in cell) / n
    chance = sum(w * rows[i] * columns[j] for i, j, w in cell) / n**2
    found = (lambda: cohen_kappa(table)) if weights == "none" else (lambda: weighted_kappa(table, weights))
    if chance == pytest.approx(1):
        with pytest.raises(NotIdentified):
            found()
    else:
        assert found() == pytest.approx((seen - chance) / (1 - chance), abs=1e-9)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_two_coders_who_mark_by_chance_have_exactly_no_kappa(a, b, c, d):
    # Independent margins: the share that both mark is the product of the shares that each marks.
    assert cohen_kappa([[a * c, a * d], [b * c, b * d]]) == 0


@settings(max_examples=60)
@given(rating_tables(), st.lists(st.integers(0, 3), min_size=8, max_size=8))
def test_drawing_a_unit_twice_is_having_it_twice(codes, times):
    weights = np.array(times[: len(codes)], dtype=float)[None]
    repeated = np.repeat(codes, times[: len(codes)], axis=0)
    assume(len(repeated))

    def made(each: np.ndarray) -> list[Any]:
        sums = sum_units(count_codes(each, 4))
        several = [
            percent_statistic(sums),
            fleiss_statistic(sums),
            ac1_statistic(sums),
            nominal_alpha_statistic(sums),
        ]
        several += [percent_statistic(compare_codes(each))]
        several += [level_alpha_statistic(each, level, 4, np.arange(4.0)) for level in LEVELS]
        several += [
            kappa_statistic(each[:, 0], each[:, 1], disagreement_weights(kind, 4))
            for kind in ("linear", "quadratic")
        ]
        return several

    for drawn, plain in zip(made(codes), made(repeated), strict=True):
        one = beyond_chance(*drawn(weights))
        other = beyond_chance(*plain(np.ones((1, len(repeated)))))
        assert one == pytest.approx(other, abs=1e-9, nan_ok=True)


@settings(max_examples=60)
@given(rating_tables(), st.randoms(), st.sampled_from(LEVELS))
def test_order_of_units_and_coders_and_the_unit_of_measure_do_not_matter(codes, random, level):
    assume(alpha_by_hand(codes, level) is not None)
    ratings = as_numbers(codes)
    value = krippendorff_alpha(ratings, level)
    rows, columns = list(range(len(codes))), list(range(codes.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    assert krippendorff_alpha(ratings[rows][:, columns], level) == pytest.approx(value, abs=1e-9)
    assert krippendorff_alpha(ratings * 1e-6, level) == pytest.approx(value, abs=1e-6)


@given(rating_tables(coders=2))
def test_one_category_against_the_rest_adds_up_to_alpha(codes):
    # Nominal alpha is the mean of the categories' own alphas, each weighted by its expected disagreement.
    assume(alpha_by_hand(codes, "nominal") is not None)
    sums = sum_units(count_codes(codes, 4))
    n_k, split = sums.values.sum(axis=0), sums.split.sum(axis=0)
    n = n_k.sum()
    expected = n_k * (n - n_k) / (n - 1)
    of_category = 1 - np.divide(split, expected, out=np.ones(4), where=expected > 0)
    assert (of_category * expected).sum() / expected.sum() == pytest.approx(
        krippendorff_alpha(as_numbers(codes), "nominal")
    )


@given(st.lists(st.frozensets(st.sampled_from("abcde")), min_size=1, max_size=8, unique=True))
def test_distances_of_sets_are_distances(sets):
    for kind in ("jaccard", "masi"):
        distance = set_distances(sets, kind)
        assert (np.diag(distance) == 0).all()
        assert (distance == distance.T).all()
        for i, one in enumerate(sets):
            for j, other in enumerate(sets):
                assert (distance[i, j] == 1) == (i != j and not one & other)
    assert (set_distances(sets, "masi") >= set_distances(sets, "jaccard") - 1e-12).all()
