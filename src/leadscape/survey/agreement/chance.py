"""How far do coders agree beyond what chance alone would give, when categories have no order?

Percent agreement, Fleiss' kappa and Gwet's AC1 of any number of coders, any of whom may have left units out. Each
coefficient is a plain function of a table of counts, and a :data:`Statistic` that answers for many drawn samples at
once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leadscape.core.errors import NotIdentified
from leadscape.survey.agreement.counting import PairAgreement, UnitSums, sum_units

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Weights = NDArray[np.float64]
"""Shape (samples, units): how often each unit is in each sample."""

Statistic = Callable[[Weights], tuple[NDArray[np.float64], NDArray[np.float64]]]
"""Weights in; observed agreement and agreement expected by chance out, each of shape (samples,)."""


def beyond_chance(observed: NDArray[np.float64], expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """(observed - expected) / (1 - expected); NaN where chance leaves nothing to agree about."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected == 1, np.nan, (observed - expected) / (1 - expected))


def percent_statistic(sums: UnitSums | PairAgreement) -> Statistic:
    """Percent agreement as a :data:`Statistic`; nothing is expected by chance."""

    def statistic(weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        observed = _ratio(weights @ sums.agree, weights @ sums.compared)
        return observed, np.zeros_like(observed)

    return statistic


def fleiss_statistic(sums: UnitSums) -> Statistic:
    """Fleiss' kappa as a :data:`Statistic`."""

    def statistic(weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        shares = _ratio(weights @ sums.shares, (weights @ sums.rated)[:, None])
        return _ratio(weights @ sums.agree, weights @ sums.compared), (shares**2).sum(axis=1)

    return statistic


def ac1_statistic(sums: UnitSums) -> Statistic:
    """Gwet's AC1 as a :data:`Statistic`."""

    def statistic(weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        shares = _ratio(weights @ sums.shares, (weights @ sums.rated)[:, None])
        expected = (shares * (1 - shares)).sum(axis=1) / (shares.shape[1] - 1)
        return _ratio(weights @ sums.agree, weights @ sums.compared), expected

    return statistic


def nominal_alpha_statistic(sums: UnitSums) -> Statistic:
    """Krippendorff's alpha of unordered categories as a :data:`Statistic`, of sums over units."""

    def statistic(weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        n_k = weights @ sums.values
        n = n_k.sum(axis=1)
        apart = (n_k * (n[:, None] - n_k)).sum(axis=1)
        return 1 - _ratio((weights @ sums.split).sum(axis=1), n), 1 - _ratio(apart, n * (n - 1))

    return statistic


def percent_agreement(counts: ArrayLike) -> float:
    """The share of pairs of coders who agree, averaged over units.

    Parameters
    ----------
    counts
        Shape (units, categories): how many coders gave the category to the unit. Units with fewer than two ratings
        take no part.

    Returns
    -------
    float
        0-1. It says nothing of what chance alone would give: show it beside a coefficient that does.

    Raises
    ------
    NotIdentified
        When no unit has two ratings.

    Notes
    -----
    With n_uk the coders who gave category k to unit u, m_u = sum over k of n_uk, and U the units with m_u >= 2, it is
    the mean over U of a_u = sum over k of n_uk (n_uk - 1) / (m_u (m_u - 1)). With two coders: units agreed over units.

    Examples
    --------
    >>> percent_agreement([[2, 0], [1, 1], [0, 2], [2, 0]])
    0.75
    """
    return evaluate(percent_statistic(_checked(counts)), len(np.asarray(counts)))


def fleiss_kappa(counts: ArrayLike) -> float:
    """Fleiss' kappa: agreement beyond that of coders who draw from the categories as all of them together used them.

    Parameters
    ----------
    counts
        As :func:`percent_agreement`. The number of coders may differ from unit to unit.

    Raises
    ------
    NotIdentified
        When no unit has two ratings, or one category only was used.

    Notes
    -----
    (p_o - p_e) / (1 - p_e) with p_o the percent agreement and p_e = sum over k of p_k^2, where p_k is the mean of
    n_uk / m_u over all units with m_u >= 1. A unit with one rating tells how often categories are used, not whether
    coders agree. Without missing ratings this is the coefficient of Fleiss (1971).

    Sources
    -------
    Fleiss (1971), Psychological Bulletin 76, 378-382; with missing ratings Gwet (2014), Handbook of Inter-Rater
    Reliability, 4th edition, chapter 2.

    Examples
    --------
    >>> round(fleiss_kappa([[2, 0], [1, 1], [0, 2], [2, 0]]), 4)
    0.4667
    """
    return evaluate(fleiss_statistic(_checked(counts)), len(np.asarray(counts)))


def gwet_ac1(counts: ArrayLike) -> float:
    """Gwet's AC1: agreement beyond that on units which coders are taken to have guessed.

    Parameters
    ----------
    counts
        As :func:`fleiss_kappa`; its number of columns q, at least 2, is the number of categories that coders could
        choose from, used or not.

    Raises
    ------
    NotIdentified
        As :func:`fleiss_kappa`.

    Notes
    -----
    (p_o - p_e) / (1 - p_e) with p_o and p_k as in :func:`fleiss_kappa` and p_e = sum over k of p_k (1 - p_k) / (q - 1).
    It stays near p_o where one category is very common, where kappa falls: neither is right for that reason, they
    answer different questions about chance.

    Sources
    -------
    Gwet (2008), British Journal of Mathematical and Statistical Psychology 61, 29-48; with missing ratings as there.

    Examples
    --------
    >>> round(gwet_ac1([[2, 0], [1, 1], [0, 2], [2, 0]]), 4)
    0.5294
    """
    return evaluate(ac1_statistic(_checked(counts)), len(np.asarray(counts)))


def evaluate(statistic: Statistic, units: int) -> float:
    """The coefficient itself: every one of ``units`` once.

    Raises
    ------
    NotIdentified
        When chance alone explains everything, so that the coefficient does not exist.
    """
    value = float(beyond_chance(*statistic(np.ones((1, units))))[0])
    if not np.isfinite(value):
        raise one_category()
    return value


def nothing_compared() -> NotIdentified:
    """No two coders rated the same unit."""
    return NotIdentified(
        "No unit was rated by two coders.",
        "Agreement is seen only where two people rated the same thing.",
        "Give some units to a second coder, who does not see the first one's codes.",
    )


def one_category(category: str | None = None) -> NotIdentified:
    """All coders used one category, so that nothing shows whether they would tell another from it."""
    return NotIdentified(
        f"Every rating of a unit that two coders rated is {'the same' if category is None else repr(category)}.",
        "Where nothing varies, coders who read and coders who guess look alike, so agreement beyond chance does not "
        "exist; it is neither 0 nor 1.",
        "Add units for which another category is right.",
    )


def _checked(counts: ArrayLike) -> UnitSums:
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2 or (table < 0).any() or not np.isfinite(table).all():
        raise ValueError("counts has the shape (units, categories) and holds numbers of coders")
    sums = sum_units(table)
    if not sums.compared.any():
        raise nothing_compared()
    if (table.sum(axis=0) > 0).sum() < 2:
        raise one_category()
    return sums


def _ratio(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)
