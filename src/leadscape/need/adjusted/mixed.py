"""Partial pooling: a linear model with school effects, yearly effects and known or estimated sampling variances.

One row is one school in one year (or one pupil). With *i* the school and *t* the row,

    y_it = x_it' b + u_i + v_it + e_it,   u_i ~ N(0, a),  v_it ~ N(0, s),  e_it ~ N(0, D_it),

where *a* is the variance between schools, *s* the variance within schools that sampling does not explain, and D_it the
sampling variance: known, or known up to a factor *f* (f w_it). *a*, *s* and *f* maximise the likelihood or the
restricted likelihood, *b* is their generalised least squares estimate, and the effects are best linear unbiased
predictions with the error of *b* in their variance. Every sum over rows of a school is a weighted count, so time grows
with rows alone.

Sources: Fay & Herriot (1979), JASA 74; Henderson (1975), Biometrics 31; Rao & Molina (2015), Small Area Estimation,
chapters 5 to 7; Goldstein (2011), Multilevel Statistical Models, chapter 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import minimize

from leadscape.core.errors import NotIdentified

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

FLOOR: Final = 1e-12
FREE: Final = 1e4
"""Times the spread of rows: so wide that a school's mean tells nothing of variances."""


@dataclass(frozen=True, eq=False)
class MixedModel:
    """A fitted model. Arrays are over coefficients, rows or schools as said.

    Attributes
    ----------
    coefficients, covariance
        *b* and its covariance.
    between, within, factor
        *a*, *s* and *f*; ``within`` is 0 where it was not asked for, ``factor`` 1 where it was known.
    minus_2_log_likelihood
        At the estimates; restricted where ``restricted``.
    effect, effect_variance
        u_i of each school and the variance of its error.
    deviation, deviation_variance
        u_i + v_it of each row and the variance of its error.
    fitted
        x_it' b of each row.
    sampling
        D_it of each row.
    """

    coefficients: NDArray[np.float64]
    covariance: NDArray[np.float64]
    between: float
    within: float
    factor: float
    minus_2_log_likelihood: float
    restricted: bool
    effect: NDArray[np.float64]
    effect_variance: NDArray[np.float64]
    deviation: NDArray[np.float64]
    deviation_variance: NDArray[np.float64]
    fitted: NDArray[np.float64]
    sampling: NDArray[np.float64]

    @property
    def standard_errors(self) -> NDArray[np.float64]:
        """Of the coefficients."""
        return np.sqrt(np.diag(self.covariance))


@dataclass(frozen=True, eq=False)
class _Data:
    y: NDArray[np.float64]
    x: NDArray[np.float64]
    school: NDArray[np.int64]
    known: NDArray[np.float64]
    per_factor: NDArray[np.float64]

    @property
    def schools(self) -> int:
        return int(self.school[-1]) + 1 if len(self.school) else 0


