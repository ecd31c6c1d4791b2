"""Which lines of the returns raise each question, and in whose area do they lie?

A store that asks questions of several people needs to know who may answer one, and on which records the answer bears.
Nothing here says a name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.survey.mentions import place_by_school
from leadscape.survey.questions import role_question_id, school_question_id

if TYPE_CHECKING:
    from leadscape.survey import Settlement

COLUMNS: Final = (
    "question_id", "side", "nomination_id", "leader_id", "respondent_id", "authority_code", "home_urn", "role",
    "started_on", "ended_on",
)  # fmt: skip


def trace_questions(settled: Settlement, schools: pl.DataFrame) -> pl.DataFrame:
    """One row a question and line that it is about.

    Parameters
    ----------
    schools
        As :class:`~leadscape.register.tables.Schools`.

    Returns
    -------
    polars.DataFrame
        ``question_id``; ``side`` (for a question about two persons 1 or 2, in the order of its id, else 0);
        ``nomination_id``; ``leader_id``; ``respondent_id``; ``authority_code`` (in which the line is read, for persons
        that of the home school where it is known); ``home_urn`` (the school taken to be meant); ``role`` (as coded,
        null while it is not); ``started_on``, ``ended_on``. A question without a row arises from no line any more.
    """
    understood = settled.understood
    placed = understood.placed
    found = pl.concat(
        [
            placed.select(
                "nomination_id", "authority_code", question_id=role_question_id(pl.col("role_text"))
            ),
            understood.uses.select(
                "nomination_id", question_id=school_question_id(pl.col("mention_id"))
            ).join(
                placed.select("nomination_id", "authority_code"), on="nomination_id", maintain_order="left"
            ),
        ],
        how="diagonal",
    ).with_columns(side=pl.lit(0))
    lines = pl.concat([found, _of_persons(settled, schools)], how="diagonal").unique(
        ["question_id", "side", "nomination_id"], keep="first", maintain_order=True
    )
    facts = understood.located.select(
        "nomination_id", "respondent_id", "home_urn", "started_on", "ended_on"
    ).join(
        understood.codings.select("nomination_id", "role"),
        on="nomination_id",
        how="left",
        maintain_order="left",
    )
    leaders = understood.resolution.identities.select("nomination_id", "leader_id")
    return (
        lines.join(
            settled.questions.select("question_id"), on="question_id", how="semi", maintain_order="left"
        )
        .join(facts, on="nomination_id", maintain_order="left")
        .join(leaders, on="nomination_id", how="left", maintain_order="left")
        .select(COLUMNS)
        .sort("question_id", "side", "nomination_id")
    )


def _of_persons(settled: Settlement, schools: pl.DataFrame) -> pl.DataFrame:
    """The lines of both groups of each pair that is asked about."""
    understood = settled.understood
    numbers = pl.col("question_id").str.extract_groups(r"^person-([0-9a-f]+)-([0-9a-f]+)$")
    pairs = (
        settled.questions.filter(pl.col("question").cast(pl.String) == "person")
        .select("question_id", numbers=numbers)
        .select(
            "question_id",
            pl.concat_str(pl.lit("N"), pl.col("numbers").struct.field("1")).alias("1"),
            pl.concat_str(pl.lit("N"), pl.col("numbers").struct.field("2")).alias("2"),
        )
        .unpivot(["1", "2"], index="question_id", variable_name="side", value_name="group")
        .with_columns(pl.col("side").cast(pl.Int32))
    )
    placed = place_by_school(understood.located, schools).select("nomination_id", "authority_code")
    return (
        pairs.join(understood.resolution.identities.select("nomination_id", "group"), on="group")
        .join(placed, on="nomination_id", maintain_order="left")
        .select("nomination_id", "authority_code", "question_id", "side")
    )
