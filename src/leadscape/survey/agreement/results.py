"""What is known of the agreement of coders, always with chance taken out and always with an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from leadscape.core.errors import NotIdentified
from leadscape.core.missing import REPORTED

if TYPE_CHECKING:
    from leadscape.survey.agreement.resampling import Draws

PERCENT = "percent_agreement"


@dataclass(frozen=True)
class Agreement:
    """How far coders agree.

    Attributes
    ----------
    coefficients
        As :class:`~leadscape.survey.agreement.tables.AgreementCoefficients`; never percent agreement alone.
    categories
        As :class:`~leadscape.survey.agreement.tables.CategoryAgreement`.
    pairs
        As :class:`~leadscape.survey.agreement.tables.CoderPairs`.
    confusions
        As :class:`~leadscape.survey.agreement.tables.Confusions`, most frequent first.
    cross_table
        As :class:`~leadscape.survey.agreement.tables.CrossTable`.
    coders
        As :class:`~leadscape.survey.agreement.tables.CoderCounts`.
    level
        ``nominal``, ``ordinal``, ``interval``, ``ratio`` or ``sets``.
    units
        Units that at least one coder rated.
    compared
        Of these, units that two coders or more rated: only they show agreement.
    draws
        Of the intervals.
    notes
        What a reader must know before using a figure.

    Raises
    ------
    NotIdentified
        When no coefficient with chance taken out has a value: percent agreement is not shown by itself.
    """

    coefficients: pl.DataFrame
    categories: pl.DataFrame
    pairs: pl.DataFrame
    confusions: pl.DataFrame
    cross_table: pl.DataFrame
    coders: pl.DataFrame
    level: str
    units: int
    compared: int
    draws: Draws
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        corrected = self.coefficients.filter(
            pl.col("coefficient").cast(pl.String) != PERCENT,
            pl.col("value_status").cast(pl.String) == REPORTED,
        )
        if not corrected.height:
            reasons = self.coefficients["reason"].drop_nulls().unique(maintain_order=True).to_list()
            raise NotIdentified(
                "No coefficient that takes chance out has a value and an interval.",
                "Percent agreement is not shown alone: coders who guess agree too."
                + "".join(f" {reason}" for reason in reasons[:1]),
                "Have more units coded twice, some of them in the rarer categories.",
            )

    def row(self, coefficient: str) -> dict[str, Any]:
        """One coefficient with its interval, as :attr:`coefficients` has it."""
        return self.coefficients.row(
            by_predicate=pl.col("coefficient").cast(pl.String) == coefficient, named=True
        )

    def value(self, coefficient: str) -> float | None:
        """One coefficient; null where it does not exist."""
        return self.row(coefficient)["value"]

    @property
    def interval_sentence(self) -> str:
        """What the intervals mean, in the place of words like *substantial*."""
        return (
            "An interval says how the figure moves if other units of the same kind are drawn "
            f"({self.draws.replications:,} times, {100 * self.draws.confidence:g} % of them inside). "
            "It says nothing of other coders. Read its low end: 0 is what chance gives, 1 is complete agreement."
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "level": self.level,
            "units": self.units,
            "units_compared": self.compared,
            "n_coders": self.coders.height,
            "ratings": int(self.coders["rated"].sum()),
            "ratings_missing": int(self.coders["not_rated"].sum()),
            "seed": self.draws.seed,
            "replications": self.draws.replications,
            "confidence": self.draws.confidence,
            "coefficients": self.coefficients,
            "categories": self.categories,
            "confusions": self.confusions,
            "pairs": self.pairs,
            "cross_table": self.cross_table,
            "coders": self.coders,
            "interval_means": self.interval_sentence,
            "notes": list(self.notes),
        }