def fit_mixed(
    y: ArrayLike,
    x: ArrayLike,
    school: ArrayLike,
    *,
    sampling: ArrayLike | None = None,
    sampling_factor_of: ArrayLike | None = None,
    within: bool = True,
    restricted: bool = True,
) -> MixedModel:
    """Fit the model of this module.

    Parameters
    ----------
    y
        One value a row, none missing.
    x
        Rows x coefficients, the intercept included.
    school
        Code of the school of each row, 0 … schools - 1, every code used.
    sampling
        Known sampling variance of each row; 0 where not given.
    sampling_factor_of
        w_it: sampling variance up to the factor *f*, in addition; for example 1 / pupils.
    within
        Whether there is an unexplained variance within schools (several rows a school are needed).
    restricted
        Restricted likelihood (unbiased variances) or likelihood.

    Raises
    ------
    NotIdentified
        When there are too few rows or schools, or columns of ``x`` that say the same.

    Notes
    -----
    With W_it = 1 / (s + D_it), q_i = 1 + a Σ_t W_it and r = y - X b,

        log|V| = Σ_i log q_i - Σ_it log W_it,   z'V⁻¹z = Σ W z² - a Σ_i (Σ_t W z)² / q_i,
        u_i = a Σ_t W r / q_i,                 v_it = s W_it (r_it - u_i),

    by Woodbury's identity in each school. The variance of the error of u + v is G - G V⁻¹ G plus that from *b*; the
    uncertainty of *a*, *s* and *f* is not in it, which matters with few schools only.
    """
    data, order = _data(y, x, school, sampling, sampling_factor_of)
    scaled = sampling_factor_of is not None
    repeated = bool((np.bincount(data.school) > 1).any())
    if scaled and within and repeated:
        # Sizes of schools go with kinds of schools, so the spread between schools must not tell what chance does to
        # small ones: with every school free to lie where it lies, only its changes do.
        spread = FREE * _spread(data)
        start = _start(data, within, scaled)
        inside, factor = (
            float(one) for one in np.exp(_minimise(data, start[1:], lambda p: (spread, *_two(np.exp(p)))))
        )
        (between,) = np.exp(_minimise(data, start[:1], lambda p: (float(np.exp(p[0])), inside, factor)))
    else:
        found = iter(
            np.exp(
                _minimise(
                    data, _start(data, within, scaled), _unpacker(within, scaled), restricted=restricted
                )
            )
        )
        between = next(found)
        inside = float(next(found)) if within else 0.0
        factor = float(next(found)) if scaled else 1.0
    return _solved(data, order, float(between), inside, factor, restricted)


def evaluate_mixed(
    y: ArrayLike,
    x: ArrayLike,
    school: ArrayLike,
    *,
    between: float,
    within: float = 0.0,
    sampling: ArrayLike | None = None,
    restricted: bool = True,
) -> MixedModel:
    """The model with its variances given instead of estimated; for tests, and for figures of a later year."""
    data, order = _data(y, x, school, sampling, None)
    return _solved(data, order, between, within, 1.0, restricted)


def _minimise(
    data: _Data,
    start: NDArray[np.float64],
    variances: Callable[[NDArray[np.float64]], tuple[float, float, float]],
    *,
    restricted: bool = True,
) -> NDArray[np.float64]:
    """Logarithms of variances with the least deviance; none is negative, and one that goes to zero stops at a floor."""
    bounds = [(one - 20, one + 10) for one in start]

    def loss(parameters: NDArray[np.float64]) -> float:
        return _deviance(data, *variances(parameters), restricted)[0] / len(data.y)

    options = {"ftol": 1e-14, "gtol": 1e-7, "eps": 1e-5, "maxiter": 60}
    best = minimize(loss, start, method="L-BFGS-B", bounds=bounds, options=options)
    return np.asarray(best.x, np.float64)


