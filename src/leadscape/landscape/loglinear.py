"""Poisson log-linear models of how many were seen by which lists, and of those whom no list saw.

A table of capture histories in, one fit a model out. Every model has an intercept whose exponential is the
expected number with the empty history, so the population is what was seen plus that. Models differ in what
they assume about lists and people, and so does the answer: nothing here chooses between them.

Sources: Fienberg (1972), Biometrika 59, 591-603; Cormack (1989), Biometrics 45, 395-413; Rivest & Baillargeon
(2007), Biometrics 63, 999-1006; Baillargeon & Rivest (2007), Journal of Statistical Software 19(5).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_PASSES: Final = 200
NOT_ESTIMABLE: Final = "Too few people are on the combinations of lists that this model compares."
_TOLERANCE: Final = 1e-11
_EMPTY: Final = 1e-6
_SINGULAR: Final = 1e12
_ALL_PAIRS_UP_TO: Final = 4
_PAIRS_BEYOND: Final = 2


@dataclass(frozen=True)
class LoglinearModel:
    """One model: what it assumes, and its design matrix (histories x parameters, the intercept first)."""

    name: str
    terms: str
    design: NDArray[np.float64]


@dataclass(frozen=True)
class LoglinearFit:
    """One fitted model.

    Attributes
    ----------
    unseen, se
        Expected number with the empty history, and the standard error of seen plus unseen.
    deviance, df, aic
        Of the fit to the histories that were seen; ``aic`` is -2 log likelihood + 2 parameters.
    coefficients, covariance
        Shapes (p,) and (p, p), the intercept first.
    problem
        Why the data cannot support the model; empty where they can.
    """

    unseen: float
    se: float
    deviance: float
    df: int
    aic: float
    coefficients: NDArray[np.float64]
    covariance: NDArray[np.float64]
    problem: str = ""


def all_histories(lists: int) -> NDArray[np.float64]:
    """Every history but the empty one, shape (2^lists - 1, lists): 1 where the list names the person."""
    codes = np.arange(1, 2**lists)
    return ((codes[:, None] >> np.arange(lists)[::-1]) & 1).astype(np.float64)


def fit_poisson(design: NDArray[np.float64], counts: NDArray[np.float64]) -> LoglinearFit:
    """Fit ``counts`` as Poisson with log mean ``design @ coefficients`` (reweighted least squares).

    Parameters
    ----------
    design
        Shape (histories, p), the first column all ones and every other zero at the empty history.
    counts
        Shape (histories,), people with each history; zeros count.

    Returns
    -------
    LoglinearFit
        With a ``problem`` where an estimate runs off to infinity, or parameters cannot be told apart.

    Notes
    -----
    With b the intercept and v its variance, unseen = exp(b) and se^2 = exp(b) + exp(2b) v: the chance of a
    Poisson count with that mean, and the uncertainty of the mean. This is the standard error of Rcapture's
    ``closedp``.
    """
    rows, p = design.shape
    eta = np.log(counts + 0.5)
    deviance, coefficients, information = np.inf, np.zeros(p), np.eye(p)
    with np.errstate(all="ignore"):
        for _ in range(MAX_PASSES):
            mean = np.exp(np.clip(eta, -40, 40))
            information = design.T @ (mean[:, None] * design)
            if not np.isfinite(information).all() or np.linalg.cond(_scaled(information)) > _SINGULAR:
                return _refused(rows, p)
            working = mean * (eta + counts / mean - 1)
            coefficients = np.asarray(np.linalg.solve(information, design.T @ working), dtype=np.float64)
            eta = design @ coefficients
            before, deviance = deviance, _deviance(counts, np.exp(np.clip(eta, -40, 40)))
            if abs(before - deviance) < _TOLERANCE * (abs(deviance) + 1):
                break
        else:
            return _refused(rows, p)
    mean = np.exp(eta)
    if mean.min() < _EMPTY:
        return _refused(rows, p)
    covariance = np.asarray(np.linalg.inv(design.T @ (mean[:, None] * design)), dtype=np.float64)
    loglikelihood = float((counts * eta - mean - special.gammaln(counts + 1)).sum())
    unseen = float(np.exp(coefficients[0]))
    se = float(np.sqrt(unseen + unseen**2 * covariance[0, 0]))
    return LoglinearFit(unseen, se, deviance, rows - p, 2 * p - 2 * loglikelihood, coefficients, covariance)


def occasion_models(histories: NDArray[np.float64]) -> list[LoglinearModel]:
    """The closed-population models for t occasions: M0, Mt, Mh and Mth in the forms Poisson2 and Darroch.

    Notes
    -----
    With k the number of times a person was seen: M0 has one chance for all (column k); Mt one an occasion; Mh
    lets people differ, by a column h(k) beside k; Mth does both. h is 2^k - 1 (Poisson2) or k^2 / 2
    (Darroch): the first supposes a light, the second a heavier spread of chances between people.
    """
    k = histories.sum(axis=1)
    ones = np.ones_like(k)
    spread = {"Poisson2": 2.0**k - 1, "Darroch": k**2 / 2}
    models = [
        LoglinearModel("M0", "one chance for all", np.column_stack([ones, k])),
        LoglinearModel("Mt", "a chance for each occasion", np.column_stack([ones, histories])),
    ]
    for form, h in spread.items():
        models.append(
            LoglinearModel(f"Mh {form}", f"people differ ({form})", np.column_stack([ones, k, h])),
        )
        models.append(
            LoglinearModel(
                f"Mth {form}",
                f"a chance for each occasion, and people differ ({form})",
                np.column_stack([ones, histories, h]),
            )
        )
    return models


def list_models(histories: NDArray[np.float64], names: list[str]) -> list[LoglinearModel]:
    """The hierarchical models for lists that differ: each list its own chance, and sets of pairs that depend.

    Up to four lists, every set of pairs; beyond, every set of at most two, so that the number stays bounded.
    """
    lists = len(names)
    pairs = list(combinations(range(lists), 2)) if lists > 2 else []
    most = len(pairs) if lists <= _ALL_PAIRS_UP_TO else _PAIRS_BEYOND
    base = np.column_stack([np.ones(len(histories)), histories])
    models = []
    for size in range(most + 1):
        for chosen in combinations(pairs, size):
            together = [histories[:, a] * histories[:, b] for a, b in chosen]
            label = " + ".join(f"{names[a]}×{names[b]}" for a, b in chosen)
            models.append(
                LoglinearModel(
                    label or "independence",
                    f"depend on each other: {label}" if label else "no two lists depend on each other",
                    np.column_stack([base, *together]),
                )
            )
    return models


def _deviance(counts: NDArray[np.float64], mean: NDArray[np.float64]) -> float:
    return float(2 * (special.xlogy(counts, counts / mean) - (counts - mean)).sum())


def _scaled(information: NDArray[np.float64]) -> NDArray[np.float64]:
    """Information with a unit diagonal, so that its condition does not depend on the size of the counts."""
    scale = 1 / np.sqrt(np.diag(information))
    return information * scale[:, None] * scale


def _refused(rows: int, p: int) -> LoglinearFit:
    nothing = np.full(p, np.nan)
    return LoglinearFit(
        np.nan, np.nan, np.nan, rows - p, np.nan, nothing, np.full((p, p), np.nan), problem=NOT_ESTIMABLE
    )
