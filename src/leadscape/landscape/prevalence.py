"""What share of a population leads beyond their own school: never without a numerator, a denominator and an interval.

Numbers in: a numerator and one or several denominators, each with its source. Table out: ``Estimates``. A
percentage alone is refused: HH2007 prints 9 % to 13 % of school leaders without saying of how many, and the
populations that the two figures allow do not even overlap (:func:`implied_denominator`). Role-holdings over
persons is not a share of persons, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, isfinite
from typing import Any, Final

import polars as pl

from leadscape.core.errors import NotIdentified, StudyProblem
from leadscape.core.tables import frame_of
from leadscape.landscape.intervals import exact_interval, poisson_interval
from leadscape.landscape.tables import Estimates

PERSONS: Final = ("leaders", "persons", "people", "heads", "headteachers", "school leaders")
"""Units that all count persons, so that one may be a share of another."""


@dataclass(frozen=True)
class Numerator:
    """Who is counted.

    Attributes
    ----------
    value
        How many.
    label, source
        What they are, and where the number comes from.
    unit
        ``leaders`` (persons), ``holdings`` (a person with two roles counts twice), ``schools``, ….
    low, high
        The interval of ``value`` where it is itself an estimate; both or neither.
    interval
        What that interval is.
    method, origin
        How it came about, and the origin of roles it is for.
    """

    value: float
    label: str
    source: str
    unit: str = "leaders"
    low: float | None = None
    high: float | None = None
    interval: str = ""
    method: str = "as reported"
    origin: str = "all"

    def __post_init__(self) -> None:
        """Refuse a number without a source, or an estimate without an interval."""
        _check(self, "numerator", self.value >= 0)
        if (self.low is None) != (self.high is None) or (self.low is None and self.value != int(self.value)):
            raise NotIdentified(
                f"The numerator {self.label!r} is {self.value:g} without both ends of an interval.",
                "A number that is not a whole count is an estimate, and an estimate needs its interval.",
                "Give low and high, or the count as it was made.",
            )


@dataclass(frozen=True)
class Denominator:
    """Out of whom: ``value`` units of ``unit``, what they are, and where the number comes from."""

    value: float
    label: str
    source: str
    unit: str = "leaders"

    def __post_init__(self) -> None:
        """Refuse a number without a source, or a population of nobody."""
        _check(self, "denominator", self.value > 0)


@dataclass(frozen=True)
class Prevalence:
    """A share with everything needed to judge it.

    Attributes
    ----------
    pct, low_pct, high_pct
        The share and its interval, %.
    interval
        What the interval is.
    warnings
        Sentences that must stand beside the figure wherever it is shown.
    """

    numerator: Numerator
    denominator: Denominator
    pct: float
    low_pct: float
    high_pct: float
    interval: str
    warnings: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The figure in words, with both its parts and its interval."""
        parts = f"{self.numerator.value:,.0f} {self.numerator.unit} of {self.denominator.value:,.0f}"
        return (
            f"{self.pct:.1f} % ({self.low_pct:.1f} to {self.high_pct:.1f}, {self.interval}): {parts} "
            f"{self.denominator.label} (sources: {self.numerator.source}; {self.denominator.source})."
        )

    @property
    def _relation(self) -> str:
        alike = _dimension(self.numerator.unit) == _dimension(self.denominator.unit)
        return "as a share of" if alike else "per 100"

    def as_row(self, estimate_id: str) -> dict[str, Any]:
        """One row of :class:`~leadscape.landscape.tables.Estimates`."""
        return {
            "estimate_id": estimate_id,
            "label": f"{self.numerator.label} {self._relation} {self.denominator.label}",
            "origin": self.numerator.origin,
            "method": self.numerator.method,
            "value": self.pct,
            "low": self.low_pct,
            "high": self.high_pct,
            "interval": self.interval,
            "unit": "%",
            "numerator": float(self.numerator.value),
            "numerator_source": self.numerator.source,
            "denominator": float(self.denominator.value),
            "denominator_source": self.denominator.source,
            "assumptions": " ".join(self.warnings),
        }


@dataclass(frozen=True)
class ImpliedDenominator:
    """The populations of which ``count`` would be printed as ``printed_pct``: from ``low`` to ``high``."""

    count: int
    printed_pct: str
    low: int
    high: int

    @property
    def sentence(self) -> str:
        """The finding in words."""
        return f"{self.count:,} printed as {self.printed_pct} % implies a population of {self.low:,} to {self.high:,}."


