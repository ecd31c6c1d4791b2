"""Every knob of linkage, with its default and where the default comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LinkageConfig:
    """How sure the software must be, and how much it shows.

    Attributes
    ----------
    precision_target
        Share of accepted links (0-1) that should be right. The probability from which a link is accepted follows from
        it, by the model's calibration corpora: see ``[acceptance]`` of the model file.
    accept_from
        Probability (0-1) from which a link is accepted, in place of the one that follows from ``precision_target``.
    review_from
        Probability (0-1) of the best candidate below which nothing is offered as a probable answer: the outcome is then
        ``no_match``, not ``review``, unless many share a fifth between them. Judged by hand on real lists.
    show_from
        Probability (0-1) from which a candidate other than the first is worth showing.
    candidates
        Candidates kept for each mention.
    namesake_odds
        Odds that a mention of a name which an open and a closed school of one authority bear means the closed one.
        A survey asks about schools in being, and a list keeps old entries sometimes: 1 in 400.
    closed_odds
        How much a closed school that may not be linked to counts beside an open one on the same evidence: 1 in 20.
    number_alone
        Probability that a number without a name is right: of numbers that people type about 2 in 1,000 are another
        school's (14 of 739 in a list of 2023 lost a digit, which no school has then).
    model
        Name of the shipped model in ``codebooks/data/linkage``.
    """

    precision_target: float = 0.995
    accept_from: float | None = None
    review_from: float = 0.05
    show_from: float = 0.002
    candidates: int = 5
    namesake_odds: float = 1 / 400
    closed_odds: float = 1 / 20
    number_alone: float = 0.998
    model: str = "england"
