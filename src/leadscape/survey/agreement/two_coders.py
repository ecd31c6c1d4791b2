"""How far do two coders agree beyond chance? Cohen's kappa, and its weighted form where some mistakes are worse.

Expected agreement is a sum over *all* categories, among them "not coded": text or units that neither coder marked are
part of the comparison.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from leadscape.survey.agreement.chance import (
    Statistic,
    Weights,
    beyond_chance,
    nothing_compared,
    one_category,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Weighting = Literal["linear", "quadratic"]


def disagreement_weights(
    weighting: Weighting, categories: int, scores: ArrayLike | None = None
) -> NDArray[np.float64]:
    """How bad it is to say j where the other said i: shape (categories, categories), 0 on the diagonal, at most 1.

    Notes
    -----
    With scores s (the positions 0, 1, 2, … unless given) and R their range, |s_i - s_j| / R for ``linear``,
    (s_i - s_j)^2 / R^2 for ``quadratic``.

    Sources
    -------
    Cicchetti & Allison (1971), American Journal of EEG Technology 11, 101-109 (linear); Fleiss & Cohen (1973),
    Educational and Psychological Measurement 33, 613-619 (quadratic).
    """
    if weighting not in ("linear", "quadratic"):
        raise ValueError(f"{weighting!r} is neither linear nor quadratic")
    s = np.arange(categories, dtype=np.float64) if scores is None else np.asarray(scores, dtype=np.float64)
    span = float(np.ptp(s)) or 1.0
    distance = np.abs(s[:, None] - s) / span
    return distance if weighting == "linear" else distance**2


def cohen_kappa(table: ArrayLike) -> float:
    """Cohen's kappa of the cross table of two coders.

    Parameters
    ----------
    table
        Shape (categories, categories): units that the first coder put in the row's category and the second in the
        column's. Every unit is in it, also those that neither marked.

    Raises
    ------
    NotIdentified
        When the table is empty, or both coders used one and the same category for everything.

    Notes
    -----
    With n_ij units in cell (i, j), N = sum of n_ij, r_i and c_j the sums of row i and column j:
    p_o = sum over i of n_ii / N, p_e = sum over i of r_i c_i / N^2 (a sum over every category, never a product of
    single margins), kappa = (p_o - p_e) / (1 - p_e).

    Sources
    -------
    Cohen (1960), Educational and Psychological Measurement 20, 37-46.

    Examples
    --------
    >>> round(cohen_kappa([[20, 5], [10, 15]]), 2)
    0.4

    Two coders mark 90 of 100 characters each, 81 of them both: as often as chance would.

    >>> cohen_kappa([[81, 9], [9, 1]])
    0.0
    """
    return weighted_kappa(table, 1.0 - np.eye(len(np.asarray(table))))


def weighted_kappa(table: ArrayLike, weights: Weighting | ArrayLike) -> float:
    """Weighted kappa of the cross table of two coders, in which some disagreements are worse than others.

    Parameters
    ----------
    table
        As :func:`cohen_kappa`, categories in their order.
    weights
        ``"linear"``, ``"quadratic"``, or the disagreement of each cell, shape (categories, categories), 0 on the
        diagonal.

    Raises
    ------
    NotIdentified
        As :func:`cohen_kappa`.

    Notes
    -----
    With v_ij the disagreement of cell (i, j) as :func:`disagreement_weights` gives it and n_ij, r_i, c_j, N as in
    :func:`cohen_kappa`: 1 - N sum of v_ij n_ij / sum of v_ij r_i c_j. With v_ij = 1 off the diagonal it is kappa.

    Sources
    -------
    Cohen (1968), Psychological Bulletin 70, 213-220.
    """
    n = np.asarray(table, dtype=np.float64)
    if n.ndim != 2 or n.shape[0] != n.shape[1] or (n < 0).any():
        raise ValueError("a cross table of two coders is square and holds numbers of units")
    if isinstance(weights, str):
        v = disagreement_weights(cast("Weighting", weights), len(n))
    else:
        v = np.asarray(weights, dtype=np.float64)
    if not n.sum():
        raise nothing_compared()
    observed, expected = _agreement(
        np.array([n.sum()]), np.array([(n * v).sum()]), n.sum(axis=1)[None], n.sum(axis=0)[None], v
    )
    value = float(beyond_chance(observed, expected)[0])
    if not np.isfinite(value):
        raise one_category()
    return value


def kappa_statistic(
    first: NDArray[np.int64], second: NDArray[np.int64], disagreement: NDArray[np.float64]
) -> Statistic:
    """Kappa of two coders as a :data:`~leadscape.survey.agreement.chance.Statistic`.

    Parameters
    ----------
    first, second
        Shape (units,): category index, -1 where not rated; units that either left out take no part.
    disagreement
        Shape (categories, categories).
    """
    both = np.flatnonzero((first >= 0) & (second >= 0))
    one, other = first[both], second[both]
    k = len(disagreement)
    rows, columns = np.eye(k)[one], np.eye(k)[other]
    apart = disagreement[one, other]

    def statistic(weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        drawn = weights[:, both]
        return _agreement(drawn.sum(axis=1), drawn @ apart, drawn @ rows, drawn @ columns, disagreement)

    return statistic


def table_kappa_statistic(tables: NDArray[np.float64]) -> Statistic:
    """Cohen's kappa of cross tables that are added up, as a
    :data:`~leadscape.survey.agreement.chance.Statistic`; ``tables`` has the shape (units, categories, categories).
    """
    disagreement = 1.0 - np.eye(tables.shape[1])

    def statistic(weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        table = np.tensordot(weights, tables, axes=1)
        apart = (table * disagreement).sum(axis=(1, 2))
        return _agreement(table.sum(axis=(1, 2)), apart, table.sum(axis=2), table.sum(axis=1), disagreement)

    return statistic


def _agreement(
    units: NDArray[np.float64],
    apart: NDArray[np.float64],
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
    disagreement: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Observed and expected weighted agreement; as fractions of whole numbers, so that chance gives exactly 0."""
    by_chance = ((rows @ disagreement) * columns).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (units - apart) / units, (units**2 - by_chance) / units**2
