"""How doubt about what returns mean widens an estimate: the same estimate made on every way they may be meant.

Tables in: ``Estimates``, ``Sensitivity`` or ``CaptureModels``, one for each imputed set of role-holdings. Tables
out: the same, pooled. Where a role, a school or a person is not certain, the survey stage draws what it may be
several times over (:mod:`leadscape.survey.imputation`); each draw gives a value and an interval; the pooled value is
their mean, and the pooled interval is as wide as one draw's and as the draws differ among themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from leadscape.landscape.intervals import normal_quantile
from leadscape.landscape.tables import CaptureModels, Estimates, Sensitivity

DOUBT_WORDS: Final = "doubt about roles, schools and people included"


def pool_ends(
    value: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    confidence: float = 0.95,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Value and interval ends over imputations, by Rubin's rules, each side by itself.

    Parameters
    ----------
    value, low, high
        Shape (m, k): ``k`` estimates with their intervals in each of ``m`` imputations, ``low <= value <= high``.
    confidence
        Level of the intervals (share).

    Returns
    -------
    tuple of numpy.ndarray
        Value, low and high, each of shape (k,).

    Notes
    -----
    With q_i the value and h_i the half-width of one side in imputation i, the pooled value is the mean of q_i. The
    squared half-width is mean(h_i^2) + t^2 (1 + 1/m) B, where B is the variance of q_i (divisor m - 1) and t the
    quantile of Student's t with (m - 1) (1 + W / ((1 + 1/m) B))^2 degrees of freedom, W = mean(h_i^2) / z^2, z the
    normal quantile. With symmetric intervals these are Rubin's rules; taking each side by itself keeps the shape of
    an interval that leans. Where the imputations agree (B = 0) nothing is widened.

    Sources
    -------
    Rubin (1987), Multiple Imputation for Nonresponse in Surveys, section 3.3.

    Examples
    --------
    >>> values = np.array([[10.0], [12.0], [14.0]])
    >>> [float(round(end[0], 2)) for end in pool_ends(values, values - 1, values + 1)]
    [12.0, 2.83, 21.17]
    """
    m = value.shape[0]
    middle = value.mean(axis=0)
    if m < 2:
        return middle, low[0], high[0]
    between = (1 + 1 / m) * value.var(axis=0, ddof=1)
    ends = []
    for half in (value - low, high - value):
        within = (half**2).mean(axis=0)
        ratio = within / normal_quantile(confidence) ** 2 / np.where(between > 0, between, 1.0)
        df = np.minimum((m - 1) * (1 + ratio) ** 2, 1e9)
        t = special.stdtrit(df, (1 + confidence) / 2)
        ends.append(np.sqrt(within + np.where(between > 0, t**2 * between, 0.0)))
    return middle, middle - ends[0], middle + ends[1]


def pool_estimates(draws: Sequence[pl.DataFrame], confidence: float = 0.95) -> pl.DataFrame:
    """One table of estimates from those of every imputation.

    Parameters
    ----------
    draws
        Each as :class:`~leadscape.landscape.tables.Estimates`, made in the same way; an estimate that some imputations
        could not make is left out.
    confidence
        Level of the intervals (share).
    """
    stacked = _stack(draws, ["estimate_id"])
    if not stacked.height:
        return Estimates.create_empty()
    pooled = _pooled(stacked, ["estimate_id"], "value", "low", "high", len(draws), confidence)
    pct = pl.col("unit") == "%"
    # Draws may agree on a value and not on how sure it is.
    differs = (pl.col("spread") > 0) | (pl.col("spread_of_ends") > 0)
    means = stacked.group_by("estimate_id").agg(pl.col("numerator", "denominator").mean())
    first = draws[0].join(pooled, on="estimate_id", how="inner", maintain_order="left", suffix="_pooled")
    merged = first.join(means, on="estimate_id", how="left", maintain_order="left", suffix="_pooled")
    told = pl.format("{}; {} ({} draws)", "interval", pl.lit(DOUBT_WORDS), pl.lit(len(draws)))
    return Estimates.validate(
        merged.with_columns(
            pl.when(differs).then("value_pooled").otherwise("value").alias("value"),
            pl.when(differs).then(pl.col("low_pooled").clip(lower_bound=0)).otherwise("low").alias("low"),
            pl.when(differs & pct & (pl.col("high") <= 100))
            .then(pl.col("high_pooled").clip(upper_bound=100))
            .when(differs)
            .then("high_pooled")
            .otherwise("high")
            .alias("high"),
            *(
                pl.when(differs).then(f"{name}_pooled").otherwise(name).alias(name)
                for name in ("numerator", "denominator")
            ),
            interval=pl.when(differs).then(told).otherwise("interval"),
        ).select(Estimates.column_names())
    )


