"""What may the returns mean where nobody has decided yet? Drawn several times over, so that doubt reaches the figures.

Tables in: an :class:`~leadscape.survey.understanding.Understanding` of the returns. Tables out: one set of
``RoleHoldings`` a draw. A wording may mean one role or another or none, a mention one school or another or none, two
groups of lines one person or two; the survey stage says with what probability. Each draw takes one answer to every open
question, by these probabilities, and counts what then amounts to leaders and holdings. Decided questions have one
answer in every draw. What differs between draws is what the doubt is worth (multiple imputation).

Sources: Rubin (1987), Multiple Imputation for Nonresponse in Surveys; Goldstein, Harron & Wade (2012), Statistics in
Medicine 31, 3481-3493 (linkage error carried through to estimates by drawing links).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from leadscape.core.parallel import map_in_order
from leadscape.core.randomness import random_stream
from leadscape.survey import holdings as made
from leadscape.survey.identity import merge_persons
from leadscape.survey.questions import role_question_id

if TYPE_CHECKING:
    from leadscape.codebooks import Codebook
    from leadscape.survey.understanding import Understanding

NO_ANSWER = "none"


@dataclass(frozen=True)
class DrawnHoldings:
    """One way in which the returns may be meant.

    Attributes
    ----------
    role_holdings
        As :class:`~leadscape.survey.tables.RoleHoldings`, those in force on the study's date.
    leaders
        Distinct people among them.
    """

    role_holdings: pl.DataFrame
    leaders: int


def draw_answers(answers: pl.DataFrame, key: str, rng: np.random.Generator) -> pl.DataFrame:
    """One answer to each question, by the probabilities of its answers: the row of ``answers`` that was drawn.

    Parameters
    ----------
    answers
        One row an answer, with ``key`` and ``probability``; the answers to one question need not stand together.
    """
    ordered = answers.sort(key, maintain_order=True).with_columns(
        upper=(pl.col("probability").cum_sum() / pl.col("probability").sum()).over(key)
    )
    questions = ordered[key].unique(maintain_order=True)
    dice = pl.DataFrame({key: questions, "dice": rng.random(questions.len())})
    return (
        ordered.join(dice, on=key, maintain_order="left")
        .filter((pl.col("upper") >= pl.col("dice")) | (pl.col("upper") == pl.col("upper").max().over(key)))
        .unique(key, keep="first", maintain_order=True)
        .drop("upper", "dice")
    )


def vary_none(
    roles: pl.DataFrame, none_counts: tuple[float, float], rng: np.random.Generator
) -> pl.DataFrame:
    """``roles`` as they would be if the share of wordings that name no role were another one, drawn from its Beta.

    How many lines name no role at all is itself hardly known, and it moves all wordings one way: a draw that kept it
    fixed would be too sure of the total. With p the mean of Beta(a, b) and d the draw, the odds of ``none`` are
    multiplied by (d / (1 - d)) / (p / (1 - p)).

    Sources
    -------
    Rubin (1987), section 4.2: imputations draw the parameters, too.
    """
    a, b = none_counts
    drawn = float(np.clip(rng.beta(a, b), 1e-6, 1 - 1e-6))
    factor = (drawn / (1 - drawn)) / (a / b)
    weight = pl.col("probability") * pl.when(pl.col("role") == NO_ANSWER).then(factor).otherwise(1.0)
    return roles.with_columns(probability=weight / weight.sum().over("question_id"))


def draw_holdings(
    understood: Understanding,
    schools: pl.DataFrame,
    codebook: Codebook,
    as_of: date,
    draws: int,
    seed: int,
) -> tuple[DrawnHoldings, ...]:
    """Role-holdings as they may be, ``draws`` times; none where nothing is in doubt.

    Notes
    -----
    A wording gets one answer a draw, however many lines use it, since the same words get the same answer from a person.
    Who is one person is drawn with the probability found from the most likely schools; a school that is drawn otherwise
    moves the person and does not part the group.
    """
    if understood.doubts.is_empty:
        return ()
    return tuple(
        map_in_order(
            lambda number: _draw(
                understood, schools, codebook, as_of, random_stream(seed, "imputation", str(number))
            ),
            range(draws),
        )
    )


def _draw(
    understood: Understanding,
    schools: pl.DataFrame,
    codebook: Codebook,
    as_of: date,
    rng: np.random.Generator,
) -> DrawnHoldings:
    doubts = understood.doubts
    believed = vary_none(doubts.roles, doubts.none_counts, rng)
    roles = draw_answers(believed, "question_id", rng).select("question_id", drawn="role")
    homes = draw_answers(doubts.schools, "mention_id", rng).select("mention_id", drawn="urn", was_drawn=True)
    same = doubts.persons.filter(pl.Series(rng.random(doubts.persons.height)) < pl.col("probability")).select(
        "person", "other"
    )
    codings = (
        understood.codings.join(
            understood.placed.select("nomination_id", question_id=role_question_id(pl.col("role_text"))),
            on="nomination_id",
            maintain_order="left",
        )
        .join(roles, on="question_id", how="left", maintain_order="left")
        .select(
            "nomination_id",
            role=pl.coalesce("role", pl.when(pl.col("drawn") != NO_ANSWER).then("drawn")),
        )
    )
    home = (
        understood.uses.filter(pl.col("use") == "home")
        .join(homes, on="mention_id", how="inner", maintain_order="left")
        .select("nomination_id", "drawn", "was_drawn")
    )
    located = (
        understood.located.join(home, on="nomination_id", how="left", maintain_order="left")
        .with_columns(home_urn=pl.when(pl.col("was_drawn").is_null()).then("home_urn").otherwise("drawn"))
        .drop("drawn", "was_drawn")
    )
    people = merge_persons(understood.certain_persons, same)
    lines = made.gather_lines(located, codings, people, schools, codebook)
    holdings = made.make_holdings(lines).filter(made.in_force(as_of))
    return DrawnHoldings(holdings, holdings["leader_id"].n_unique())
