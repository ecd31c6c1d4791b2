"""A share of the reported entries from answers about some of them, with an exact interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from leadscape.core.exact_interval import exact_ends, tail_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Share:
    """A share (0-1) with its interval; ``n`` answers that are as good as ``effective_n`` of a simple draw."""

    value: float
    low: float
    high: float
    n: int
    effective_n: float


def estimate_share(
    has: NDArray[np.bool_],
    weight: NDArray[np.float64],
    stratum: NDArray[np.int64],
    confidence: float = 0.95,
) -> Share:
    """The share of the population that has a property, from a stratified sample.

    Parameters
    ----------
    has
        Shape (n,): whether the unit has it. At least one unit.
    weight
        Shape (n,): how many of the population each stands for, more than 0.
    stratum
        Shape (n,): number of its stratum.
    confidence
        0-1.

    Returns
    -------
    Share

    Notes
    -----
    p = sum w y / sum w. Where all weights are equal, the interval is Clopper-Pearson's for the count itself. Otherwise
    it is Korn and Graubard's: Clopper-Pearson's for x = p m of m draws, where

        m = min(n, p (1 - p) / v * (t(n - 1) / t(n - H))^2),
        v = sum over strata h of r / (r - 1) * sum over i in h of (e_i - mean_h e)^2,  e_i = w_i (y_i - p) / sum w,

    with r units in stratum h, H strata, and t(d) the a/2 quantile of Student's t with d degrees of freedom. A stratum
    with one unit is set against 0 instead of its own mean. For p of 0 or 1, v says nothing and m is Kish's
    n / (1 + cv^2) with cv the coefficient of variation of the weights. There is no correction for a finite population:
    the interval is too wide rather than too narrow where much of it was drawn.

    Sources
    -------
    Korn, E. L. & Graubard, B. I. (1998) Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data. Survey Methodology 24, 193-201. Kish, L. (1965) Survey Sampling, section 11.7.
    """
    n = len(has)
    value = float(np.average(has, weights=weight))
    effective = _effective(has.astype(np.float64), weight, stratum, value, confidence)
    count = float(has.sum()) if effective == n and np.ptp(weight) == 0 else value * effective
    low, high = map(float, exact_ends(min(count, effective), effective, tail_of(confidence)))
    return Share(value, min(low, value), max(high, value), n, effective)


def _effective(
    y: NDArray[np.float64],
    weight: NDArray[np.float64],
    stratum: NDArray[np.int64],
    value: float,
    confidence: float,
) -> float:
    n = len(y)
    spread = np.ptp(weight)
    if spread <= 1e-12 * weight.max():
        return float(n)
    kish = float(weight.sum() ** 2 / (weight**2).sum())
    residual = weight * (y - value) / weight.sum()
    _, group = np.unique(stratum, return_inverse=True)
    size = np.bincount(group)
    mean = np.where(size > 1, np.bincount(group, residual) / size, 0.0)
    factor = np.where(size > 1, size / np.maximum(size - 1, 1), 1.0)
    variance = float((factor[group] * (residual - mean[group]) ** 2).sum())
    if variance <= 0 or not 0 < value < 1:
        return min(kish, float(n))
    tail = (1 - confidence) / 2
    freedom = max(n - len(size), 1)
    ratio = float(special.stdtrit(max(n - 1, 1), tail) / special.stdtrit(freedom, tail))
    return float(min(n, value * (1 - value) / variance * ratio**2))
