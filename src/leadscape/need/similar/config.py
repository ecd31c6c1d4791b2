"""Knobs of similar schools: default, unit, and where the default comes from."""

from __future__ import annotations

from dataclasses import dataclass

from leadscape.core.errors import StudyProblem


@dataclass(frozen=True)
class SimilarConfig:
    """How comparator sets are formed.

    Attributes
    ----------
    neighbours
        Comparators asked for (schools). Default 50: as many as the DfE publishes for a school.
    compared_share_min
        A pair is compared where what is known of both makes up at least this share of the squared distance that is
        expected with everything known (share). Default 0.5: our judgement; below, most of the figure would be
        extrapolation.
    comparators_min
        Fewer comparators than this are too few to compare with (schools). Default 5: peer comparisons need at
        least five peers.
    block_bytes
        Memory for one block of distances (bytes). Default 32 MiB; memory does not grow with the number of schools.
    """

    neighbours: int = 50
    compared_share_min: float = 0.5
    comparators_min: int = 5
    block_bytes: int = 32 << 20

    def __post_init__(self) -> None:
        """Refuse settings that would make a comparator set mean nothing."""
        rules = [
            (self.neighbours >= 1, f"neighbours is {self.neighbours}; it must be at least 1."),
            (
                0 < self.compared_share_min <= 1,
                f"compared_share_min is {self.compared_share_min}; it lies above 0 and is at most 1.",
            ),
            (self.comparators_min >= 1, f"comparators_min is {self.comparators_min}; it must be at least 1."),
            (self.block_bytes >= 1 << 16, f"block_bytes is {self.block_bytes}; it must be at least 65536."),
        ]
        problems = tuple(sentence for holds, sentence in rules if not holds)
        if problems:
            raise StudyProblem(
                " ".join(problems), "Comparator sets are formed by them.", "Correct the settings.", problems
            )
