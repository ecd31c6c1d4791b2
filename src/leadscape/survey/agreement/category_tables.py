"""Which categories do coders recognise alike, and which two do they give to the same unit?"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from leadscape.core.missing import NOT_APPLICABLE, REPORTED
from leadscape.core.tables import polars_schema
from leadscape.survey.agreement.counting import sum_units
from leadscape.survey.agreement.resampling import complete_interval, percentile_interval, resample
from leadscape.survey.agreement.tables import CategoryAgreement, Confusions, CrossTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from leadscape.survey.agreement.counting import RatingPatterns
    from leadscape.survey.agreement.resampling import Draws, Sampled


def agree_by_category(patterns: RatingPatterns, draws: Draws) -> pl.DataFrame:
    """Agreement on each category, as :class:`~leadscape.survey.agreement.tables.CategoryAgreement`.

    Notes
    -----
    With n_uk, m_u, n_k and n as in :func:`~leadscape.survey.agreement.alpha.krippendorff_alpha` and
    E_k = sum over u of n_uk (m_u - n_uk) / (m_u - 1), the disagreements about category k: specific agreement is
    1 - E_k / n_k, with two coders 2 a / (2 a + b + c) of their cross table; alpha of the category against the rest is
    1 - (n - 1) E_k / (n_k (n - n_k)).

    Sources
    -------
    Cicchetti & Feinstein (1990), Journal of Clinical Epidemiology 43, 551-558; Krippendorff (2013), chapter 12.
    """
    sums = sum_units(patterns.counts())
    return category_table(
        patterns.categories,
        sums.values,
        sums.split,
        patterns.rated * (patterns.rated >= 2),
        patterns.units,
        draws,
    )


def category_table(
    names: Sequence[str],
    values: NDArray[np.float64],
    split: NDArray[np.float64],
    ratings: NDArray[np.int64],
    units: NDArray[np.int64],
    draws: Draws,
) -> pl.DataFrame:
    """As :func:`agree_by_category`, of sums.

    Parameters
    ----------
    values, split
        Shape (patterns, categories): n_uk and n_uk (m_u - n_uk) / (m_u - 1).
    ratings
        Shape (patterns,): m_u, 0 where one coder only rated.
    units
        Shape (patterns,): number of units rated alike.
    """
    specific, alpha = _category_values(values, split, ratings)
    sampled_specific, sampled_alpha = resample([specific, alpha], units, draws, "categories")
    whole = units[None].astype(np.float64)
    observed, beyond = specific(whole)[0], alpha(whole)[0]
    compared = int(units[ratings >= 2].sum())
    n_k, n = (whole @ values)[0], float((whole @ ratings)[0])
    rows = []
    for k, name in enumerate(names):
        about = int(units[values[:, k] > 0].sum())
        row: dict[str, Any] = {
            "category": name,
            "units": about,
            "ratings": int(n_k[k]),
            "alpha_status": NOT_APPLICABLE,
        }
        if not np.isfinite(beyond[k]):
            row["reason"] = "No coder used it." if not n_k[k] else "No coder used anything else."
        elif observed[k] == 1:
            interval = complete_interval(_expected(n_k[k], n), compared, draws)
            row |= _filled(
                observed[k], draws.tail ** (1 / about), 1.0, beyond[k], interval.low, interval.high
            )
            row["reason"] = interval.caution
        else:
            around, other = (
                percentile_interval(sampled[:, k], draws) for sampled in (sampled_specific, sampled_alpha)
            )
            row["reason"] = other.caution or around.caution
            if around.low is not None and other.low is not None:
                row |= _filled(observed[k], around.low, around.high, beyond[k], other.low, other.high)
        rows.append(row)
    return CategoryAgreement.validate(pl.DataFrame(rows, schema=polars_schema(CategoryAgreement)))


def _category_values(
    values: NDArray[np.float64], split: NDArray[np.float64], ratings: NDArray[np.int64]
) -> tuple[Sampled, Sampled]:
    def specific(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(divide="ignore", invalid="ignore"):
            return 1 - (weights @ split) / (weights @ values)

    def alpha(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        n = (weights @ ratings)[:, None]
        n_k = weights @ values
        with np.errstate(divide="ignore", invalid="ignore"):
            return 1 - (n - 1) * (weights @ split) / (n_k * (n - n_k))

    return specific, alpha


def _expected(n_k: float, n: float) -> float:
    """Agreement by chance on one category against the rest, as alpha has it."""
    return 1 - 2 * n_k * (n - n_k) / (n * (n - 1))


def _filled(*found: float | None) -> dict[str, Any]:
    names = ("specific_agreement", "specific_low", "specific_high", "alpha", "alpha_low", "alpha_high")
    return {
        "alpha_status": REPORTED,
        **{name: None if value is None else float(value) for name, value in zip(names, found, strict=True)},
    }


def count_confusions(patterns: RatingPatterns) -> pl.DataFrame:
    """Pairs of categories that coders gave to the same unit, as
    :class:`~leadscape.survey.agreement.tables.Confusions`, most frequent first.
    """
    counts = patterns.counts()
    times = patterns.units.astype(np.float64)
    pairs = (counts * times[:, None]).T @ counts
    present = (counts > 0).astype(np.float64)
    units = (present * times[:, None]).T @ present
    one, other = np.triu_indices(len(patterns.categories), k=1)
    found = pl.DataFrame(
        {
            "category": [patterns.categories[index] for index in one],
            "other_category": [patterns.categories[index] for index in other],
            "units": units[one, other],
            "pairs": pairs[one, other],
        },
        schema={"category": pl.String, "other_category": pl.String, "units": pl.Float64, "pairs": pl.Float64},
    ).filter(pl.col("pairs") > 0)
    return Confusions.validate(
        found.with_columns(pl.col("units", "pairs").round(0).cast(pl.Int64))
        .with_columns(disagreements=pl.col("pairs").sum())
        .with_columns(pairs_share=pl.col("pairs") / pl.col("disagreements"))
        .sort("pairs", "units", "category", "other_category", descending=[True, True, False, False])
        .select(Confusions.column_names())
    )


def cross_coders(patterns: RatingPatterns) -> pl.DataFrame:
    """The cross table of every two coders, as :class:`~leadscape.survey.agreement.tables.CrossTable`."""
    names = dict(enumerate(patterns.categories))
    tables = []
    for one, other in combinations(range(len(patterns.coders)), 2):
        codes = patterns.codes[:, [one, other]]
        both = (codes >= 0).all(axis=1)
        tables.append(
            pl.DataFrame({"first": codes[both, 0], "second": codes[both, 1], "units": patterns.units[both]})
            .group_by("first", "second")
            .agg(pl.col("units").sum())
            .sort("first", "second")
            .select(
                coder=pl.lit(patterns.coders[one]),
                other_coder=pl.lit(patterns.coders[other]),
                value=pl.col("first").replace_strict(names, return_dtype=pl.String),
                other_value=pl.col("second").replace_strict(names, return_dtype=pl.String),
                units="units",
            )
        )
    return CrossTable.validate(pl.concat([CrossTable.create_empty(), *tables]))
