"""The intake as columns of a model: standardised, with what is missing marked and never taken for zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Design:
    """Rows x terms with their names; ``known_share`` for each term (NaN for the intercept and years)."""

    x: NDArray[np.float64]
    terms: tuple[str, ...]
    known_share: NDArray[np.float64]
    used: tuple[str, ...]
    left_out: Mapping[str, str]


def build_design(
    rows: pl.DataFrame, intake: tuple[str, ...], known_share_min: float, *, by_period: bool = True
) -> Design:
    """Intercept, periods and intake.

    Notes
    -----
    A number is standardised over rows that have it. Where it is missing the term takes the mean and a second term, 1
    for the missing, lets the model find by itself what such schools have on average. Words become one term a category,
    the most frequent being the comparison; missing is a category.
    """
    n = rows.height
    columns, terms, shares = [np.ones(n)], ["intercept"], [np.nan]
    used, left_out = [], {}
    periods = rows["period"].unique().sort().to_list()
    for period in periods[1:]:
        columns.append((rows["period"] == period).to_numpy().astype(float))
        terms.append(f"period {period}")
        shares.append(np.nan)
    for name in intake:
        series = rows[name] if name in rows.columns else pl.Series(name, [None] * n, dtype=pl.Float64)
        share = 1 - series.null_count() / max(n, 1)
        if share < known_share_min:
            left_out[name] = f"known of {100 * share:.0f} % of rows only"
            continue
        made = _number_terms(series) if series.dtype.is_numeric() else _word_terms(series)
        if not made:
            left_out[name] = "the same in every school"
            continue
        used.append(name)
        for term, column in made.items():
            for period in periods if by_period else [None]:
                columns.append(column if period is None else column * (rows["period"] == period).to_numpy())
                terms.append(term if period is None or len(periods) == 1 else f"{term} {period}")
                shares.append(share)
    x = np.column_stack(columns)
    keep = _independent(x)
    return Design(x[:, keep], tuple(np.array(terms)[keep]), np.array(shares)[keep], tuple(used), left_out)


def _number_terms(series: pl.Series) -> dict[str, NDArray[np.float64]]:
    values = series.cast(pl.Float64).to_numpy().astype(float)
    known = np.isfinite(values)
    sd = values[known].std() if known.any() else 0.0
    if not sd > 0:
        return {}
    standard = np.where(known, (values - values[known].mean()) / sd, 0.0)
    return {series.name: standard} | (
        {} if known.all() else {f"{series.name} missing": (~known).astype(float)}
    )


def _word_terms(series: pl.Series) -> dict[str, NDArray[np.float64]]:
    words = series.cast(pl.String).fill_null("missing")
    counts = words.value_counts(sort=True).sort("count", series.name, descending=[True, False])
    return {
        f"{series.name} {word}": (words == word).to_numpy().astype(float)
        for word in counts[series.name].to_list()[1:]
    }


def _independent(x: NDArray[np.float64]) -> NDArray[np.int64]:
    """Columns that say something of their own, the first of each set that says the same being kept."""
    r = np.abs(np.diag(np.linalg.qr(x / np.maximum(np.linalg.norm(x, axis=0), 1e-300), mode="r")))
    return np.flatnonzero(r > 1e-9)
