"""Knobs of strengths and needs: default, unit, and where the default comes from."""

from __future__ import annotations

from dataclasses import dataclass

from leadscape.core.errors import StudyProblem


@dataclass(frozen=True)
class StrengthConfig:
    """How strong and weak are told.

    Attributes
    ----------
    confidence
        Level of intervals (share). Default 0.90, as for adjusted performance: errs on each side once in twenty.
    comparators_min
        Similar schools with a figure that a comparison needs (schools). Default 5: peer comparisons need five peers.
    nation_schools_min
        Schools with a figure from which the nation's is made where no file states it (schools). Default 1000: our
        judgement; a file of one authority is not the nation.
    inspections_years_max
        An inspection older than this tells nothing of today (years). Default 8: our judgement; schools are inspected
        about every four years, outstanding ones were exempt for longer.
    """

    confidence: float = 0.90
    comparators_min: int = 5
    nation_schools_min: int = 1000
    inspections_years_max: int = 8

    def __post_init__(self) -> None:
        """Refuse settings that would make a comparison mean nothing."""
        rules = [
            (0 < self.confidence < 1, f"confidence is {self.confidence}; it lies between 0 and 1."),
            (self.comparators_min >= 1, f"comparators_min is {self.comparators_min}; it is at least 1."),
            (
                self.nation_schools_min >= 1,
                f"nation_schools_min is {self.nation_schools_min}; it is at least 1.",
            ),
            (
                self.inspections_years_max >= 1,
                f"inspections_years_max is {self.inspections_years_max}; it is at least 1.",
            ),
        ]
        problems = tuple(sentence for holds, sentence in rules if not holds)
        if problems:
            raise StudyProblem(
                " ".join(problems), "Strong and weak are told by them.", "Correct the settings.", problems
            )