def _two(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def _unpacker(within: bool, scaled: bool) -> Callable[[NDArray[np.float64]], tuple[float, float, float]]:
    def unpack(parameters: NDArray[np.float64]) -> tuple[float, float, float]:
        rest = [float(one) for one in np.exp(parameters)]
        return rest[0], rest[1] if within else 0.0, rest[-1] if scaled else 1.0

    return unpack


def _spread(data: _Data) -> float:
    coefficients = np.linalg.lstsq(data.x, data.y, rcond=None)[0]
    return max(float(np.var(data.y - data.x @ coefficients)), FLOOR)


def _start(data: _Data, within: bool, scaled: bool) -> NDArray[np.float64]:
    spread = _spread(data)
    start = [np.log(0.4 * spread)]
    start += [np.log(0.3 * spread)] if within else []
    start += [np.log(0.3 * spread / max(float(data.per_factor.mean()), FLOOR))] if scaled else []
    return np.array(start)


def _weights(data: _Data, inside: float, factor: float) -> NDArray[np.float64]:
    return 1.0 / np.maximum(inside + data.known + factor * data.per_factor, FLOOR)


def _sum(data: _Data, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums over the rows of each school; rows lie in order of school."""
    starts = np.searchsorted(data.school, np.arange(data.schools))
    return np.add.reduceat(values, starts, axis=0)


def _deviance(
    data: _Data, between: float, inside: float, factor: float, restricted: bool
) -> tuple[float, NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """-2 log likelihood, *b*, its precision, W and q."""
    weight = _weights(data, inside, factor)
    q = 1 + between * _sum(data, weight)
    both = np.column_stack([data.x, data.y])
    weighted = both * weight[:, None]
    sums = _sum(data, weighted)
    cross = both.T @ weighted - between * (sums / q[:, None]).T @ sums
    precision, right = cross[:-1, :-1], cross[:-1, -1]
    coefficients = np.asarray(np.linalg.solve(precision, right), np.float64)
    quadratic = cross[-1, -1] - right @ coefficients
    n, p = data.x.shape
    deviance = quadratic + np.log(q).sum() - np.log(weight).sum()
    if restricted:
        deviance += np.linalg.slogdet(precision)[1] + (n - p) * np.log(2 * np.pi)
    else:
        deviance += n * np.log(2 * np.pi)
    return float(deviance), coefficients, precision, weight, q


def _solved(
    data: _Data, order: NDArray[np.int64], between: float, inside: float, factor: float, restricted: bool
) -> MixedModel:
    deviance, coefficients, precision, weight, q = _deviance(data, between, inside, factor, restricted)
    covariance = np.asarray(np.linalg.inv(precision), np.float64)
    fitted = data.x @ coefficients
    residual = data.y - fitted
    effect = between * _sum(data, weight * residual) / q
    mean_x = between * _sum(data, data.x * weight[:, None]) / q[:, None]
    effect_variance = between / q + np.einsum("ij,jk,ik->i", mean_x, covariance, mean_x)
    of = data.school
    deviation = effect[of] + inside * weight * (residual - effect[of])
    # G V⁻¹ G at (t, t) with G = a 11' + s I.
    total, mine = (q[of] - 1) / max(between, FLOOR), weight
    within_school = weight - between * weight**2 / q[of]
    explained = between**2 * total / q[of] + 2 * between * inside * mine / q[of] + inside**2 * within_school
    carried = mean_x[of] + inside * weight[:, None] * (data.x - mean_x[of])
    deviation_variance = between + inside - explained + np.einsum("ij,jk,ik->i", carried, covariance, carried)
    back = np.argsort(order, kind="stable")
    return MixedModel(
        coefficients=coefficients,
        covariance=covariance,
        between=between,
        within=inside,
        factor=factor,
        minus_2_log_likelihood=deviance,
        restricted=restricted,
        effect=effect,
        effect_variance=effect_variance,
        deviation=deviation[back],
        deviation_variance=np.maximum(deviation_variance, 0.0)[back],
        fitted=fitted[back],
        sampling=(data.known + factor * data.per_factor)[back],
    )


def _data(
    y: ArrayLike, x: ArrayLike, school: ArrayLike, sampling: ArrayLike | None, per_factor: ArrayLike | None
) -> tuple[_Data, NDArray[np.int64]]:
    values, design = np.asarray(y, np.float64), np.atleast_2d(np.asarray(x, np.float64))
    codes = np.asarray(school, np.int64)
    n = len(values)
    known = np.zeros(n) if sampling is None else np.asarray(sampling, np.float64)
    scaled = np.zeros(n) if per_factor is None else np.asarray(per_factor, np.float64)
    rank = np.linalg.matrix_rank(design) if n else 0
    schools = len(np.unique(codes))
    if n <= design.shape[1] + 2 or rank < design.shape[1] or schools < 3:
        raise NotIdentified(
            f"{n} rows of {schools} schools are to give {design.shape[1]} coefficients (of which {rank} say something "
            "of their own).",
            "What intake explains cannot be told from what schools add.",
            "Bring more schools or years, or use fewer characteristics.",
        )
    if not all(np.isfinite(one).all() for one in (values, design, known, scaled)) or (known < 0).any():
        raise NotIdentified(
            "A value, a characteristic or a sampling variance is missing or negative.",
            "The model takes complete rows only.",
            "Leave rows without a value out and say so.",
        )
    order = np.argsort(codes, kind="stable")
    return _Data(values[order], design[order], codes[order], known[order], scaled[order]), order
