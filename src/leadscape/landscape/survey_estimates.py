"""Means, totals and ratios from a sample with known design, with the standard error that the design gives.

Values and a design in, one frozen estimate out. The variance is that of the ultimate cluster: the statistic
is linearised, its weighted values are added up within each first-stage unit (cluster, or the element itself),
and the spread of these sums within each stratum is taken, with the finite population correction of the first
stage. One rule covers simple random, stratified and one-stage cluster samples.

Sources: Särndal, Swensson & Wretman (1992), Model Assisted Survey Sampling, sections 4.2 and 5.5; Lumley
(2010), Complex Surveys, chapters 2 and 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadscape.core.errors import NotIdentified
from leadscape.landscape.intervals import t_quantile

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class SurveyDesign:
    """How a sample was drawn; arrays have one entry for each sampled element.

    Attributes
    ----------
    weights
        Inverse of the probability of selection.
    strata
        Code of the stratum, 0 … strata - 1.
    clusters
        Code of the first-stage unit, 0 … clusters - 1, unique across strata.
    population
        First-stage units in the population of the element's stratum; infinite where no correction is wanted.
    """

    weights: NDArray[np.float64]
    strata: NDArray[np.int64]
    clusters: NDArray[np.int64]
    population: NDArray[np.float64]


@dataclass(frozen=True)
class SurveyEstimate:
    """One estimate with its standard error, its interval (Student's t) and what they rest on."""

    value: float
    se: float
    low: float
    high: float
    confidence: float
    df: int
    elements: int
    first_stage_units: int
    strata: int


def simple_random(n: int, population: float) -> SurveyDesign:
    """``n`` elements drawn at random without replacement from ``population``."""
    return describe_design(np.full(n, population / max(n, 1)), population=np.full(n, population))


def describe_design(
    weights: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    population: ArrayLike | None = None,
) -> SurveyDesign:
    """The design of a sample from columns of its file.

    Parameters
    ----------
    weights
        Inverse of the probability of selection, one for each element.
    strata, clusters
        Names or codes; without them there is one stratum, and every element is its own cluster. A cluster's
        name is read within its stratum.
    population
        First-stage units in the population of the stratum: clusters where there are clusters, otherwise
        elements. Without it the first stage counts as drawn with replacement.

    Raises
    ------
    NotIdentified
        When lengths differ, a weight is not positive, a population is smaller than its sample or differs
        within a stratum, or a stratum has a single unit out of several.
    """
    weight = np.asarray(weights, dtype=np.float64)
    n = len(weight)
    stratum = _codes(strata, n, "strata")
    if clusters is None:
        cluster = np.arange(n)
    else:
        cluster = _codes(stratum * (n + 1) + _codes(clusters, n, "clusters"), n, "clusters")
    size = np.full(n, np.inf) if population is None else np.asarray(population, dtype=np.float64)
    if len(size) != n:
        raise _unusable(f"The sample has {n} elements and {len(size)} population sizes.")
    if n == 0 or not (np.isfinite(weight) & (weight > 0)).all():
        raise _unusable("The sample is empty or has a weight that is not a positive number.")
    design = SurveyDesign(weight, stratum, cluster, size)
    _check_strata(design)
    return design


def estimate_total(values: ArrayLike, design: SurveyDesign, confidence: float = 0.95) -> SurveyEstimate:
    """The population total: the weighted sum of ``values``."""
    y = _values(values, design)
    return _estimate(float(design.weights @ y), y, design, confidence)


def estimate_mean(values: ArrayLike, design: SurveyDesign, confidence: float = 0.95) -> SurveyEstimate:
    """The population mean: the weighted sum over the sum of weights, linearised as a ratio."""
    return estimate_ratio(values, np.ones(len(design.weights)), design, confidence)


def estimate_ratio(
    numerator: ArrayLike, denominator: ArrayLike, design: SurveyDesign, confidence: float = 0.95
) -> SurveyEstimate:
    """The ratio of two population totals.

    Parameters
    ----------
    numerator, denominator
        Two measures of the same elements.
    design
        How the elements were drawn.
    confidence
        Between 0 and 1.

    Raises
    ------
    NotIdentified
        When the denominator adds up to zero, or a value is missing.

    Notes
    -----
    R = Y / X with Y and X weighted sums; its variance is that of the total of (y - R x) / X. It is biased in
    small samples by a term of order 1 / n, which is not corrected.
    """
    y, x = _values(numerator, design), _values(denominator, design)
    below = float(design.weights @ x)
    if below == 0:
        raise _unusable("The denominator adds up to zero.")
    ratio = float(design.weights @ y) / below
    return _estimate(ratio, (y - ratio * x) / below, design, confidence)


def design_variance(linearised: NDArray[np.float64], design: SurveyDesign) -> float:
    """The variance of the weighted total of ``linearised`` under the design.

    Notes
    -----
    The sum over strata h of (1 - n_h / N_h) n_h / (n_h - 1) times the sum over first-stage units c of (z_hc -
    mean of z_h)^2, where z_hc is the weighted sum of ``linearised`` in the unit. A stratum observed
    completely adds nothing.
    """
    sums = np.bincount(design.clusters, weights=design.weights * linearised)
    stratum, size, units = _first_stage(design)
    means = np.bincount(stratum, weights=sums) / units
    spread = np.bincount(stratum, weights=(sums - means[stratum]) ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = (1 - units / size) * units / (units - 1) * spread
    return float(np.where(units == size, 0.0, parts).sum())


def _estimate(
    value: float, linearised: NDArray[np.float64], design: SurveyDesign, confidence: float
) -> SurveyEstimate:
    se = float(np.sqrt(design_variance(linearised, design)))
    units, strata = int(design.clusters.max()) + 1, int(design.strata.max()) + 1
    df = units - strata
    reach = t_quantile(confidence, df) * se if df > 0 else 0.0
    return SurveyEstimate(
        value, se, value - reach, value + reach, confidence, df, len(design.weights), units, strata
    )


def _first_stage(design: SurveyDesign) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Stratum of each first-stage unit; then, for each stratum, units in the population and in the sample."""
    _, first = np.unique(design.clusters, return_index=True)
    stratum = design.strata[first]
    size = np.zeros(int(stratum.max()) + 1)
    size[stratum] = design.population[first]
    return stratum, size, np.bincount(stratum)


def _check_strata(design: SurveyDesign) -> None:
    _, size, units = _first_stage(design)
    if not np.array_equal(size[design.strata], design.population):
        raise _unusable("A stratum has two different population sizes.")
    if (size < units).any():
        raise _unusable("A stratum has more units in the sample than in the population.")
    if ((units == 1) & (size != 1)).any():
        raise _unusable("A stratum has a single first-stage unit in the sample, out of several.")


def _codes(names: ArrayLike | None, n: int, what: str) -> NDArray[np.int64]:
    if names is None:
        return np.zeros(n, dtype=np.int64)
    given = np.asarray(names)
    if len(given) != n:
        raise _unusable(f"The sample has {n} elements and {len(given)} {what}.")
    return np.unique(given, return_inverse=True)[1].astype(np.int64)


def _values(values: ArrayLike, design: SurveyDesign) -> NDArray[np.float64]:
    y = np.asarray(values, dtype=np.float64)
    if len(y) != len(design.weights):
        raise _unusable(f"The sample has {len(design.weights)} elements and {len(y)} values.")
    missing = int((~np.isfinite(y)).sum())
    if missing:
        raise _unusable(f"{missing} of {len(y)} values are missing.")
    return y


def _unusable(what: str) -> NotIdentified:
    return NotIdentified(
        what,
        "The standard error comes from how first-stage units with a value and a weight differ within strata.",
        "Correct the design, join strata of one unit, or take out elements without a value and say so.",
    )
