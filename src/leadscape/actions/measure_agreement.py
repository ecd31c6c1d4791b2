"""Measure how far coders agree, from a file of what each said of each unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import polars as pl

from leadscape.survey.agreement import Draws, measure_labels, measure_ratings, read_labels, read_ratings
from leadscape.survey.agreement.resampling import CONFIDENCE, REPLICATIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from leadscape.survey.agreement import Agreement
    from leadscape.survey.agreement.alpha import Level

NAMES: Final = {
    "percent_agreement": "Percent agreement",
    "cohen_kappa": "Cohen's kappa",
    "weighted_kappa_linear": "Weighted kappa, linear",
    "weighted_kappa_quadratic": "Weighted kappa, quadratic",
    "fleiss_kappa": "Fleiss' kappa",
    "gwet_ac1": "Gwet's AC1",
    "krippendorff_alpha": "Krippendorff's alpha",
    "krippendorff_alpha_jaccard": "Krippendorff's alpha, Jaccard",
    "krippendorff_alpha_masi": "Krippendorff's alpha, MASI",
}


@dataclass(frozen=True)
class MeasuredAgreement:
    """The agreement found in a file.

    Attributes
    ----------
    source
        Name of the file.
    agreement
        Every coefficient with its interval, and the tables behind it.
    """

    source: str
    agreement: Agreement

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {"source": self.source, **self.agreement.as_dict()}

    @property
    def summary(self) -> str:
        """What was compared, in one sentence."""
        found = self.agreement
        ratings, missing = (int(found.coders[name].sum()) for name in ("rated", "not_rated"))
        return (
            f"{self.source}: {found.units:,} units, {found.compared:,} of them rated by two coders or more; "
            f"{found.coders.height} coders ({', '.join(found.coders['coder'])}); "
            f"{ratings:,} ratings, {missing:,} missing."
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the intervals mean, and what to know besides."""
        reasons: dict[str, list[str]] = {}
        for name, reason in self.agreement.coefficients.select(
            pl.col("coefficient").cast(pl.String), "reason"
        ).iter_rows():
            reasons.setdefault(reason or "", []).append(NAMES[name])
        cautions = [f"{', '.join(names)}: {reason}" for reason, names in reasons.items() if reason]
        return (self.agreement.interval_sentence, *cautions, *self.agreement.notes)

    def coefficient_rows(self) -> pl.DataFrame:
        """Coefficients in words, for a terminal."""
        names = pl.col("coefficient").cast(pl.String).replace_strict(NAMES, return_dtype=pl.String)
        found = self.agreement.coefficients
        return found.select(
            coefficient=names,
            level=pl.col("level").cast(pl.String),
            value=_decimals(found["value"]),
            low=_decimals(found["low"]),
            high=_decimals(found["high"]),
            seen=_decimals(found["observed"]),
            by_chance=_decimals(found["expected"]),
        )

    def category_rows(self) -> pl.DataFrame:
        """Categories in words, for a terminal: the least agreed first."""
        found = self.agreement.categories.sort("alpha", nulls_last=True, maintain_order=True)
        return found.select(
            "category",
            "units",
            "ratings",
            alpha=_decimals(found["alpha"]),
            low=_decimals(found["alpha_low"]),
            high=_decimals(found["alpha_high"]),
            said_by_another_too=_decimals(found["specific_agreement"]),
        )

    def pair_rows(self) -> pl.DataFrame:
        """Pairs of coders in words, for a terminal; none where there is only one pair."""
        pairs = self.agreement.pairs
        names = pl.col("coefficient").cast(pl.String).replace_strict(NAMES, return_dtype=pl.String)
        found = pairs if pairs.height > 1 else pairs.clear()
        return found.select(
            "coder",
            "other_coder",
            "units",
            "agreeing",
            coefficient=names,
            value=_decimals(found["value"]),
            low=_decimals(found["low"]),
            high=_decimals(found["high"]),
        )


def measure_agreement(
    path: Path,
    *,
    level: str = "nominal",
    categories: Sequence[str] | None = None,
    coders: Sequence[str] | None = None,
    missing: Sequence[str] = (),
    several: bool = False,
    seed: int = 2006,
    replications: int = REPLICATIONS,
    confidence: float = CONFIDENCE,
) -> MeasuredAgreement:
    """Agreement of the coders of a file.

    Parameters
    ----------
    path
        One row a rating (unit, coder, value), or one row a unit with a column for each coder.
    level, categories
        As :func:`~leadscape.survey.agreement.measure_ratings` takes them.
    coders, missing
        As :func:`~leadscape.survey.agreement.read_ratings` takes them.
    several
        Whether a unit may have several labels; ``level`` does not matter then.
    seed, replications, confidence
        Of the draws behind the intervals.

    Raises
    ------
    FileProblem, TableProblem
        When the file cannot be read as ratings; lists every problem.
    NotIdentified
        When it cannot show agreement beyond chance.
    """
    draws = Draws(seed, replications, confidence)
    if several:
        labels = read_labels(path, coders=coders, missing=missing)
        return MeasuredAgreement(path.name, measure_labels(labels, codes=categories, draws=draws))
    ratings = read_ratings(path, coders=coders, missing=missing)
    found = measure_ratings(ratings, level=cast("Level", level), categories=categories, draws=draws)
    return MeasuredAgreement(path.name, found)


def _decimals(values: pl.Series) -> pl.Series:
    """Three decimals, which is more than the intervals support; what is not quite 1 is not shown as 1."""
    return pl.Series(values.name, [_three(value) for value in values], dtype=pl.String)


def _three(value: float | None) -> str | None:
    if value is None:
        return None
    return f"{min(value, 0.999) if value < 1 else value:.3f}".replace("-0.000", "0.000")
