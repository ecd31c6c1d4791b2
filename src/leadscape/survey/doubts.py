"""What is open about the returns, and with what probability is each answer right?

Tables in: codings, links, pairs of persons. Tables out: shares of roles for wordings that no codebook knows, and every
open question with its answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.survey import questions as asked
from leadscape.survey.co_nomination import weigh_by_co_nomination
from leadscape.survey.coding.config import RoleShareSettings
from leadscape.survey.coding.role_suggestions import suggest_role_shares
from leadscape.survey.review import NONE

if TYPE_CHECKING:
    from leadscape.codebooks import Codebook
    from leadscape.survey.identity import PersonResolution
    from leadscape.survey.linkage import Linkage

CERTAIN_FROM: Final = 0.9995
"""Probability from which an answer is the same in every draw: less doubt than that moves no figure that is shown."""


@dataclass(frozen=True)
class Doubts:
    """What is open, each answer with its probability; all frames may be empty.

    Attributes
    ----------
    roles
        ``question_id``, ``role`` (a role id or ``none``), ``probability``: sums to 1 over a question.
    schools
        ``mention_id``, ``urn`` (null: none of these), ``probability``: sums to 1 over a mention.
    persons
        ``person``, ``other``, ``probability`` that they are one.
    none_counts
        What is known of the share of wordings that name no role: the two parameters of its Beta distribution.
    """

    roles: pl.DataFrame
    schools: pl.DataFrame
    persons: pl.DataFrame
    none_counts: tuple[float, float] = (1.0, 1.0)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is open, so that every draw would be the same."""
        return not (self.roles.height or self.schools.height or self.persons.height)


def share_roles(
    coded: pl.DataFrame, lines: pl.DataFrame, identities: pl.DataFrame, codebook: Codebook
) -> pl.DataFrame:
    """What each wording that is not coded may mean, by its words and by what else its people are called.

    Parameters
    ----------
    coded
        As :class:`~leadscape.survey.tables.Codings`, decisions included.
    lines
        Nominations with ``route``.
    identities
        As :class:`~leadscape.survey.identity.Identities`.

    Returns
    -------
    polars.DataFrame
        ``question_id``, ``role`` (or ``none``), ``probability``, ``co_named``, ``lines``.
    """
    worded = lines.select(
        "nomination_id",
        "route",
        role_text=asked.wording(pl.col("role_text")),
        question_id=asked.role_question_id(pl.col("role_text")),
    ).join(coded, on="nomination_id", maintain_order="left")
    method = pl.col("method").cast(pl.String)
    known = worded.filter(method != "uncoded").with_columns(pl.col("role").fill_null(NONE))
    unknown = worded.filter(method == "uncoded")
    # Words that differ in case only are one question; any of their spellings stands for all.
    wordings = unknown.group_by("question_id").agg(pl.col("role_text").min()).sort("question_id")
    spelt = unknown.select("question_id", "route").join(wordings, on="question_id", maintain_order="left")
    suggested = suggest_role_shares(
        spelt.select("role_text", "route"), codebook, known.select("role_text", "role", "route")
    )
    shares = (
        wordings.join(suggested, on="role_text", maintain_order="left")
        .sort("question_id", "rank")
        .select("question_id", "role", "probability")
    )
    people = identities.select("nomination_id", "person")
    return weigh_by_co_nomination(shares, worded.join(people, on="nomination_id", maintain_order="left"))


def find_doubts(
    shares: pl.DataFrame,
    coded: pl.DataFrame,
    placed: pl.DataFrame,
    linkage: Linkage,
    resolution: PersonResolution,
) -> Doubts:
    """Everything that nobody has decided, each answer with its probability."""
    open_lines = coded.filter(pl.col("method").cast(pl.String) == "uncoded")
    waiting = placed.join(open_lines, on="nomination_id", how="semi").select(
        question_id=asked.role_question_id(pl.col("role_text"))
    )
    undecided = linkage.links.filter(pl.col("method").cast(pl.String) != "review")
    schools = _school_answers(linkage, undecided)
    certain = pl.col("probability").max().over("mention_id") >= CERTAIN_FROM
    pairs = resolution.pairs.filter(pl.col("decision").is_null())
    return Doubts(
        roles=shares.join(waiting, on="question_id", how="semi").select("question_id", "role", "probability"),
        schools=schools.filter(~certain),
        none_counts=_none_counts(coded, placed),
        persons=pairs.filter(pl.col("probability") > 1 - CERTAIN_FROM).select(
            "person", "other", "probability"
        ),
    )


def _school_answers(linkage: Linkage, undecided: pl.DataFrame) -> pl.DataFrame:
    """``mention_id``, ``urn`` (null: none of the register), ``probability``.

    Of a name that many schools bear only the first few candidates are kept; they stand for the others, so that a school
    that is meant does not become none.
    """
    none = linkage.none.join(undecided, on="mention_id", how="semi").select(
        "mention_id", urn=pl.lit(None, pl.String), probability="probability"
    )
    shown = linkage.candidates.join(none.select("mention_id", none="probability"), on="mention_id")
    scaled = pl.col("probability") * (1 - pl.col("none")) / pl.col("probability").sum().over("mention_id")
    offered = shown.select("mention_id", "urn", probability=scaled)
    return pl.concat([offered, none.join(offered, on="mention_id", how="semi")]).filter(
        pl.col("probability") > 0
    )


def _none_counts(coded: pl.DataFrame, placed: pl.DataFrame) -> tuple[float, float]:
    """Wordings that a person decided to name no role, and to name one, on top of the shipped guess."""
    settings = RoleShareSettings()
    reviewed = (
        coded.filter(pl.col("method").cast(pl.String) == "review")
        .join(
            placed.select("nomination_id", question_id=asked.role_question_id(pl.col("role_text"))),
            on="nomination_id",
        )
        .unique("question_id")
    )
    none = reviewed["role"].null_count()
    guessed = settings.none_lines * settings.none_share
    return guessed + none, settings.none_lines - guessed + reviewed.height - none