def estimate_prevalence(
    numerator: Numerator | None, denominator: Denominator | None, confidence: float = 0.95
) -> Prevalence:
    """The share that ``numerator`` is of ``denominator``, with an interval.

    Parameters
    ----------
    numerator, denominator
        Both, each with its source.
    confidence
        Level of the interval (share).

    Raises
    ------
    NotIdentified
        For a bare percentage, or when one part is missing; when more persons lead than there are.

    Notes
    -----
    Three intervals, and the row says which. Where the numerator is an estimate, its own interval divided by
    the denominator. Where persons are counted among persons, the exact binomial (Clopper-Pearson). Where the
    units differ, as with role-holdings over persons, the exact Poisson interval of a rate. The last two say
    how far chance moves such a count; they say nothing about authorities that did not answer
    (:mod:`leadscape.landscape.nonresponse`) or leaders nobody named
    (:mod:`leadscape.landscape.capture_recapture`).

    Examples
    --------
    >>> share = estimate_prevalence(Numerator(3, "leaders", "a list"), Denominator(60, "heads", "a register"))
    >>> round(share.pct, 1), round(share.low_pct, 1), round(share.high_pct, 1)
    (5.0, 1.0, 13.9)
    """
    if not isinstance(numerator, Numerator) or not isinstance(denominator, Denominator):
        given = next((part for part in (numerator, denominator) if part is not None), "nothing")
        told = (
            f"{given.value:,.0f} {given.label}" if isinstance(given, Numerator | Denominator) else str(given)
        )
        raise NotIdentified(
            f"A prevalence was asked for with {told} and no other part.",
            "A percentage cannot be checked or compared unless it is known of whom, and of how many, it is a share.",
            "Give a numerator and a denominator, each with its source.",
        )
    warnings = []
    alike = _dimension(numerator.unit) == _dimension(denominator.unit)
    if not alike:
        warnings.append(
            f"{numerator.unit.capitalize()} are set against {denominator.unit}: this is a rate per 100 "
            f"{denominator.unit}, not a share of them."
        )
    if alike and numerator.value > denominator.value:
        raise NotIdentified(
            f"{numerator.value:,.0f} {numerator.label} cannot be a share of {denominator.value:,.0f} "
            f"{denominator.label}.",
            "A part is never more than the whole, so the two do not belong together.",
            "Check both numbers, their dates and what they count.",
        )
    scale = 100 / denominator.value
    if numerator.low is not None and numerator.high is not None:
        low, high = numerator.low * scale, numerator.high * scale
        high = min(high, 100.0) if alike else high
        interval = numerator.interval or "interval of the numerator"
    elif alike:
        low, high = (100 * end for end in exact_interval(numerator.value, denominator.value, confidence))
        interval = f"{100 * confidence:g} % exact binomial"
        warnings.append(
            "The interval covers chance only: not those who did not answer, nor leaders nobody named."
        )
    else:
        low, high = (100 * end for end in poisson_interval(numerator.value, confidence, denominator.value))
        interval = f"{100 * confidence:g} % exact Poisson"
        warnings.append(
            "The interval covers chance only: not those who did not answer, nor leaders nobody named."
        )
    return Prevalence(numerator, denominator, numerator.value * scale, low, high, interval, tuple(warnings))


def estimate_prevalences(
    numerators: Sequence[Numerator], denominators: Sequence[Denominator], confidence: float = 0.95
) -> pl.DataFrame:
    """Every numerator over every denominator, one row each, as :class:`~leadscape.landscape.tables.Estimates`.

    Several denominators are several rows: which of them is meant is for the reader to choose, knowingly.
    """
    rows: list[Mapping[str, Any]] = [
        estimate_prevalence(numerator, denominator, confidence).as_row(f"prevalence:{i}:{j}")
        for i, numerator in enumerate(numerators, 1)
        for j, denominator in enumerate(denominators, 1)
    ]
    return frame_of(Estimates, rows)


def implied_denominator(count: int, printed_pct: float | str, decimals: int = 0) -> ImpliedDenominator:
    """The populations of which ``count`` could have been printed as ``printed_pct``.

    Parameters
    ----------
    count
        The numerator (units).
    printed_pct
        The percentage as printed.
    decimals
        Digits printed after the point.

    Raises
    ------
    NotIdentified
        When the percentage rounds from 0, so that any population is possible.

    Notes
    -----
    A percentage printed as p with d decimals stood between p - h and p + h, with h = 0.5 / 10^d, so the
    population lies between 100 count / (p + h) and 100 count / (p - h). Both ends count as possible, since a
    source does not say which way it rounds a tie, and each is rounded outwards to a whole number, so that
    nothing possible is left out. Computed in fractions.

    Examples
    --------
    >>> implied_denominator(3078, 13).sentence
    '3,078 printed as 13 % implies a population of 22,800 to 24,624.'
    """
    printed = Fraction(str(printed_pct))
    half = Fraction(1, 2 * 10**decimals)
    if printed <= half or count <= 0:
        raise NotIdentified(
            f"{count:,} printed as {printed_pct} % allows a population of any size.",
            "A percentage that rounds from zero sets no upper limit.",
            "Use a percentage with more digits, or a count above zero.",
        )
    low, high = 100 * count / (printed + half), 100 * count / (printed - half)
    return ImpliedDenominator(count, f"{float(printed):.{decimals}f}", floor(low), ceil(high))


def _dimension(unit: str) -> str:
    return "persons" if unit.lower() in PERSONS else unit.lower()


def _check(part: Numerator | Denominator, name: str, possible: bool) -> None:
    lacking = [field for field in ("label", "source", "unit") if not str(getattr(part, field)).strip()]
    if lacking or not possible or not isfinite(part.value):
        fault = f"lacks its {' and '.join(lacking)}" if lacking else f"is {part.value:g}"
        raise StudyProblem(
            f"The {name} {part.label!r} {fault}.",
            "A share is only as good as its two parts, and a reader must be able to look each of them up.",
            "Give a number that can be counted, what it counts, and where it comes from.",
        )
