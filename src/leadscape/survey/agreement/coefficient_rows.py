"""Coefficients as rows of a table, each with the interval of the same draws of the units."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from leadscape.core.missing import NOT_APPLICABLE, REPORTED
from leadscape.core.tables import polars_schema
from leadscape.survey.agreement.alpha import level_alpha_statistic
from leadscape.survey.agreement.chance import beyond_chance
from leadscape.survey.agreement.resampling import (
    BOOTSTRAP,
    complete_interval,
    percentile_interval,
    resample,
    value_of,
)
from leadscape.survey.agreement.tables import AgreementCoefficients, CoderPairs
from leadscape.survey.agreement.two_coders import kappa_statistic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadscape.survey.agreement.alpha import Level
    from leadscape.survey.agreement.chance import Statistic
    from leadscape.survey.agreement.counting import RatingPatterns
    from leadscape.survey.agreement.resampling import Draws, Interval


@dataclass(frozen=True)
class Candidate:
    """A coefficient to be computed: its name, the level its differences are of, how, and why not, if so."""

    coefficient: str
    level: str
    statistic: Statistic
    undefined: str | None = None


def coefficient_table(
    candidates: list[Candidate], units: NDArray[np.int64], compared: int, draws: Draws
) -> pl.DataFrame:
    """The coefficients with their intervals, as :class:`~leadscape.survey.agreement.tables.AgreementCoefficients`.

    Parameters
    ----------
    units
        Shape (patterns,): number of units rated alike.
    compared
        Units that two coders or more rated.
    """
    return AgreementCoefficients.validate(
        pl.DataFrame(
            coefficient_rows(candidates, units, compared, draws), schema=polars_schema(AgreementCoefficients)
        )
    )


def coefficient_rows(
    candidates: list[Candidate], units: NDArray[np.int64], compared: int, draws: Draws
) -> list[dict[str, Any]]:
    """As :func:`coefficient_table`, one dict a coefficient."""
    sampled = resample([value_of(candidate.statistic) for candidate in candidates], units, draws)
    rows = []
    for candidate, values in zip(candidates, sampled, strict=True):
        observed, expected = (float(part[0]) for part in candidate.statistic(units[None].astype(np.float64)))
        percent = candidate.coefficient == "percent_agreement"
        rows.append(
            {
                "coefficient": candidate.coefficient,
                "level": candidate.level,
                "observed": observed,
                "expected": None if percent else expected,
                **(
                    without_value(candidate.undefined, draws)
                    if candidate.undefined
                    else valued(observed, expected, values[:, 0], compared, draws)
                ),
            }
        )
    return rows


def valued(
    observed: float, expected: float, sampled: NDArray[np.float64], compared: int, draws: Draws
) -> dict[str, Any]:
    """The value with its interval, or neither and why."""
    value = float(beyond_chance(np.array([observed]), np.array([expected]))[0])
    if not np.isfinite(value):
        return without_value("All ratings are the same, so chance explains them.", draws)
    interval: Interval = (
        complete_interval(expected, compared, draws) if observed == 1 else percentile_interval(sampled, draws)
    )
    if interval.low is None:
        return without_value(interval.caution or "", draws, interval.replications)
    return {
        "value": value,
        "value_status": REPORTED,
        "low": interval.low,
        "high": interval.high,
        "confidence": draws.confidence,
        "replications": interval.replications,
        "interval": interval.made,
        "reason": interval.caution,
    }


def coder_pairs(
    patterns: RatingPatterns, level: Level, scores: NDArray[np.float64] | None, draws: Draws
) -> pl.DataFrame:
    """Kappa (nominal) or alpha (any other level) of every two coders, as
    :class:`~leadscape.survey.agreement.tables.CoderPairs`.
    """
    rows = []
    for one, other in combinations(range(len(patterns.coders)), 2):
        codes = patterns.codes[:, [one, other]]
        both = (codes >= 0).all(axis=1)
        codes, units = codes[both], patterns.units[both]
        n, alike = int(units.sum()), int(units[codes[:, 0] == codes[:, 1]].sum())
        found = _pair_value(codes, units, level, len(patterns.categories), scores, draws)
        found.pop("interval", None)
        rows.append(
            {
                "coder": patterns.coders[one],
                "other_coder": patterns.coders[other],
                "units": n,
                "agreeing": alike,
                "agreement_share": alike / n if n else None,
                "coefficient": "cohen_kappa" if level == "nominal" else "krippendorff_alpha",
                **found,
            }
        )
    return CoderPairs.validate(pl.DataFrame(rows, schema=polars_schema(CoderPairs)))


def _pair_value(
    codes: NDArray[np.int64],
    units: NDArray[np.int64],
    level: Level,
    k: int,
    scores: NDArray[np.float64] | None,
    draws: Draws,
) -> dict[str, Any]:
    n = int(units.sum())
    if n < 2:
        return without_value(f"They have {n} unit{'s' * (n != 1)} in common.", draws)
    if len(np.unique(codes)) < 2:
        return without_value("Both used one and the same category only.", draws)
    if level == "nominal" and (reason := constant_coder(codes)):
        return without_value(reason, draws)
    if level == "nominal":
        statistic = kappa_statistic(codes[:, 0], codes[:, 1], 1.0 - np.eye(k))
    else:
        statistic = level_alpha_statistic(codes, level, k, scores)
    (sampled,) = resample([value_of(statistic)], units, draws, "pairs")
    observed, expected = (float(part[0]) for part in statistic(units[None].astype(np.float64)))
    return valued(observed, expected, sampled[:, 0], n, draws)


def constant_coder(codes: NDArray[np.int64]) -> str | None:
    """Why the kappa of two coders would say nothing, if so; ``codes`` of units that both rated, shape (patterns, 2)."""
    if all(len(np.unique(given)) > 1 for given in codes.T):
        return None
    return "One of the two used one category only; kappa would be 0 whatever the other said."


def without_value(reason: str, draws: Draws, replications: int = 0) -> dict[str, Any]:
    """A row that says why there is no value."""
    return {
        "value": None,
        "value_status": NOT_APPLICABLE,
        "low": None,
        "high": None,
        "confidence": draws.confidence,
        "replications": replications,
        "interval": BOOTSTRAP,
        "reason": reason,
    }
