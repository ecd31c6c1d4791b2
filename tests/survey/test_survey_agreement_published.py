"""Coefficients of agreement against worked examples in print, to the digits printed."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from leadscape.survey.agreement import (
    Draws,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    measure_ratings,
    percent_agreement,
    set_distances,
    weighted_kappa,
)

NAN = float("nan")

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, example C/D: four observers, twelve units.
KRIPPENDORFF_2011 = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T

# Fleiss (1971), Psychological Bulletin 76, table 1: thirty patients, six psychiatrists; depression, personality
# disorder, schizophrenia, neurosis, other.
FLEISS_1971 = np.fromstring(
    """
    0 0 0 6 0  0 3 0 0 3  0 1 4 0 1  0 0 0 0 6  0 3 0 3 0  2 0 4 0 0  0 0 4 0 2  2 0 3 1 0  2 0 0 4 0  0 0 0 0 6
    1 0 0 5 0  1 1 0 4 0  0 3 3 0 0  1 0 0 5 0  0 2 0 3 1  0 0 5 0 1  3 0 0 1 2  5 1 0 0 0  0 2 0 4 0  1 0 2 0 3
    0 0 0 0 6  0 1 0 5 0  0 2 0 1 3  2 0 0 4 0  1 0 0 4 1  0 5 0 1 0  4 0 0 0 2  0 2 0 4 0  1 0 5 0 0  0 0 0 0 6
    """,
    dtype=int,
    sep=" ",
).reshape(30, 5)

# The example of ten subjects and fourteen raters that is reprinted with the kappa of .210.
FOURTEEN_RATERS = np.fromstring(
    """
    0 0 0 0 14  0 2 6 4 2  0 0 3 5 6  0 3 9 2 0  2 2 8 1 1
    7 7 0 0 0   3 2 6 3 0  2 5 3 2 2  6 5 2 1 0  0 2 2 3 7
    """,
    dtype=int,
    sep=" ",
).reshape(10, 5)


def counts(ratings: np.ndarray) -> np.ndarray:
    return np.stack(
        [(ratings == value).sum(axis=1) for value in np.unique(ratings[~np.isnan(ratings)])], axis=1
    )


@pytest.mark.parametrize(
    ("level", "printed"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_of_krippendorff_2011(level, printed):
    assert round(krippendorff_alpha(KRIPPENDORFF_2011, level), 3) == printed


def test_ac1_and_fleiss_with_missing_ratings():
    # Gwet's treatment: units rated once tell how often categories are used, not whether coders agree.
    assert round(gwet_ac1(counts(KRIPPENDORFF_2011)), 5) == 0.77544
    assert round(fleiss_kappa(counts(KRIPPENDORFF_2011)), 5) == 0.76117


def test_fleiss_1971():
    assert round(fleiss_kappa(FLEISS_1971), 3) == 0.430
    assert round(percent_agreement(FLEISS_1971), 3) == 0.556
    assert round(fleiss_kappa(FOURTEEN_RATERS), 3) == 0.210


def test_each_category_of_fleiss_1971():
    diagnoses = ["depression", "personality", "schizophrenia", "neurosis", "other"]
    names = np.array([np.repeat(diagnoses, row) for row in FLEISS_1971])
    measured = measure_ratings(long(names), categories=diagnoses, draws=Draws(1, 200))
    n = FLEISS_1971.sum()
    # Alpha of one category is Fleiss' kappa of it with n - 1 in the place of n.
    kappas = [round(1 - (1 - alpha) * n / (n - 1), 3) for alpha in measured.categories["alpha"]]
    assert kappas == [0.245, 0.245, 0.520, 0.471, 0.566]
    assert measured.value("fleiss_kappa") == pytest.approx(fleiss_kappa(FLEISS_1971))


@pytest.mark.parametrize(
    ("table", "printed", "digits"),
    [
        ([[20, 5], [10, 15]], 0.40, 2),
        # Altman (1991), Practical Statistics for Medical Research, p. 406: two radiologists, 85 xeromammograms.
        ([[21, 12, 0, 0], [4, 17, 1, 0], [3, 9, 15, 2], [0, 0, 0, 1]], 0.47, 2),
        # Agresti (1990) and the help page of Kappa() of the R package vcd: 91 couples.
        ([[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]], 0.1293, 4),
    ],
)
def test_cohen_kappa(table, printed, digits):
    assert round(cohen_kappa(table), digits) == printed


def test_weighted_kappa():
    altman = [[21, 12, 0, 0], [4, 17, 1, 0], [3, 9, 15, 2], [0, 0, 0, 1]]
    couples = [[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]]
    # Altman (1991), p. 408; vcd as above, equal spacing and Fleiss-Cohen weights.
    assert round(weighted_kappa(altman, "linear"), 2) == 0.57
    assert round(weighted_kappa(couples, "linear"), 4) == 0.2374
    assert round(weighted_kappa(couples, "quadratic"), 4) == 0.3320
    # Cohen (1968), Psychological Bulletin 70, table 1: 200 patients, disagreements weighted by hand.
    cohen = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
    assert round(weighted_kappa(cohen, [[0, 1, 3], [1, 0, 6], [3, 6, 0]]), 3) == 0.348
    assert round(cohen_kappa(cohen), 3) == 0.492


def test_quadratic_weights_are_the_intraclass_correlation_of_two_coders():
    # Fleiss & Cohen (1973): with quadratic weights kappa is a correlation: perfect where coders differ by nothing,
    # less where one is always higher.
    same, higher = np.diag([5, 5, 5, 0]), np.diag([5, 5, 5], k=1)
    assert weighted_kappa(same, "quadratic") == 1
    variance, shift = 2 / 3, 1
    assert weighted_kappa(higher, "quadratic") == pytest.approx(variance * 2 / (2 * variance + shift))


def test_masi_of_passonneau_2006():
    two, four, other = {"1", "2"}, {"1", "2", "3", "4"}, {"1", "5"}
    masi = set_distances([two, four, other, set()], "masi")
    assert masi[0, 1] == pytest.approx(1 - 2 / 4 * 2 / 3)
    assert masi[0, 2] == pytest.approx(1 - 1 / 3 * 1 / 3)
    assert masi[0, 3] == 1
    assert set_distances([two, four], "jaccard")[0, 1] == 0.5


def long(names: np.ndarray) -> pl.DataFrame:
    rows = [(f"u{u}", f"c{c}", str(value)) for (u, c), value in np.ndenumerate(names)]
    return pl.DataFrame(rows, schema=["unit", "coder", "value"], orient="row")
