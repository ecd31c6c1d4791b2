"""Knobs of flags: default, unit, and where the default comes from."""

from __future__ import annotations

from dataclasses import dataclass

from leadscape.core.errors import StudyProblem


@dataclass(frozen=True)
class FlagConfig:
    """How rules are answered.

    Attributes
    ----------
    inspections_stale_days
        Where the newest inspection read is older than this on the day asked about, nobody knows which is a school's
        latest (days). Default 400: our judgement; files are published monthly, and a summer or a year without
        inspections passes.
    """

    inspections_stale_days: int = 400

    def __post_init__(self) -> None:
        """Refuse settings that would make a flag mean nothing."""
        if self.inspections_stale_days < 0:
            problem = f"inspections_stale_days is {self.inspections_stale_days}; it is at least 0."
            raise StudyProblem(problem, "Every flag is made by it.", "Correct the settings.", (problem,))
