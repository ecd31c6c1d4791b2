"""What *alike* means: named weights, one's own weights, or Mahalanobis with a shrunk covariance.

A metric is a statement without data. Fitted to the schools at hand it gives, for any set *O* of characteristics known
of both schools, a matrix *A* with squared distance |(x - y) A|² and the share of the expected squared distance that *O*
makes up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from leadscape.codebooks.similarity import find_metric
from leadscape.core.errors import NotIdentified, StudyProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

LEAST_SCHOOLS = 3


class Metric(Protocol):
    """A stated way to compare schools."""

    @property
    def characteristics(self) -> tuple[str, ...]:
        """Columns it compares, in order."""
        ...

    @property
    def statement(self) -> str:
        """The metric in one sentence, with its source."""
        ...

    def fit(self, values: NDArray[np.float64]) -> FittedMetric:
        """The metric for these schools (schools x characteristics, NaN where missing)."""
        ...


@dataclass(frozen=True, eq=False)
class FittedMetric:
    """A metric with everything it takes from the schools at hand.

    Attributes
    ----------
    weights
        Of squared differences, for a weighted metric; None for Mahalanobis.
    covariance
        Shrunk covariance, for Mahalanobis; None for a weighted metric.
    expected
        Expected squared difference of two schools drawn at random, times weight, for each characteristic.
    shrinkage
        Share of the target in the covariance; null for a weighted metric.
    """

    weights: NDArray[np.float64] | None
    covariance: NDArray[np.float64] | None
    expected: NDArray[np.float64]
    shrinkage: float | None = None

    @cached_property
    def _factors(self) -> dict[bytes, NDArray[np.float64]]:
        return {}

    def factor(self, known: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The matrix *A* over the characteristics ``known`` of both."""
        if self.weights is not None:
            return np.diag(np.sqrt(self.weights[known]))
        key = known.tobytes()
        if key not in self._factors:
            assert self.covariance is not None
            part = self.covariance[np.ix_(known, known)]
            self._factors[key] = np.asarray(np.linalg.inv(np.linalg.cholesky(part)).T, dtype=np.float64)
        return self._factors[key]

    def share(self, known: NDArray[np.bool_]) -> float:
        """Share of the expected squared distance that the characteristics ``known`` of both make up."""
        if known.all():
            return 1.0
        if self.covariance is not None:
            return float(known.sum() / len(known))
        return float(self.expected[known].sum() / self.expected.sum())

    def squared(self, difference: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Squared distance of pairs from differences over what is ``known`` (pairs x known), rescaled."""
        if self.weights is not None:
            raw = (self.weights[known] * difference**2).sum(axis=-1)
        else:
            raw = ((difference @ self.factor(known)) ** 2).sum(axis=-1)
        return raw if known.all() else raw / self.share(known)


@dataclass(frozen=True)
class Weighted:
    """Squared distance = sum over characteristics of weight x squared difference.

    Attributes
    ----------
    weights
        Characteristic to weight, above 0.
    per_sd
        Whether weights are for differences in standard deviations of the schools at hand (one's own weights, without
        units) or in the characteristic's own unit (published weights).
    """

    weights: Mapping[str, float]
    per_sd: bool = True
    source: str = "weights stated by the user"

    def __post_init__(self) -> None:
        """Refuse weights that would make no distance."""
        wrong = [
            f"{name} has the weight {weight}."
            for name, weight in self.weights.items()
            if not 0 < weight < np.inf
        ]
        if wrong or not self.weights:
            raise StudyProblem(
                " ".join(wrong) or "No characteristic has a weight.",
                "A distance needs weights above 0.",
                "Leave out what shall not count; correct the weights.",
                tuple(wrong),
            )

    @property
    def characteristics(self) -> tuple[str, ...]:
        """Columns it compares, in order."""
        return tuple(self.weights)

    @property
    def statement(self) -> str:
        """The metric in one sentence, with its source."""
        unit = "in standard deviations" if self.per_sd else "in their own units"
        listed = ", ".join(f"{name} {weight:g}" for name, weight in self.weights.items())
        return f"Root of the weighted sum of squared differences {unit}: {listed} ({self.source})."

    def fit(self, values: NDArray[np.float64]) -> FittedMetric:
        """The metric for these schools."""
        variance = _variances(values, self.characteristics)
        weights = np.array(list(self.weights.values()))
        if self.per_sd:
            if not (variance > 0).all():
                flat = [name for name, one in zip(self.characteristics, variance, strict=True) if not one > 0]
                raise NotIdentified(
                    f"{', '.join(flat)} is the same in every school.",
                    "A difference in standard deviations cannot be taken.",
                    "Leave it out, or state weights in the characteristic's own unit.",
                )
            weights = weights / variance
        return FittedMetric(weights, None, 2 * weights * variance)


@dataclass(frozen=True)
class Mahalanobis:
    """Differences weighed by the inverse of their shrunk covariance, so that what goes together counts once.

    Notes
    -----
    The correlation matrix *R* of schools with every characteristic known is shrunk towards the identity,
    (1 - s) R + s I, with Ledoit & Wolf's *s* for standardised data, and brought back to the units. Where some
    are missing the block of those known is inverted, which has an expected squared distance of twice their number.

    Sources: Ledoit & Wolf (2004), Journal of Multivariate Analysis 88, 365-411.
    """

    columns: tuple[str, ...]

    @property
    def characteristics(self) -> tuple[str, ...]:
        """Columns it compares, in order."""
        return self.columns

    @property
    def statement(self) -> str:
        """The metric in one sentence, with its source."""
        return f"Mahalanobis distance over {', '.join(self.columns)}, covariance shrunk (Ledoit & Wolf 2004)."

    def fit(self, values: NDArray[np.float64]) -> FittedMetric:
        """The metric for these schools."""
        complete = values[np.isfinite(values).all(axis=1)]
        if len(complete) < max(LEAST_SCHOOLS, len(self.columns) + 1):
            raise NotIdentified(
                f"{len(complete)} schools have every one of {len(self.columns)} characteristics.",
                "How characteristics go together is learned from schools that have them all.",
                "Leave out a characteristic that few schools have, or use a weighted metric.",
            )
        sd = complete.std(axis=0)
        if not (sd > 0).all():
            raise NotIdentified(
                "A characteristic is the same in every school.",
                "It has no covariance with the others.",
                "Leave it out.",
            )
        correlation, shrinkage = shrunk_correlation((complete - complete.mean(axis=0)) / sd)
        return FittedMetric(None, correlation * np.outer(sd, sd), np.full(len(self.columns), 2.0), shrinkage)


def named_metric(name: str, *, by_column: bool = False) -> Weighted:
    """A published metric by id, as data of the codebook.

    Parameters
    ----------
    by_column
        Name characteristics as the publisher's file does instead of by the codebook's ids.

    Raises
    ------
    CodebookProblem
        When there is none of that name.
    """
    metric = find_metric(name)
    weights = {one.column if by_column else one.id: one.weight for one in metric.characteristics}
    return Weighted(weights, per_sd=False, source=f"{metric.source}; from {metric.valid_from:%Y-%m-%d}")


def shrunk_correlation(standardised: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Ledoit and Wolf's shrunk covariance of columns with mean 0 and variance 1, and the share of its target.

    Notes
    -----
    With S = Z'Z / n, m = tr(S) / p, d² = |S - mI|² / p and b² = min(d², Σ_k |z_k z_k' - S|² / (n² p)), the share is
    b² / d² and the estimate (1 - b²/d²) S + (b²/d²) m I.
    """
    n, p = standardised.shape
    covariance = standardised.T @ standardised / n
    mean = np.trace(covariance) / p
    spread = ((covariance - mean * np.eye(p)) ** 2).sum() / p
    squares = standardised**2
    noise = min(spread, ((squares.T @ squares / n - covariance**2).sum()) / (n * p))
    share = float(noise / spread) if spread > 0 else 1.0
    return (1 - share) * covariance + share * mean * np.eye(p), share


def _variances(values: NDArray[np.float64], names: tuple[str, ...]) -> NDArray[np.float64]:
    unknown = [name for name, known in zip(names, np.isfinite(values).sum(axis=0), strict=True) if known < 2]
    if unknown:
        raise NotIdentified(
            f"Fewer than two schools have {', '.join(unknown)}.",
            "Nothing can be compared on it.",
            "Leave it out of the metric, or bring figures for it.",
        )
    return np.nanvar(values, axis=0)
