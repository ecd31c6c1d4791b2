"""The exact interval of a share: what ``count`` of ``n`` says about the share behind it, also where both are small."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from leadscape.core.errors import NotIdentified

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def exact_interval(count: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """The exact (Clopper-Pearson) interval of a share, ``count`` of ``n``.

    Parameters
    ----------
    count
        Units with the property, 0 to ``n``.
    n
        Units observed, at least 1.
    confidence
        Between 0 and 1.

    Returns
    -------
    tuple of float
        Low and high, 0-1.

    Raises
    ------
    NotIdentified
        When there is nothing to take a share of, or the count is outside it.

    Notes
    -----
    With a = 1 - confidence, low is the a/2 quantile of Beta(count, n - count + 1) and high the 1 - a/2
    quantile of Beta(count + 1, n - count); 0 and 1 at the ends. It treats the ``n`` as independent draws:
    where they are a large part of a finite population the interval is too wide, never too narrow.

    Sources
    -------
    Clopper & Pearson (1934), Biometrika 26, 404-413.

    Examples
    --------
    >>> low, high = exact_interval(682, 925)
    >>> round(low, 4), round(high, 4)
    (0.7077, 0.7654)
    """
    tail = tail_of(confidence)
    if not 0 <= count <= n or n < 1:
        raise NotIdentified(
            f"{count:g} of {n:g} is not a share.",
            "An interval needs a count between zero and a number of units of at least one.",
            "Check the numerator and the denominator.",
        )
    low, high = exact_ends(count, n, tail)
    return float(low), float(high)


def exact_ends(
    count: ArrayLike, n: ArrayLike, tail: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The formula of :func:`exact_interval` for whole columns, and for effective numbers, which may be fractions.

    Parameters
    ----------
    count, n
        Of one shape; ``0 <= count <= n``.
    tail
        What is left out on each side (0-0.5).
    """
    # Slow to import, and most commands need no interval.
    from scipy import special

    k, of = np.asarray(count, dtype=np.float64), np.asarray(n, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        low = np.where(k > 0, special.betaincinv(np.where(k > 0, k, 1.0), of - k + 1, tail), 0.0)
        high = np.where(k < of, special.betaincinv(k + 1, np.where(k < of, of - k, 1.0), 1 - tail), 1.0)
    return low, high


def tail_of(confidence: float) -> float:
    """Half of what an interval of a confidence leaves out; refused where the confidence is no share."""
    if not 0 < confidence < 1:
        raise NotIdentified(
            f"A confidence of {confidence:g} is not between 0 and 1.",
            "Nothing is certain, and an interval that never covers says nothing.",
            "Give a share such as 0.95.",
        )
    return (1 - confidence) / 2
