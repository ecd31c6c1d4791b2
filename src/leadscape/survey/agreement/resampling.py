"""How far could a coefficient be from what other units would have shown? Units are drawn again, whole.

A unit is drawn with all its ratings, because ratings of one unit hang together. Units rated alike are drawn as one
number, from the multinomial distribution, and every coefficient is computed for many draws at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from leadscape.core.errors import NotIdentified
from leadscape.core.randomness import random_stream
from leadscape.survey.agreement.chance import Weights, beyond_chance

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from leadscape.survey.agreement.chance import Statistic

REPLICATIONS: Final = 2000
CONFIDENCE: Final = 0.95
FEWEST_DEFINED: Final = 0.5
"""Share of the draws in which a coefficient must exist for its interval to be shown."""

_CELLS_AT_ONCE: Final = 4_000_000
_ALWAYS: Final = 0.99

BOOTSTRAP: Final = "percentile bootstrap over units"
EXACT: Final = "exact bound on the share of units that agree"

Sampled = Callable[[Weights], "NDArray[np.float64]"]
"""Weights of shape (samples, patterns) in; values of shape (samples, k) out, NaN where undefined."""


@dataclass(frozen=True)
class Draws:
    """How units are drawn again: the seed of the stream, how often, and how sure the interval is to be."""

    seed: int
    replications: int = REPLICATIONS
    confidence: float = CONFIDENCE

    def __post_init__(self) -> None:
        if not 0 < self.confidence < 1 or self.replications < 100:
            raise NotIdentified(
                f"{self.replications} draws at a confidence of {self.confidence:g} give no interval.",
                "Its ends are quantiles of the draws: there must be enough of them, and nothing is certain.",
                "Give at least 100 draws and a confidence such as 0.95.",
            )

    @property
    def tail(self) -> float:
        """The chance left out at each end."""
        return (1 - self.confidence) / 2


@dataclass(frozen=True)
class Interval:
    """Where a coefficient would lie in other draws of the units.

    Attributes
    ----------
    low, high
        Ends, null when too few draws have a value.
    replications
        Draws in which the coefficient exists.
    made
        How: :data:`BOOTSTRAP` or :data:`EXACT`.
    caution
        What to know about it, or null.
    """

    low: float | None
    high: float | None
    replications: int
    made: str = BOOTSTRAP
    caution: str | None = None


def resample(
    functions: Sequence[Sampled], units: ArrayLike, draws: Draws, *purpose: str
) -> list[NDArray[np.float64]]:
    """Each function's values in the same draws of the units, each of shape (replications, k).

    Parameters
    ----------
    functions
        Take weights of shape (samples, patterns).
    units
        Shape (patterns,): number of units rated alike.

    Raises
    ------
    NotIdentified
        With fewer than two units.
    """
    times = np.asarray(units, dtype=np.int64)
    n = int(times.sum())
    if n < 2:
        raise too_few_units(n)
    stream = random_stream(draws.seed, "survey", "agreement", *purpose)
    batch = max(1, _CELLS_AT_ONCE // len(times))
    found: list[list[NDArray[np.float64]]] = [[] for _ in functions]
    for start in range(0, draws.replications, batch):
        weights = _draw(stream, times, n, min(batch, draws.replications - start))
        for values, function in zip(found, functions, strict=True):
            values.append(function(weights))
    return [np.concatenate(values) for values in found]


def too_few_units(n: int) -> NotIdentified:
    """The refusal of a figure without an interval."""
    return NotIdentified(
        f"{n} unit{'s' * (n != 1)} rated by two coders cannot be drawn again.",
        "A coefficient is shown with an interval, and the interval shows how it moves when other units are drawn.",
        "Have two units or more rated by two coders; a single long text can be cut into its paragraphs.",
    )


def _draw(stream: np.random.Generator, times: NDArray[np.int64], n: int, samples: int) -> NDArray[np.float64]:
    """How often each pattern is among ``n`` units drawn again: by its number of units, or unit by unit where hardly any
    two are alike, which is faster.
    """
    patterns = len(times)
    if patterns * 4 < n:
        return stream.multinomial(n, times / n, size=(samples,)).astype(np.float64)
    pattern = np.repeat(np.arange(patterns), times)[stream.integers(n, size=(samples, n))]
    pattern += patterns * np.arange(samples)[:, None]
    drawn = np.bincount(pattern.ravel(), minlength=samples * patterns)
    return drawn.reshape(samples, patterns).astype(np.float64)


def value_of(statistic: Statistic) -> Sampled:
    """A statistic as its coefficient, shape (samples, 1)."""
    return lambda weights: beyond_chance(*statistic(weights))[:, None]


def percentile_interval(sampled: NDArray[np.float64], draws: Draws) -> Interval:
    """The interval between the quantiles of the draws that have a value, shape (replications,)."""
    defined = sampled[np.isfinite(sampled)]
    share = len(defined) / len(sampled)
    if share < FEWEST_DEFINED:
        return Interval(
            None,
            None,
            len(defined),
            caution=f"In {_pct(1 - share)} of the draws it does not exist, because all drawn ratings are the same: "
            "too few units stray from the common category.",
        )
    low, high = np.quantile(defined, [draws.tail, 1 - draws.tail])
    caution = (
        None
        if share >= _ALWAYS
        else f"In {_pct(1 - share)} of the draws it does not exist; the interval is of the others."
    )
    return Interval(float(low), float(high), len(defined), caution=caution)


def complete_interval(expected: float, units: int, draws: Draws) -> Interval:
    """The interval where all coders agree on every unit, so that no draw can show a disagreement.

    Notes
    -----
    With a = 1 - confidence, the share of units on which coders agree is at least s = (a/2)^(1/units) (Clopper &
    Pearson 1934, Biometrika 26, 404-413). If the others disagreed as much as possible, the coefficient would be
    (s - expected) / (1 - expected); not below -1.
    """
    least = draws.tail ** (1 / units)
    low = max((least - expected) / (1 - expected), -1.0)
    return Interval(
        float(low),
        1.0,
        draws.replications,
        made=EXACT,
        caution="Coders agree on every unit, which drawing units again cannot put in doubt; the low end follows from "
        "how many units there are.",
    )


def _pct(share: float) -> str:
    return f"{100 * share:.0f} %"
