"""From nominations and decisions to leaders and role-holdings, with everything still open as questions.

Nominations are coded, linked and grouped; each doubt becomes a question; each decision answers one. Two lines that
mean one person in one role are one holding, whoever reported it and how often.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.register.tables import is_open
from leadscape.survey import holdings as made
from leadscape.survey import questions as asked
from leadscape.survey.coding import code_roles
from leadscape.survey.identity import doubtful_pairs, group_exact, merge_persons
from leadscape.survey.linkage import link_mentions
from leadscape.survey.mentions import find_mentions, place_nominations
from leadscape.survey.review import NONE, SAME, check_decisions
from leadscape.survey.tables import Codings, LinkedNominations, Questions

if TYPE_CHECKING:
    from leadscape.codebooks import Codebook


@dataclass(frozen=True)
class Settlement:
    """What the returns amount to, given the decisions made so far.

    Attributes
    ----------
    codings, linked
        As :class:`Codings` and :class:`LinkedNominations`, one row a nomination.
    leaders, role_holdings, supports
        As declared; holdings in force on the study's date only.
    ended_holdings
        As :class:`RoleHoldings`: those that had ended or not yet begun on the study's date.
    questions
        As :class:`Questions`: all doubts, decided or not.
    uncoded
        Nominations in no holding because their role is not decided, or was decided to be none.
    unused_decisions
        Decisions whose question is not asked any more, because the returns or the register changed.
    """

    codings: pl.DataFrame
    linked: pl.DataFrame
    leaders: pl.DataFrame
    role_holdings: pl.DataFrame
    ended_holdings: pl.DataFrame
    supports: pl.DataFrame
    questions: pl.DataFrame
    uncoded: int
    unused_decisions: int


def settle(
    nominations: pl.DataFrame,
    responses: pl.DataFrame,
    schools: pl.DataFrame,
    codebook: Codebook,
    decisions: pl.DataFrame,
    as_of: date,
    successors: pl.DataFrame | None = None,
) -> Settlement:
    """Leaders and role-holdings from nominations.

    Parameters
    ----------
    nominations, responses
        As declared in :mod:`leadscape.survey.tables`.
    schools
        As :class:`~leadscape.register.tables.Schools`; schools open on ``as_of`` are linked to, any may be decided on.
    decisions
        As :func:`~leadscape.survey.review.read_decisions` returns them.
    as_of
        The study's date: holdings outside it are kept apart.
    successors
        ``urn``, ``successor_urn``: what schools became by the study's date. A return that names a closed school is
        asked about with its successor first; it is never moved there without a decision.

    Raises
    ------
    TableProblem
        When a decision names something that does not exist.
    """
    # A register of one date says itself what is open; dates of its rows may lie after the study's date.
    standing = schools.filter(is_open() & is_open(pl.lit(as_of)))
    placed = place_nominations(nominations, responses, schools)
    mentions, uses = find_mentions(placed)
    automatic = link_mentions(mentions, standing)
    codings = code_roles(nominations, codebook)

    role_questions = asked.ask_roles(placed, codings, codebook, decisions)
    # What opened just after the study's date is never linked to, but a person may know better.
    possible = schools.filter(is_open() | is_open(pl.lit(as_of)))
    school_questions = asked.ask_schools(mentions, uses, automatic, possible, decisions, successors)
    arising = pl.concat([role_questions["question_id"], school_questions["question_id"]])
    check_decisions(decisions, arising, schools, codebook)
    coded = _decide_roles(codings, placed, role_questions)
    links = _decide_schools(automatic, school_questions)

    home = uses.filter(pl.col("use") == "home").join(links, on="mention_id", maintain_order="left")
    linked = _linked_nominations(nominations, home)
    located = placed.drop("home_urn").join(
        linked.select("nomination_id", "home_urn"), on="nomination_id", maintain_order="left"
    )
    persons = group_exact(located)
    pairs = doubtful_pairs(located, persons)
    person_questions = asked.ask_persons(pairs, located, persons, decisions)
    same = asked.decided_pairs(pairs, person_questions).filter(pl.col("decision") == SAME)
    people = merge_persons(persons, same)

    questions = Questions.validate(pl.concat([role_questions, school_questions, person_questions]))
    lines = made.gather_lines(located, coded, people, responses, schools, codebook)
    all_holdings = made.make_holdings(lines)
    in_force = made.in_force(as_of)
    current = all_holdings.filter(in_force)
    partners = uses.filter(pl.col("use") == "partner").join(links, on="mention_id", maintain_order="left")
    return Settlement(
        codings=coded,
        linked=linked,
        leaders=made.make_leaders(lines, current),
        role_holdings=current,
        ended_holdings=all_holdings.filter(~in_force),
        supports=made.make_supports(lines, current, partners),
        questions=questions,
        uncoded=coded.filter(pl.col("role").is_null()).height,
        unused_decisions=decisions.join(questions, on="question_id", how="anti").height,
    )


def _decide_roles(codings: pl.DataFrame, placed: pl.DataFrame, questions: pl.DataFrame) -> pl.DataFrame:
    answered = questions.drop_nulls("decision").select("question_id", decided="decision")
    asked_of = placed.select("nomination_id", question_id=asked.role_question_id(pl.col("role_text")))
    decided = pl.when(pl.col("decided") != NONE).then(pl.col("decided"))
    return Codings.validate(
        codings.join(asked_of, on="nomination_id", maintain_order="left")
        .join(answered, on="question_id", how="left", maintain_order="left")
        .select(
            "nomination_id",
            role=pl.when(pl.col("decided").is_not_null()).then(decided).otherwise(pl.col("role")),
            method=pl.when(pl.col("decided").is_not_null())
            .then(pl.lit("review"))
            .otherwise(pl.col("method").cast(pl.String))
            .cast(polars_schema(Codings)["method"]),
        )
    )


def _decide_schools(automatic: pl.DataFrame, questions: pl.DataFrame) -> pl.DataFrame:
    answered = questions.drop_nulls("decision").select("question_id", decided="decision")
    asked_of = automatic.with_columns(question_id=asked.school_question_id(pl.col("mention_id")))
    decided = pl.when(pl.col("decided") != NONE).then(pl.col("decided"))
    return asked_of.join(answered, on="question_id", how="left", maintain_order="left").select(
        "mention_id",
        urn=pl.when(pl.col("decided").is_not_null()).then(decided).otherwise(pl.col("urn")),
        method=pl.when(pl.col("decided").is_not_null()).then(pl.lit("review")).otherwise(pl.col("method")),
    )


def _linked_nominations(nominations: pl.DataFrame, home: pl.DataFrame) -> pl.DataFrame:
    return LinkedNominations.validate(
        nominations.select("nomination_id")
        .join(home, on="nomination_id", how="left", maintain_order="left")
        .select(
            "nomination_id",
            home_urn="urn",
            method=pl.col("method").fill_null("unlinked").cast(polars_schema(LinkedNominations)["method"]),
        )
    )
