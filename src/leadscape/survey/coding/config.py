"""Every knob of coding, with its unit and where its default comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SuggestionSettings:
    """How codes are suggested to a coder.

    Attributes
    ----------
    offered
        Suggestions for one text. Three fit on a sheet beside the text and are read; a choice of ours.
    least_nearness
        0-100. What is farther than this is not offered, since an arbitrary suggestion costs a coder more than none; a
        choice of ours: unrelated sentences in English come to about 25 to 40.
    neighbours
        Coded answers looked at for one text.
    """

    offered: int = 3
    least_nearness: float = 45.0
    neighbours: int = 12


@dataclass(frozen=True)
class RoleShareSettings:
    """How probable each role is for a wording that is no label or alias.

    Weights were chosen by leaving out one wording at a time of the 34 odd wordings of the demonstration (18 misspelt,
    16 described) and then rounded towards even shares; docs/methods/coding.md has the figures.

    Attributes
    ----------
    wording_weight
        Log odds that the cosine 1 with a wording of the role adds, against cosine 0.
    definition_weight
        The same for the cosine with all the codebook says of the role.
    prior_weight
        Exponent of the shares of roles among coded nominations, 0-1: 1 believes that what is hard to read is made up as
        what is easy to read, 0 that nothing is known. Half-way is a choice of ours: roles with a well-known name are
        over-represented among what was coded.
    prior_lines
        Coded nominations of a route that weigh as much as those of all routes together.
    none_share
        0-1. Share of wordings that name no role, before anything was read by a person; a choice of ours.
    none_lines
        Wordings read by a person that weigh as much as ``none_share``.
    none_score
        Log odds of a wording that names no role: about what words that are unrelated to the codebook score.
    none_wordings
        Words that name no role beyond the own school, however near they stand to the name of one: *headteacher* is no
        *headteacher mentor*. Wordings that a person decided to be none join them. English; a choice of ours.
    """

    wording_weight: float = 10.0
    definition_weight: float = 5.0
    prior_weight: float = 0.5
    prior_lines: float = 20.0
    none_share: float = 0.02
    none_lines: float = 20.0
    none_score: float = 1.0
    none_wordings: tuple[str, ...] = (
        *(
            "head",
            "headteacher",
            "head teacher",
            "principal",
            "head of school",
            "leader",
            "deputy head",
            "teacher",
        ),
        *("governor", "none", "n/a", "not applicable", "not known", "no role", "retired"),
    )


@dataclass(frozen=True)
class ThemeSettings:
    """How themes are told.

    Attributes
    ----------
    small_below
        Respondents below whom a theme is called small. Five, as for comparisons with peers.
    """

    small_below: int = 5
