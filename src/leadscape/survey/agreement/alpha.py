"""How far do coders agree beyond chance when some differences are larger than others? Krippendorff's alpha.

Any number of coders, any of whom may have left units out; values that are names, ranks, temperatures or counts, or
anything with a distance between its values.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from leadscape.survey.agreement.chance import (
    Statistic,
    Weights,
    evaluate,
    nothing_compared,
    one_category,
)
from leadscape.survey.agreement.counting import NOT_RATED, count_codes

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Level = Literal["nominal", "ordinal", "interval", "ratio"]

_NO_DISAGREEMENT: Final = (
    1e-12  # of the largest possible: what rounding leaves of an expected disagreement of nothing
)


def krippendorff_alpha(
    ratings: ArrayLike, level: Level = "nominal", *, distance: ArrayLike | None = None
) -> float:
    """Krippendorff's alpha: one minus observed over expected disagreement.

    Parameters
    ----------
    ratings
        Shape (units, coders): numbers, NaN where the coder did not rate the unit. Names are given numbers first, ranks
        any numbers in their order.
    level
        ``nominal``: values are the same or not. ``ordinal``: they differ by the ratings between them. ``interval``:
        by their difference. ``ratio``: by their difference over their sum; no value may be negative.
    distance
        Instead of a level: shape (values, values), the disagreement of each pair of values, symmetric, 0 on the
        diagonal; ratings are then indices into it.

    Returns
    -------
    float
        1 when coders always agree, 0 when they agree as values paired at random would, below 0 when less.

    Raises
    ------
    NotIdentified
        When no unit has two ratings, or all ratings of such units are the same.

    Notes
    -----
    Let n_uc be the coders who gave value c to unit u, m_u = sum over c of n_uc, and let only units with m_u >= 2 take
    part. Coincidences o_ck = sum over u of n_uc (n_uk - [c = k]) / (m_u - 1); n_c = sum over k of o_ck;
    n = sum over c of n_c. With d_ck the disagreement of c and k:

    alpha = 1 - (n - 1) sum of o_ck d_ck / sum of n_c n_k d_ck, both sums over all ordered pairs c, k.

    d_ck for c before k: nominal 1; ordinal (sum of n_g from g = c to k, less (n_c + n_k) / 2)^2, that is the squared
    difference of mean ranks; interval (c - k)^2; ratio ((c - k) / (c + k))^2.

    Sources
    -------
    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, University of Pennsylvania; Krippendorff (2013),
    Content Analysis, 3rd edition, chapter 12.

    Examples
    --------
    >>> nan = float("nan")
    >>> round(krippendorff_alpha([[1, 1], [2, 3], [3, 3], [2, nan]]), 3)
    0.545
    """
    table = np.atleast_2d(np.asarray(ratings, dtype=np.float64))
    given = np.isfinite(table)
    if distance is None:
        values, inverse = np.unique(table[given], return_inverse=True)
        d = None if level == "ordinal" else level_distance(values, level)
    else:
        d = np.asarray(distance, dtype=np.float64)
        values, inverse = np.arange(len(d), dtype=np.float64), table[given].astype(np.int64)
    codes = np.full(table.shape, NOT_RATED, dtype=np.int64)
    codes[given] = inverse
    compared = (codes >= 0).sum(axis=1) >= 2
    if not compared.any():
        raise nothing_compared()
    used = np.unique(codes[compared])
    if len(used[used >= 0]) < 2:
        raise one_category()
    statistic = ordinal_alpha_statistic(codes, len(values)) if d is None else alpha_statistic(codes, d)
    return evaluate(statistic, len(codes))


def level_distance(values: ArrayLike, level: Level) -> NDArray[np.float64]:
    """The disagreement of each pair of values at a level other than ordinal, as a share of the largest possible.

    Parameters
    ----------
    values
        Shape (values,).

    Returns
    -------
    numpy.ndarray
        Shape (values, values), 0-1. Alpha is the same whatever the unit of disagreement.
    """
    v = np.asarray(values, dtype=np.float64)
    if level == "nominal":
        return 1.0 - np.eye(len(v))
    if level == "interval":
        return ((v[:, None] - v) / (float(np.ptp(v)) or 1.0)) ** 2
    if level == "ratio":
        if (v < 0).any():
            raise ValueError("values of the ratio level are at least zero")
        total = v[:, None] + v
        return ((v[:, None] - v) / np.where(total > 0, total, 1.0)) ** 2
    raise ValueError("the ordinal distance depends on how often each value was given")


def level_alpha_statistic(
    codes: NDArray[np.int64], level: Level, values: int, scores: NDArray[np.float64] | None = None
) -> Statistic:
    """Alpha at a level as a :data:`~leadscape.survey.agreement.chance.Statistic`.

    Parameters
    ----------
    codes
        Shape (units, coders): index of the value, -1 where not rated.
    values
        Number of distinct values.
    scores
        Shape (values,): their numbers, for interval and ratio.
    """
    if level == "ordinal":
        return ordinal_alpha_statistic(codes, values)
    if level == "nominal":
        return alpha_statistic(codes, 1.0 - np.eye(values))
    if scores is None:
        raise ValueError(f"values of the level {level} need their numbers")
    if level == "interval":
        return interval_alpha_statistic(codes, scores)
    return alpha_statistic(codes, level_distance(scores, level))


def alpha_statistic(codes: NDArray[np.int64], distance: NDArray[np.float64]) -> Statistic:
    """Alpha with a fixed distance between values as a :data:`~leadscape.survey.agreement.chance.Statistic`.

    Parameters
    ----------
    codes
        Shape (units, coders): index of the value, -1 where not rated.
    distance
        Shape (values, values), at most 1. With it, observed and expected agreement are one minus the mean disagreement.
    """
    m, compared = _paired(codes)
    disagreement = np.zeros(len(codes))
    for one, other in combinations(codes.T, 2):
        both = (one >= 0) & (other >= 0)
        disagreement[both] += 2 * distance[one[both], other[both]]
    disagreement *= compared / np.where(compared, m - 1, 1)
    values = count_codes(codes, len(distance)) * compared[:, None]
    ratings = m * compared

    def statistic(weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        n, n_c = weights @ ratings, weights @ values
        expected = ((n_c @ distance) * n_c).sum(axis=1)
        return _agreement(weights @ disagreement, expected, n)

    return statistic


def interval_alpha_statistic(codes: NDArray[np.int64], values: NDArray[np.float64]) -> Statistic:
    """As :func:`alpha_statistic` at the interval level, for any number of distinct ``values``."""
    m, compared = _paired(codes)
    scaled = (values - values.min()) / (float(np.ptp(values)) or 1.0)
    x = np.where(codes >= 0, scaled[codes], 0.0)
    disagreement = np.zeros(len(codes))
    for one, other in combinations(range(codes.shape[1]), 2):
        both = (codes[:, one] >= 0) & (codes[:, other] >= 0)
        disagreement += 2 * both * (x[:, one] - x[:, other]) ** 2
    disagreement *= compared / np.where(compared, m - 1, 1)
    ratings, first, second = m * compared, x.sum(axis=1) * compared, (x**2).sum(axis=1) * compared

    def statistic(weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        n = weights @ ratings
        return _agreement(weights @ disagreement, 2 * (n * (weights @ second) - (weights @ first) ** 2), n)

    return statistic


def ordinal_alpha_statistic(codes: NDArray[np.int64], values: int) -> Statistic:
    """As :func:`alpha_statistic` at the ordinal level; the indices of ``codes`` are in the order of the values.

    The distance is that of mean ranks, which every sample has its own of: r_c = sum of n_g for g < c, plus n_c / 2.
    """
    m, compared = _paired(codes)
    counts = count_codes(codes, values) * compared[:, None]
    ratings = m * compared
    partners = np.where(compared, m - 1, 1)
    pairs = [(one, other, ((one >= 0) & (other >= 0)) / partners) for one, other in combinations(codes.T, 2)]

    def statistic(weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        n, n_c = weights @ ratings, weights @ counts
        rank = (np.cumsum(n_c, axis=1) - n_c / 2) / np.where(n > 0, n, 1.0)[:, None]
        observed = sum(
            (weights * (rank[:, one] - rank[:, other]) ** 2) @ (2 * share) for one, other, share in pairs
        )
        # Mean ranks have the mean 1/2.
        return _agreement(np.asarray(observed), 2 * n * (n_c * (rank - 0.5) ** 2).sum(axis=1), n)

    return statistic


def _paired(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    m = (codes >= 0).sum(axis=1)
    return m, m >= 2


def _agreement(
    observed: NDArray[np.float64], expected: NDArray[np.float64], n: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """One minus mean disagreement, observed (a sum over n ratings) and expected (over n (n - 1) pairs of ratings)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        d_o, d_e = observed / n, expected / (n * (n - 1))
    d_e = np.where(d_e < _NO_DISAGREEMENT, 0.0, d_e)
    return 1 - d_o, 1 - d_e
