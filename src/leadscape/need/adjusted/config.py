"""Knobs of adjusted performance, gaps and trends: default, unit, and where the default comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from leadscape.core.errors import StudyProblem

PUBLISHED_CONFIDENCE: Final = 0.95
"""Of the intervals in published performance tables."""


@dataclass(frozen=True)
class AdjustConfig:
    """How performance is adjusted for intake.

    Attributes
    ----------
    confidence
        Level of intervals (share). Default 0.90: strong and weak are told by whether the end of the interval clears the
        comparison, which errs on each side once in twenty.
    known_share_min
        A characteristic of the intake is used where at least this share of rows has it (share). Default 0.5: our
        judgement.
    trend_periods
        Results a trend needs, and takes at most (periods). Default 3: the paper's *at least three years*.
    trend_years_max
        From first to last result of a trend (years). Default 4, so that a break without results is not bridged.
    """

    confidence: float = 0.90
    known_share_min: float = 0.5
    trend_periods: int = 3
    trend_years_max: int = 4

    def __post_init__(self) -> None:
        """Refuse settings that would make a figure mean nothing."""
        rules = [
            (0 < self.confidence < 1, f"confidence is {self.confidence}; it lies between 0 and 1."),
            (
                0 < self.known_share_min <= 1,
                f"known_share_min is {self.known_share_min}; it is above 0, at most 1.",
            ),
            (self.trend_periods >= 2, f"trend_periods is {self.trend_periods}; it must be at least 2."),
            (self.trend_years_max >= 1, f"trend_years_max is {self.trend_years_max}; it must be at least 1."),
        ]
        problems = tuple(sentence for holds, sentence in rules if not holds)
        if problems:
            raise StudyProblem(
                " ".join(problems),
                "Every adjusted figure is made by them.",
                "Correct the settings.",
                problems,
            )
