"""Intervals for counts, shares and totals: how far a figure may be from what it stands for.

Numbers in, a pair ``(low, high)`` out. Exact intervals invert the binomial or Poisson distribution, so that
they cover at least as often as they say, also for small counts; the log-normal interval keeps a total above
what was seen; the bootstrap draws the units again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from leadscape.core.errors import NotIdentified
from leadscape.core.exact_interval import exact_interval, tail_of
from leadscape.core.randomness import random_stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "bootstrap_interval",
    "exact_interval",
    "lognormal_interval",
    "normal_quantile",
    "poisson_interval",
    "t_quantile",
]

_CELLS_AT_ONCE = 4_000_000


def poisson_interval(count: float, confidence: float = 0.95, exposure: float = 1.0) -> tuple[float, float]:
    """The exact (Garwood) interval of a Poisson rate from a ``count`` seen in ``exposure`` units.

    Parameters
    ----------
    count
        Events seen, at least 0.
    exposure
        What the rate is counted in, for instance hundreds of schools; more than 0.
    confidence
        Between 0 and 1.

    Returns
    -------
    tuple of float
        Low and high, events a unit of exposure.

    Raises
    ------
    NotIdentified
        When the count is negative or there was no exposure.

    Notes
    -----
    With a = 1 - confidence, low is the a/2 quantile of Gamma(count) and high the 1 - a/2 quantile of
    Gamma(count + 1).

    Sources
    -------
    Garwood (1936), Biometrika 28, 437-442.
    """
    tail = tail_of(confidence)
    if count < 0 or exposure <= 0:
        raise NotIdentified(
            f"{count:g} events in an exposure of {exposure:g} give no rate.",
            "A rate needs a count of at least zero and something it was counted in.",
            "Check the count and what it is divided by.",
        )
    low = float(special.gammaincinv(count, tail)) if count > 0 else 0.0
    return low / exposure, float(special.gammaincinv(count + 1, 1 - tail)) / exposure


def lognormal_interval(
    estimate: float, se: float, observed: float = 0.0, confidence: float = 0.95
) -> tuple[float, float]:
    """The interval of a total that cannot be below what was ``observed``: log-normal in the unseen part.

    Parameters
    ----------
    estimate, se
        The total and its standard error.
    observed
        The part that was counted for certain, at most ``estimate``.
    confidence
        Between 0 and 1.

    Returns
    -------
    tuple of float
        ``observed`` plus the unseen part divided, and multiplied, by the same factor.

    Notes
    -----
    With u = estimate - observed and z the normal quantile, the factor is exp(z sqrt(log(1 + se^2 / u^2))).
    Nothing unseen gives the single point ``observed``.

    Sources
    -------
    Burnham et al. (1987), American Fisheries Society Monograph 5; Chao (1987), Biometrics 43, 783-791.
    """
    if se < 0 or estimate < observed:
        raise NotIdentified(
            f"A total of {estimate:g} (standard error {se:g}) with {observed:g} observed has no interval.",
            "A total is at least what was observed, and a standard error at least zero.",
            "Check the three figures.",
        )
    unseen = estimate - observed
    if unseen == 0:
        return observed, observed
    factor = float(np.exp(normal_quantile(confidence) * np.sqrt(np.log1p((se / unseen) ** 2))))
    return observed + unseen / factor, observed + unseen * factor


def bootstrap_interval(
    values: ArrayLike,
    statistic: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    seed: int,
    *purpose: str,
    replications: int = 1000,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """The percentile interval of a statistic when the units are drawn again with replacement.

    Parameters
    ----------
    values
        Shape (n,) or (n, m): one row a unit.
    statistic
        Takes an array of shape (r, n) or (r, n, m), one row a replication, and returns shape (r,).
    seed, *purpose
        Name the stream of :func:`leadscape.core.randomness.random_stream`, so that the same study gives the
        same interval.
    replications
        How often all units are drawn again.
    confidence
        Between 0 and 1.

    Returns
    -------
    tuple of float
        The quantiles of the replications that gave a finite value.

    Raises
    ------
    NotIdentified
        With fewer than two units, or when no replication gives a finite value.

    Notes
    -----
    It takes the units as a sample: where all units were observed it describes how much hangs on a few of
    them.

    Sources
    -------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """
    tail = tail_of(confidence)
    units = np.asarray(values, dtype=np.float64)
    n = len(units)
    if n < 2:
        raise NotIdentified(
            f"{n} unit{'s' * (n != 1)} cannot be drawn again.",
            "A bootstrap interval shows how a figure moves when other units are drawn.",
            "Use it with two units or more.",
        )
    stream = random_stream(seed, *purpose)
    batch = max(1, _CELLS_AT_ONCE // units.size)
    drawn = [
        statistic(units[stream.integers(n, size=(min(batch, replications - start), n))])
        for start in range(0, replications, batch)
    ]
    results = np.concatenate(drawn)
    results = results[np.isfinite(results)]
    if not len(results):
        raise NotIdentified(
            "No bootstrap replication gave a value.",
            "The statistic cannot be computed for these units, so its uncertainty cannot either.",
            "Check that the units are not all zero.",
        )
    low, high = np.quantile(results, [tail, 1 - tail])
    return float(low), float(high)


def normal_quantile(confidence: float) -> float:
    """The standard normal quantile that leaves half of ``1 - confidence`` above it."""
    return float(special.ndtri(1 - tail_of(confidence)))


def t_quantile(confidence: float, df: float) -> float:
    """As :func:`normal_quantile`, of Student's t with ``df`` degrees of freedom."""
    return float(special.stdtrit(df, 1 - tail_of(confidence)))