def pool_sensitivity(draws: Sequence[pl.DataFrame], confidence: float = 0.95) -> pl.DataFrame:
    """One band over what silent authorities may hold from those of every imputation, factor by factor."""
    stacked = _stack(draws, ["factor"])
    if not stacked.height:
        return Sensitivity.create_empty()
    pooled = _pooled(stacked, ["factor"], "local_total", "local_low", "local_high", len(draws), confidence)
    means = stacked.group_by("factor").agg(pl.col("total", "local_share_pct").mean())
    joined = pooled.join(means, on="factor", maintain_order="left").sort("factor")
    return Sensitivity.validate(
        joined.with_columns(pl.col("local_low").clip(lower_bound=0)).select(Sensitivity.column_names())
    )


def pool_models(draws: Sequence[pl.DataFrame], confidence: float = 0.95) -> pl.DataFrame:
    """One table of capture-recapture models from those of every imputation.

    A model counts as in range when it is in range in most draws. Fit (degrees of freedom, deviance, AIC) is that of
    the first draw in which the model has an estimate, since measures of fit to different data have no mean that means
    anything.
    """
    keys = ["population", "model"]
    stacked = pl.concat(
        [frame.with_row_index("at").with_columns(draw=pl.lit(n)) for n, frame in enumerate(draws)]
    )
    fitted = stacked.drop_nulls(["estimate", "low", "high"])
    shown = (
        stacked.sort(pl.col("estimate").is_null(), "draw", "at").group_by(keys, maintain_order=True).first()
    )
    if not fitted.height:
        return draws[0]
    wide = fitted.group_by(keys).agg(
        pl.col("estimate", "low", "high", "se"), often=pl.col("in_range").sum() / len(draws)
    )
    rows = [
        (row["population"], row["model"], *_pool_row(row, confidence), row["often"])
        for row in wide.iter_rows(named=True)
    ]
    schema = {
        "population": pl.String, "model": pl.String, "value": pl.Float64, "lower": pl.Float64,
        "upper": pl.Float64, "spread": pl.Float64, "often": pl.Float64,
    }  # fmt: skip
    pooled = pl.DataFrame(rows, schema=schema, orient="row")
    joined = shown.join(pooled, on=keys, how="left", maintain_order="left")
    differs = pl.col("spread") > 0
    return CaptureModels.validate(
        joined.sort("at")
        .with_columns(
            pl.when(differs).then("value").otherwise("estimate").alias("estimate"),
            pl.when(differs).then(pl.col("lower").clip(lower_bound=0)).otherwise("low").alias("low"),
            pl.when(differs).then("upper").otherwise("high").alias("high"),
            pl.when(differs)
            .then((pl.col("se") ** 2 + pl.col("spread") ** 2).sqrt())
            .otherwise("se")
            .alias("se"),
            in_range=pl.when(differs).then(pl.col("often") >= 0.5).otherwise("in_range"),
        )
        .select(CaptureModels.column_names())
    )


def _stack(draws: Sequence[pl.DataFrame], keys: list[str]) -> pl.DataFrame:
    """All draws with their number; only what every draw has."""
    stacked = pl.concat([frame.with_columns(draw=pl.lit(n)) for n, frame in enumerate(draws)])
    return stacked.filter(pl.len().over(keys) == len(draws))


def _pooled(
    stacked: pl.DataFrame, keys: list[str], value: str, low: str, high: str, m: int, confidence: float
) -> pl.DataFrame:
    ordered = stacked.sort(*keys, "draw")
    values, lows, highs = (ordered[name].to_numpy().reshape(-1, m).T for name in (value, low, high))
    middle, lower, upper = pool_ends(values, lows, highs, confidence)
    return (
        ordered.filter(pl.col("draw") == 0)
        .select(keys)
        .with_columns(
            pl.Series(value, middle),
            pl.Series(low, lower),
            pl.Series(high, upper),
            spread=pl.Series(values.std(axis=0)),
            spread_of_ends=pl.Series(lows.std(axis=0) + highs.std(axis=0)),
        )
    )


def _pool_row(row: dict[str, list[float]], confidence: float) -> tuple[float, float, float, float]:
    value, low, high = (np.array(row[name], dtype=float)[:, None] for name in ("estimate", "low", "high"))
    middle, lower, upper = pool_ends(value, low, high, confidence)
    return float(middle[0]), float(lower[0]), float(upper[0]), float(value.std())
