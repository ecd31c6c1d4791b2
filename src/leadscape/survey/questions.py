"""What a person must decide: one question a wording, a mention or a pair, however many nominations wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from leadscape.core.identifiers import normalise_name
from leadscape.core.tables import polars_schema
from leadscape.survey.coding import suggest_roles
from leadscape.survey.linkage import suggest_schools
from leadscape.survey.tables import Questions

if TYPE_CHECKING:
    from leadscape.codebooks import Codebook


def wording(text: pl.Expr) -> pl.Expr:
    """A role as written, in the form under which it is asked about once."""
    return text.fill_null("(nothing written)").str.strip_chars().str.replace_all(r"\s+", " ")


def role_question_id(text: pl.Expr) -> pl.Expr:
    """The question that a wording raises: the wording itself, so that the same words get one answer in every wave."""
    return pl.concat_str(pl.lit("role-"), wording(text).str.to_lowercase())


def school_question_id(mention_id: pl.Expr) -> pl.Expr:
    """The question that a mention raises."""
    return pl.concat_str(pl.lit("school-"), mention_id.str.slice(1))


def ask_roles(
    placed: pl.DataFrame, codings: pl.DataFrame, codebook: Codebook, decisions: pl.DataFrame
) -> pl.DataFrame:
    """One question a distinct wording that is no label or alias of the codebook."""
    uncoded = placed.join(codings.filter(pl.col("role").is_null()), on="nomination_id", how="semi")
    asked = (
        uncoded.group_by(question_id=role_question_id(pl.col("role_text")))
        .agg(
            as_written=wording(pl.col("role_text")).sort().first(),
            nominations=pl.len().cast(pl.Int64),
            context=pl.col("notes").drop_nulls().unique().sort().head(3).str.join(" / "),
        )
        .sort("question_id")
    )
    answered = _with_decisions(asked, decisions)
    waiting = answered.filter(pl.col("decision").is_null())["as_written"]
    suggested = suggest_roles(waiting, codebook).rename({"role_text": "as_written"})
    return _as_questions(answered.join(suggested, on="as_written", how="left"), "role")


def ask_schools(
    mentions: pl.DataFrame,
    uses: pl.DataFrame,
    automatic: pl.DataFrame,
    possible: pl.DataFrame,
    decisions: pl.DataFrame,
    successors: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """One question a distinct mention that is not beyond doubt; the successor of a closed school is offered first."""
    unlinked = mentions.join(automatic.filter(pl.col("urn").is_null()), on="mention_id", how="semi")
    named = normalise_name(pl.col("name"))
    bearing = pl.struct("authority_code", named).is_in(
        possible.select(pl.struct("authority_code", named)).to_series().implode()
    )
    why_asked = (
        pl.when(pl.col("urn").is_not_null() & ~pl.col("urn").is_in(possible["urn"].implode()))
        .then(pl.lit("no open school has the number"))
        .when(pl.col("urn").is_not_null())
        .then(pl.lit("number and name disagree, or the school was not open on the date"))
        .when(bearing)
        .then(pl.lit("several schools bear the name, or the one that does was not open on the date"))
        .otherwise(pl.lit("no school of the authority bears the name"))
    )
    asked = (
        unlinked.join(uses.group_by("mention_id").agg(nominations=pl.len().cast(pl.Int64)), on="mention_id")
        .with_columns(
            question_id=school_question_id(pl.col("mention_id")),
            as_written=pl.concat_str("urn", "name", separator=" | ", ignore_nulls=True),
            context=pl.format("authority {}: {}", pl.col("authority_code").fill_null("not known"), why_asked),
        )
        .sort("question_id")
    )
    answered = _with_decisions(asked, decisions)
    waiting = answered.filter(pl.col("decision").is_null()).select(mentions.columns)
    suggested = suggest_schools(waiting, possible)
    if successors is not None:
        suggested = _successors_first(suggested, waiting, successors, possible)
    return _as_questions(answered.join(suggested, on="mention_id", how="left"), "school")


def _successors_first(
    suggested: pl.DataFrame, waiting: pl.DataFrame, successors: pl.DataFrame, possible: pl.DataFrame
) -> pl.DataFrame:
    """``suggested`` with the open successors of a closed school, where its number was written, before the others."""
    followed = (
        waiting.select("mention_id", "urn")
        .join(successors.filter(pl.col("urn") != pl.col("successor_urn")), on="urn")
        .join(possible.select(successor_urn="urn", successor_name="name"), on="successor_urn")
        .group_by("mention_id")
        .agg(first=pl.format("{} | {} | successor of {}", "successor_urn", "successor_name", "urn").sort())
    )
    return suggested.join(followed, on="mention_id", how="left", maintain_order="left").select(
        "mention_id",
        candidates=pl.when(pl.col("first").is_not_null())
        .then(pl.col("first").list.concat("candidates"))
        .otherwise("candidates"),
    )


def ask_persons(
    pairs: pl.DataFrame, located: pl.DataFrame, persons: pl.DataFrame, decisions: pl.DataFrame
) -> pl.DataFrame:
    """One question a pair of persons who may be one."""
    described = (
        located.join(persons, on="nomination_id")
        .group_by("person")
        .agg(
            text=pl.format(
                "{}, {} ({})",
                pl.col("leader_name"),
                pl.coalesce("home_school", "home_urn", pl.lit("no school stated")),
                pl.col("role_text").fill_null("no role stated"),
            )
            .unique()
            .sort()
            .head(3)
            .str.join(" / "),
            lines=pl.len(),
        )
    )
    asked = (
        pairs.join(described, on="person", maintain_order="left")
        .join(described, left_on="other", right_on="person", suffix="_other", maintain_order="left")
        .select(
            question_id=pair_question_id(),
            as_written=pl.format("{}  =?  {}", "text", "text_other"),
            context="why",
            nominations=(pl.col("lines") + pl.col("lines_other")).cast(pl.Int64),
            candidates=pl.lit(["same", "different"]),
        )
    )
    return _as_questions(_with_decisions(asked, decisions), "person")


def pair_question_id() -> pl.Expr:
    """The question that a pair raises, from columns ``person`` and ``other``."""
    return pl.concat_str(
        pl.lit("person-"), pl.col("person").str.slice(1), pl.lit("-"), pl.col("other").str.slice(1)
    )


def decided_pairs(pairs: pl.DataFrame, questions: pl.DataFrame) -> pl.DataFrame:
    """``person``, ``other``, ``decision`` for every pair that a person decided."""
    return (
        pairs.with_columns(question_id=pair_question_id())
        .join(questions.drop_nulls("decision").select("question_id", "decision"), on="question_id")
        .select("person", "other", "decision")
    )


def _with_decisions(asked: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    return asked.join(decisions, on="question_id", how="left", maintain_order="left")


def _as_questions(asked: pl.DataFrame, kind: str) -> pl.DataFrame:
    schema = polars_schema(Questions)
    return asked.with_columns(
        question=pl.lit(kind).cast(schema["question"]),
        candidates=pl.col("candidates").fill_null(pl.lit([], pl.List(pl.String))),
    ).select(Questions.column_names())
