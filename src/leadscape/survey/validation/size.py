"""How many entries must be checked to know the error rate to within so much?"""

from __future__ import annotations

import numpy as np

from leadscape.core.errors import NotIdentified
from leadscape.core.exact_interval import exact_ends

LARGEST = 100_000


def needed_size(
    expected_share: float, half_width: float, confidence: float = 0.95, population: int | None = None
) -> int:
    """Answers needed so that the exact interval reaches no further than ``half_width`` to either side.

    Parameters
    ----------
    expected_share
        The error rate that you reckon with, 0-1. Reckon too high rather than too low: 0.5 needs most.
    half_width
        How far either end of the interval may be from the estimate, more than 0 and at most 0.5.
    confidence
        0-1.
    population
        Holdings there are; more than these cannot be drawn.

    Returns
    -------
    int
        The smallest n from which the longer arm of the Clopper-Pearson interval around x = ceil(n p) of n stays within
        ``half_width`` for n and every larger number. Those are answers: divide by the share of schools that answer.

    Raises
    ------
    NotIdentified
        For values outside their range, or when 100,000 answers would not do.

    Notes
    -----
    The arms are x / n - low and high - x / n with low and high as in
    :func:`~leadscape.core.exact_interval.exact_interval`. Because x is whole, the longer arm is not monotone in n, so
    the last n that fails decides.

    Sources
    -------
    Clopper & Pearson (1934), Biometrika 26, 404-413.

    Examples
    --------
    >>> needed_size(0.05, 0.05)
    147
    """
    if not 0 <= expected_share <= 1 or not 0 < half_width <= 0.5 or not 0 < confidence < 1:
        raise NotIdentified(
            f"An error rate of {expected_share:g} to within {half_width:g} at a confidence of {confidence:g} is no "
            "plan.",
            "Shares and confidence lie between 0 and 1, and the half-width between 0 and 0.5.",
            "Give shares such as 0.1 and 0.05, not percentages.",
        )
    n = np.arange(1, LARGEST + 1)
    wrong = np.ceil(n * expected_share - 1e-9)
    tail = (1 - confidence) / 2
    low, high = exact_ends(wrong, n, tail)
    longer = np.maximum(wrong / n - low, high - wrong / n)
    failing = n[longer > half_width]
    needed = int(failing[-1]) + 1 if len(failing) else 1
    if population is not None and needed > population:
        return population
    if needed > LARGEST:
        raise NotIdentified(
            f"More than {LARGEST:,} answers would be needed for a half-width of {half_width:g}.",
            "No study of this kind has as many entries.",
            "Ask for a wider interval.",
        )
    return needed
