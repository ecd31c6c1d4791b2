"""Ratings as arrays: who gave which category to which unit, and the sums that coefficients are made of.

Units rated alike by everybody are one *pattern* with a number of units. Coefficients, and their intervals, need nothing
more, so that a million units cost what their few patterns cost, and the order of units does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

NOT_RATED = -1


@dataclass(frozen=True)
class RatingPatterns:
    """Units grouped by what every coder said of them.

    Attributes
    ----------
    codes
        Shape (patterns, coders): index of the category, -1 where not rated.
    units
        Shape (patterns,): number of units rated so.
    coders, categories
        Names, in the order of the columns and of the indices.
    """

    codes: NDArray[np.int64]
    units: NDArray[np.int64]
    coders: tuple[str, ...]
    categories: tuple[str, ...]

    @property
    def rated(self) -> NDArray[np.int64]:
        """Shape (patterns,): coders who rated a unit of the pattern."""
        return (self.codes >= 0).sum(axis=1)

    @property
    def n_units(self) -> int:
        """Units rated by somebody."""
        return int(self.units.sum())

    @property
    def n_compared(self) -> int:
        """Units rated by two coders or more."""
        return int(self.units[self.rated >= 2].sum())

    def counts(self) -> NDArray[np.float64]:
        """Shape (patterns, categories): coders who gave the category."""
        return count_codes(self.codes, len(self.categories))


def group_ratings(ratings: pl.DataFrame, categories: Sequence[str]) -> RatingPatterns:
    """The patterns of :class:`~leadscape.survey.agreement.tables.Ratings`, in sorted order.

    Units that nobody rated are left out. Every value must be among ``categories``.
    """
    coders = tuple(ratings["coder"].unique().sort())
    codes = pl.DataFrame({"value": categories, "code": range(len(categories))}, strict=False).cast(
        {"value": pl.String, "code": pl.Int64}
    )
    wide = (
        ratings.drop_nulls("value")
        .join(codes, on="value", how="left")
        .pivot(on="coder", index="unit", values="code")
    )
    silent = [coder for coder in coders if coder not in wide.columns]
    wide = wide.with_columns(pl.lit(None, pl.Int64).alias(coder) for coder in silent)
    # A null is "not rated" here, not zero: the index -1 is read as such everywhere.
    matrix = wide.select(pl.col(coder).fill_null(NOT_RATED) for coder in coders).to_numpy()
    patterns, units = np.unique(matrix.reshape(-1, len(coders)), axis=0, return_counts=True)
    return RatingPatterns(patterns.astype(np.int64), units.astype(np.int64), coders, tuple(categories))


def count_codes(codes: NDArray[np.int64], categories: int) -> NDArray[np.float64]:
    """Shape (rows, categories): how often each category index occurs in each row; -1 is no category."""
    rows, columns = np.nonzero(codes >= 0)
    flat = np.bincount(rows * categories + codes[rows, columns], minlength=len(codes) * categories)
    return flat.reshape(len(codes), categories).astype(np.float64)


@dataclass(frozen=True)
class PairAgreement:
    """For each unit, ``compared`` (1 where two coders or more rated it) and ``agree``, the share of their pairs who
    agree; each of shape (units,).
    """

    compared: NDArray[np.float64]
    agree: NDArray[np.float64]


def compare_codes(codes: NDArray[np.int64]) -> PairAgreement:
    """How far the coders of each unit agree, for any number of distinct values; ``codes`` as in
    :class:`RatingPatterns`.
    """
    m = (codes >= 0).sum(axis=1)
    alike = np.zeros(len(codes))
    for one, other in combinations(codes.T, 2):
        alike += 2 * ((one >= 0) & (one == other))
    return PairAgreement((m >= 2).astype(np.float64), alike / np.where(m >= 2, m * (m - 1), 1))


@dataclass(frozen=True)
class UnitSums:
    """What each unit (or group of units) adds to the coefficients of unordered categories.

    With n_k coders giving category k to a unit and m = sum of n_k rating it:

    Attributes
    ----------
    compared
        Shape (units,): 1 where m >= 2.
    agree
        Shape (units,): share of pairs of coders who agree, sum over k of n_k (n_k - 1) / (m (m - 1)).
    rated
        Shape (units,): 1 where m >= 1.
    shares
        Shape (units, categories): n_k / m.
    values
        Shape (units, categories): n_k where m >= 2.
    split
        Shape (units, categories): n_k (m - n_k) / (m - 1) where m >= 2.
    """

    compared: NDArray[np.float64]
    agree: NDArray[np.float64]
    rated: NDArray[np.float64]
    shares: NDArray[np.float64]
    values: NDArray[np.float64]
    split: NDArray[np.float64]

    def grouped(self, groups: ArrayLike, weights: ArrayLike, number: int) -> UnitSums:
        """Weighted sums within groups: ``groups`` and ``weights`` have one entry a unit."""
        index, times = np.asarray(groups), np.asarray(weights, dtype=np.float64)

        def added(column: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.bincount(index, column * times, minlength=number).astype(np.float64)

        def added_each(table: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack([added(column) for column in table.T])

        return UnitSums(
            compared=added(self.compared),
            agree=added(self.agree),
            rated=added(self.rated),
            shares=added_each(self.shares),
            values=added_each(self.values),
            split=added_each(self.split),
        )


def sum_units(counts: ArrayLike) -> UnitSums:
    """The sums of a table of counts, shape (units, categories): how many coders gave which category."""
    n = np.asarray(counts, dtype=np.float64)
    m = n.sum(axis=1)
    compared, rated = m >= 2, m >= 1
    partners = np.where(compared, m - 1, 1.0)
    return UnitSums(
        compared=compared.astype(np.float64),
        agree=(n * (n - 1)).sum(axis=1) * compared / np.where(compared, m * partners, 1.0),
        rated=rated.astype(np.float64),
        shares=n / np.where(rated, m, 1.0)[:, None],
        values=n * compared[:, None],
        split=n * (m[:, None] - n) * compared[:, None] / partners[:, None],
    )
