"""The careful clerk: reads the files as leadscape does, sees every question, and answers from the truth.

Nothing asked is left open, and what the software took wrongly by itself is put right, so that replaying
``review.csv`` gives back exactly what was reported.
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
from leadscape.survey.questions import pair_question_id, role_question_id, school_question_id
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

    def settled(decided: pl.DataFrame) -> Settlement:
        return settle(nominations, responses, schools, codebook, _decisions(decided), AS_OF)

    plain = settled(answers.clear())
    needed = pl.concat([_asked(plain, answers), _wrongly_linked(plain, answers)])
    first = settled(needed)
    asked = pl.concat([needed, _answer_persons(first, known)])
    second = settled(asked)
    asked = pl.concat([asked, _answer_persons(second, known), _left_apart(second, known)]).unique(
        "question_id", keep="first", maintain_order=True
    )
    last = settled(asked)
    write_review(last.questions, folder / "review.csv")
    _check_nothing_open(last)
    return last


def _asked(settled: Settlement, answers: pl.DataFrame) -> pl.DataFrame:
    return answers.join(settled.questions, on="question_id", how="semi")


def _wrongly_linked(settled: Settlement, answers: pl.DataFrame) -> pl.DataFrame:
    """Answers to what was not asked: schools that the software took for others, seen on reading the lines."""
    linked = settled.understood.linkage.links.filter(pl.col("urn").is_not_null()).select(
        "urn", question_id=school_question_id(pl.col("mention_id"))
    )
    return (
        answers.join(linked, on="question_id", maintain_order="left")
        .filter(pl.col("urn") != pl.col("decision"))
        .select("question_id", "decision")
    )


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


def _answer_persons(settled: Settlement, known: pl.DataFrame) -> pl.DataFrame:
    """Whether the two groups of a pair mean one person: for pairs asked about, and pairs merged that are two."""
    leader = known.select("nomination_id", "leader")
    one = pl.col("leader") == pl.col("other_leader")
    outcome = pl.col("outcome").cast(pl.String)
    return (
        settled.understood.resolution.pairs.join(leader.rename({"nomination_id": "person"}), on="person")
        .join(leader.rename({"nomination_id": "other", "leader": "other_leader"}), on="other")
        .filter((outcome == "review") | ((outcome == "same") & ~one))
        .select(
            question_id=pair_question_id(),
            decision=pl.when(one).then(pl.lit(SAME)).otherwise(pl.lit(DIFFERENT)),
        )
    )


def _left_apart(settled: Settlement, known: pl.DataFrame) -> pl.DataFrame:
    """Persons that the software took for several: each is joined with the first."""
    found = settled.understood.resolution.identities.join(
        known.select("nomination_id", "leader"), on="nomination_id"
    )
    persons = found.select("leader", "person").unique().sort("leader", "person")
    return (
        persons.with_columns(other="person", person=pl.col("person").first().over("leader"))
        .filter(pl.col("person") != pl.col("other"))
        .select(question_id=pair_question_id(), decision=pl.lit(SAME))
    )


def _decisions(answers: pl.DataFrame) -> pl.DataFrame:
    blank = no_decisions().schema
    nothing = {name: pl.lit(None, pl.String) for name in ("note", "decided_in")}
    return answers.with_columns(decided_by=pl.lit(DECIDED_BY), **nothing).select(
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
