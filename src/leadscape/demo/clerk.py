"""The careful clerk: reads the files as leadscape does, sees every question, and answers from the truth.

Nothing is decided that is not asked, and nothing asked is left open, so that replaying ``review.csv`` gives
back exactly what was reported.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from leadscape.codebooks import Codebook
from leadscape.core.errors import LeadscapeError
from leadscape.demo.supports import AS_OF
from leadscape.register.reading import read_register_file
from leadscape.survey import (
    count_response,
    no_decisions,
    read_respondents,
    read_returns,
    settle,
    write_review,
)
from leadscape.survey.mentions import find_mentions, place_nominations
from leadscape.survey.questions import role_question_id, school_question_id
from leadscape.survey.review import DIFFERENT, SAME
from leadscape.survey.settle import Settlement

DECIDED_BY = "clerk of the demonstration"


def answer_review(
    folder: Path, returns: tuple[Path, ...], truth: pl.DataFrame, partners: pl.DataFrame, codebook: Codebook
) -> Settlement:
    """Write ``review.csv`` with every question answered; gives back what the returns then amount to.

    Parameters
    ----------
    folder
        Holds ``register.csv.gz``, ``respondents.csv`` and the returns.
    truth
        One row a line: ``source_file``, ``source_row``, ``leader``, ``role``, ``written_urn`` (school that
        the line names).
    partners
        ``source_file``, ``source_row``, ``text`` as written, ``urn`` meant.
    """
    schools = read_register_file(folder / "register.csv.gz", seen_on=AS_OF).frame
    nominations = read_returns(returns).nominations
    frame = read_respondents(folder / "respondents.csv")
    responses = count_response(frame, nominations, "respondents.csv")
    known = nominations.select("nomination_id", "source_file", "source_row", "role_text").join(
        truth, on=["source_file", "source_row"], how="left", maintain_order="left"
    )
    placed = place_nominations(nominations, responses, schools)
    answers = pl.concat([_answer_roles(known), _answer_schools(placed, known, partners)]).unique(
        "question_id", keep="first", maintain_order=True
    )
    first = settle(nominations, responses, schools, codebook, _decisions(answers), AS_OF)
    asked = pl.concat([_answer_persons(first.questions, known), answers]).join(
        first.questions, on="question_id", how="semi"
    )
    second = settle(nominations, responses, schools, codebook, _decisions(asked), AS_OF)
    write_review(second.questions, folder / "review.csv")
    _check_nothing_open(second)
    return second


def _answer_roles(known: pl.DataFrame) -> pl.DataFrame:
    return known.select(question_id=role_question_id(pl.col("role_text")), decision="role").unique(
        maintain_order=True
    )


def _answer_schools(placed: pl.DataFrame, known: pl.DataFrame, partners: pl.DataFrame) -> pl.DataFrame:
    """The school meant by every mention, home or partner."""
    mentions, uses = find_mentions(placed)
    meant = uses.join(mentions, on="mention_id").join(
        known.select("nomination_id", "source_file", "source_row", "written_urn"), on="nomination_id"
    )
    home = meant.filter(pl.col("use") == "home").select("mention_id", urn="written_urn")
    listed = (
        meant.filter(pl.col("use") == "partner")
        .with_columns(text=pl.coalesce("name", "urn"))
        .drop("urn")
        .join(partners, on=["source_file", "source_row", "text"])
        .select("mention_id", "urn")
    )
    return (
        pl.concat([home, listed])
        .unique("mention_id", keep="first", maintain_order=True)
        .select(question_id=school_question_id(pl.col("mention_id")), decision="urn")
    )


def _answer_persons(questions: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Whether the two nominations that a pair is known by mean one person."""
    leader = known.select("nomination_id", "leader")
    numbers = pl.col("question_id").str.split("-").list
    return (
        questions.filter(pl.col("question") == "person")
        .select(
            "question_id",
            one=pl.concat_str(pl.lit("N"), numbers.get(1)),
            other=pl.concat_str(pl.lit("N"), numbers.get(2)),
        )
        .join(leader.rename({"nomination_id": "one"}), on="one")
        .join(leader.rename({"nomination_id": "other", "leader": "other_leader"}), on="other")
        .select(
            "question_id",
            decision=pl.when(pl.col("leader") == pl.col("other_leader"))
            .then(pl.lit(SAME))
            .otherwise(pl.lit(DIFFERENT)),
        )
    )


def _decisions(answers: pl.DataFrame) -> pl.DataFrame:
    blank = no_decisions().schema
    return answers.with_columns(decided_by=pl.lit(DECIDED_BY), note=pl.lit(None, pl.String)).select(
        pl.col(name).cast(dtype) for name, dtype in blank.items()
    )


def _check_nothing_open(settlement: Settlement) -> None:
    left = settlement.questions.filter(pl.col("decision").is_null())
    if left.height:
        raise LeadscapeError(
            f"The demonstration's clerk left {left.height} of {settlement.questions.height} questions open.",
            "The decisions must give back exactly what was reported.",
            "This is a fault in leadscape; please report it with the seed.",
        )
