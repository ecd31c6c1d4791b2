"""State one prevalence with both its parts, or say which populations a printed percentage implies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leadscape.core.errors import NotIdentified
from leadscape.landscape.prevalence import (
    Denominator,
    ImpliedDenominator,
    Numerator,
    Prevalence,
    estimate_prevalence,
    implied_denominator,
)


@dataclass(frozen=True)
class StatedPrevalence:
    """A share with its interval, or the denominators that a bare percentage allows."""

    prevalence: Prevalence | None
    implied: ImpliedDenominator | None

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to print."""
        told = [self.implied.sentence] if self.implied else []
        if self.prevalence:
            told += [self.prevalence.sentence, *self.prevalence.warnings]
        return tuple(told)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "prevalence": self.prevalence.as_row("prevalence") if self.prevalence else None,
            "implied_denominator": {"low": self.implied.low, "high": self.implied.high}
            if self.implied
            else None,
        }


def state_prevalence(
    *,
    numerator: int,
    numerator_source: str,
    numerator_unit: str = "leaders",
    denominator: int | None = None,
    denominator_source: str | None = None,
    denominator_unit: str = "leaders",
    printed_pct: str | None = None,
) -> StatedPrevalence:
    """A prevalence from both its parts; with ``printed_pct``, the denominators that it implies.

    Parameters
    ----------
    printed_pct
        A percentage as printed, with its digits: ``"13"`` and ``"13.0"`` imply different populations.

    Raises
    ------
    NotIdentified
        When there is neither a denominator nor a printed percentage to work back from.
    StudyProblem
        When a part lacks its source.
    """
    implied = None
    if printed_pct is not None:
        implied = implied_denominator(numerator, _as_number(printed_pct), len(printed_pct.partition(".")[2]))
    top = Numerator(numerator, numerator_unit, numerator_source, numerator_unit)
    if denominator is None:
        if implied is None:
            estimate_prevalence(top, None)
        return StatedPrevalence(None, implied)
    bottom = Denominator(denominator, denominator_unit, denominator_source or "", denominator_unit)
    return StatedPrevalence(estimate_prevalence(top, bottom), implied)


def _as_number(text: str) -> str:
    try:
        float(text)
    except ValueError:
        raise NotIdentified(
            f"{text!r} is not a percentage.",
            "The populations it implies are worked out from its digits.",
            "Write it as printed, without the sign: 13 or 13.0.",
        ) from None
    return text
