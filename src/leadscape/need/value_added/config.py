"""Knobs of value added: default, unit, and where the default comes from."""

from __future__ import annotations

from dataclasses import dataclass

from leadscape.core.errors import StudyProblem


@dataclass(frozen=True)
class ValueAddedConfig:
    """Which columns hold what, and how value added is estimated and shown.

    Attributes
    ----------
    school, prior, outcome
        Columns of the pupil records: the school's number, where the pupil started, where the pupil got.
    cohort, subject
        Columns that records are kept apart by; None where the file has one cohort or subject.
    confidence
        Level of intervals (share). Default 0.90, as for adjusted performance.
    suppress_below
        Figures of fewer pupils are hidden (pupils). Default 6: results of fewer than six pupils are not published.
    restricted
        Restricted likelihood or likelihood. Default restricted: variances without bias.
    memory_gb
        What the engine may hold in memory (GB). Default 2; beyond it, it writes to disk.
    """

    school: str = "urn"
    prior: str = "prior"
    outcome: str = "outcome"
    cohort: str | None = "cohort"
    subject: str | None = "subject"
    confidence: float = 0.90
    suppress_below: int = 6
    restricted: bool = True
    memory_gb: float = 2.0

    def __post_init__(self) -> None:
        """Refuse settings that would make a figure mean nothing."""
        rules = [
            (0 < self.confidence < 1, f"confidence is {self.confidence}; it lies between 0 and 1."),
            (self.suppress_below >= 0, f"suppress_below is {self.suppress_below}; it must be 0 or more."),
            (self.memory_gb > 0, f"memory_gb is {self.memory_gb}; it must be above 0."),
        ]
        problems = tuple(sentence for holds, sentence in rules if not holds)
        if problems:
            raise StudyProblem(
                " ".join(problems), "Every figure is made by them.", "Correct the settings.", problems
            )
