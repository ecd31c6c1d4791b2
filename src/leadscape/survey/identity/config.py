"""Every knob of recognising persons: default, unit, and where the default comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SEED: Final = 2006
"""Stream of the random pairs that unrelated agreement is measured on; fixed, so that a study has one answer."""


@dataclass(frozen=True)
class IdentityConfig:
    """How persons are recognised in one set of nominations.

    Attributes
    ----------
    same_from
        Probability (0-1) from which two groups of lines are taken for one person unasked, where nothing speaks against
        it. Default 0.99: a merge is hard to see afterwards, so at most one in a hundred of the least certain may be
        wrong.
    review_from
        Probability (0-1) from which a pair that is not merged is asked about. Default 0.05: one in twenty of the least
        likely questions is a yes, about where asking stops to pay for a clerk.
    conflict_below
        Probability (0-1) below which two groups cannot be one person, also not through a third; neither can two whose
        given names or titles contradict each other. Default 0.01.
    alike_from
        Nearness (0-100, token sort) of two schools as written, in one authority, from which they may be one school.
        Default 82: one lost letter, a reworded ending or an added town stay above it; another saint falls below.
    moved_within_days
        Days between the end of one line's role and the start of another's at a second school, for a move. Default 400:
        a year and the summer.
    near_days
        Days by which two starts of one role may differ between two lists. Default 45: a term begins on several days.
    prior_matches
        Strength (expected matches) of the shipped share of pairs that are one person. Default 5.
    prior_strength
        Strength (matches for m, hundreds of random pairs for u) with which the shipped probabilities of agreement hold
        against the study's own. Default 40: a study with 40 matches weighs its own lines as much.
    surname_strength
        Strength (persons) of the shipped frequency of surnames against the study's own. Default 200.
    random_pairs
        Random pairs on which agreement of unrelated lines is measured (number). Default 100,000.
    largest_block
        Groups that may share one search key (number). Default 1,000; larger blocks are searched only together with the
        region, and counted.
    largest_person
        Groups that one person may have unasked (number). Default 40; a longer chain is asked about.
    """

    same_from: float = 0.99
    review_from: float = 0.05
    conflict_below: float = 0.01
    alike_from: float = 82.0
    moved_within_days: int = 400
    near_days: int = 45
    prior_matches: float = 5.0
    prior_strength: float = 40.0
    surname_strength: float = 200.0
    random_pairs: int = 100_000
    largest_block: int = 1_000
    largest_person: int = 40

    def __post_init__(self) -> None:
        """Refuse thresholds out of order: a programmer's mistake."""
        if not 0.0 <= self.conflict_below <= self.review_from <= self.same_from <= 1.0:
            raise ValueError("0 <= conflict_below <= review_from <= same_from <= 1 must hold")
