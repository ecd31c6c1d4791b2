"""How unevenly are role-holdings spread over authorities?

The distribution over authorities in, the Lorenz curve and the Gini coefficient with its interval out. Only
authorities whose count is known take part: one that did not answer is neither empty nor average.

Sources: Lorenz (1905), Publications of the American Statistical Association 9, 209-219; Gini (1912),
Variabilità e mutabilità; Dixon et al. (1987), Ecology 68, 1548-1551 (bootstrap).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.core.errors import NotIdentified
from leadscape.core.missing import REPORTED
from leadscape.landscape.intervals import bootstrap_interval
from leadscape.landscape.results import Concentration

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

FEWEST_AUTHORITIES: Final = 10
"""Over fewer authorities, a coefficient says more about which of them are known than about how holdings spread."""


def lorenz_curve(values: ArrayLike) -> pl.DataFrame:
    """The share of the total held by the units with least.

    Parameters
    ----------
    values
        One number of at least zero for each unit.

    Returns
    -------
    polars.DataFrame
        ``authorities_share`` and ``holdings_share`` (0-1) from (0, 0) to (1, 1), one row more than units.

    Raises
    ------
    NotIdentified
        When there is no unit, a value is missing or negative, or all are zero.
    """
    x = np.sort(_checked(values))
    shares = np.concatenate([[0.0], np.cumsum(x) / x.sum()])
    return pl.DataFrame(
        {"authorities_share": np.arange(len(x) + 1) / len(x), "holdings_share": np.minimum(shares, 1.0)}
    )


def gini(values: ArrayLike) -> float:
    """The Gini coefficient: 0 where all have the same, 1 - 1/n where one of n units has all.

    Raises
    ------
    NotIdentified
        As :func:`lorenz_curve`.

    Notes
    -----
    The mean difference between all ordered pairs, each unit with itself included, over twice the mean; equal
    to one minus twice the area under the Lorenz curve. With x sorted upwards: sum of (2 i - n - 1) x_i over n
    sum of x.

    Examples
    --------
    >>> round(gini([1, 2, 3, 4, 5]), 4)
    0.2667
    """
    return float(_gini_rows(_checked(values)[None, :])[0])


def measure_concentration(
    authorities: pl.DataFrame,
    cold_spots: pl.DataFrame,
    seed: int,
    replications: int = 1000,
    confidence: float = 0.95,
) -> Concentration | None:
    """Lorenz curve and Gini coefficient over the authorities whose number of holdings is known.

    Parameters
    ----------
    authorities
        As :class:`~leadscape.landscape.tables.AuthorityDistribution`.
    cold_spots
        As :class:`~leadscape.landscape.tables.ColdSpots`, carried into the result.
    seed, replications, confidence
        Of the bootstrap over authorities.

    Returns
    -------
    Concentration or None
        None where fewer than :data:`FEWEST_AUTHORITIES` authorities are known, or none of them has a holding: there
        is too little to spread.
    """
    known = authorities.filter(pl.col("holdings_status").cast(pl.String) == REPORTED)["holdings"]
    if known.len() < FEWEST_AUTHORITIES or not known.sum():
        return None
    counts = known.to_numpy().astype(np.float64)
    low, high = bootstrap_interval(
        np.sort(counts),
        _gini_rows,
        seed,
        "landscape",
        "concentration",
        replications=replications,
        confidence=confidence,
    )
    return Concentration(lorenz_curve(counts), gini(counts), low, high, len(counts), cold_spots)


def _gini_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    x = np.sort(rows, axis=-1)
    n = x.shape[-1]
    total = x.sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return (x @ (2.0 * np.arange(1, n + 1) - n - 1)) / (n * total)


def _checked(values: ArrayLike) -> NDArray[np.float64]:
    x = np.asarray(values, dtype=np.float64)
    if len(x) and np.isfinite(x).all() and (x >= 0).all() and x.sum() > 0:
        return x
    raise NotIdentified(
        f"{len(x)} values, some of them missing or negative or all of them zero, have no concentration.",
        "It says how a total is spread, so there must be a total and every part of it must be known.",
        "Leave out units whose value is not known, and say so.",
    )
