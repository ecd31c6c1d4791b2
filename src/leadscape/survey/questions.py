"""What a person must decide: one question a wording, a mention or a pair, however many nominations wait for it."""

from __future__ import annotations

from typing import Final

import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.survey.tables import Questions

ROLE_CANDIDATES: Final = 3
OF_CANDIDATES: Final = ("candidates", "answers", "probabilities", "evidence")
"""Columns with an entry a candidate, in the same order."""
SHOWN_FROM: Final = 0.02
"""Probability from which an answer is worth a person's glance."""


def wording(text: pl.Expr) -> pl.Expr:
    """A role as written, in the form under which it is asked about once."""
    return text.fill_null("(nothing written)").str.strip_chars().str.replace_all(r"\s+", " ")


def role_question_id(text: pl.Expr) -> pl.Expr:
    """The question that a wording raises: the wording itself, so that the same words get one answer in every wave."""
    return pl.concat_str(pl.lit("role-"), wording(text).str.to_lowercase())


def school_question_id(mention_id: pl.Expr) -> pl.Expr:
    """The question that a mention raises."""
    return pl.concat_str(pl.lit("school-"), mention_id.str.slice(1))


def told_pct(probability: pl.Expr) -> pl.Expr:
    """A probability in whole per cent; what is not certain is never rounded up to it, nor what may be down to 0."""
    whole = (100 * probability).round().clip(1, 99)
    return pl.when(probability < 1).then(whole).otherwise(100.0).cast(pl.Int64)


def ask_roles(
    placed: pl.DataFrame, codings: pl.DataFrame, shares: pl.DataFrame, decisions: pl.DataFrame
) -> pl.DataFrame:
    """One question a distinct wording that is no label or alias of the codebook.

    Parameters
    ----------
    shares
        ``question_id``, ``role``, ``probability``, ``co_named``, ``lines``: what the wording may mean.
    """
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
    suggested = _role_candidates(shares)
    return _as_questions(answered.join(suggested, on="question_id", how="left"), "role")


def _role_candidates(shares: pl.DataFrame) -> pl.DataFrame:
    """Candidates of each question, such as ``mentor_head (83 %; 5 of 6 so named by others)``, best first."""
    named = pl.when(pl.col("co_named") > 0).then(
        pl.format("{} of {} so named by others", "co_named", "lines")
    )
    text = pl.concat_str(
        pl.col("role"),
        pl.lit(" ("),
        told_pct(pl.col("probability")),
        pl.lit(" %"),
        pl.concat_str(pl.lit("; "), named).fill_null(""),
        pl.lit(")"),
    )
    return (
        shares.filter(pl.col("probability") >= SHOWN_FROM)
        .sort("question_id", "probability", "role", descending=[False, True, False])
        .group_by("question_id", maintain_order=True)
        .agg(
            candidates=text.head(ROLE_CANDIDATES),
            answers=pl.col("role").head(ROLE_CANDIDATES),
            probabilities=pl.col("probability").head(ROLE_CANDIDATES),
            evidence=named.fill_null("").head(ROLE_CANDIDATES),
        )
    )


def ask_schools(
    mentions: pl.DataFrame,
    uses: pl.DataFrame,
    links: pl.DataFrame,
    candidates: pl.DataFrame,
    decisions: pl.DataFrame,
) -> pl.DataFrame:
    """One question a distinct mention that was not accepted; one that was, where a person has decided on it.

    Parameters
    ----------
    links, candidates
        As :class:`~leadscape.survey.linkage.SchoolLinks` and :class:`~leadscape.survey.linkage.SchoolCandidates`.
    """
    used = uses.group_by("mention_id").agg(nominations=pl.len().cast(pl.Int64))
    named = mentions.join(used, on="mention_id").join(
        links.select("mention_id", "outcome", "reason"), on="mention_id", maintain_order="left"
    )
    asked = named.with_columns(
        question_id=school_question_id(pl.col("mention_id")),
        as_written=pl.concat_str("urn", "name", separator=" | ", ignore_nulls=True),
        context=pl.format(
            "authority {}: {}",
            pl.coalesce("authority_code", "authority", pl.lit("not known")),
            pl.col("reason"),
        ),
    ).sort("question_id")
    answered = _with_decisions(asked, decisions).filter(
        (pl.col("outcome") != "accepted") | pl.col("decision").is_not_null()
    )
    text = pl.concat_str(
        "urn",
        pl.col("name").fill_null("-"),
        pl.col("town").fill_null("-"),
        pl.format("{} %", told_pct(pl.col("probability"))),
        "reason",
        separator=" | ",
    )
    suggested = (
        candidates.sort("mention_id", "rank")
        .group_by("mention_id", maintain_order=True)
        .agg(candidates=text, answers="urn", probabilities="probability", evidence="reason")
    )
    return _as_questions(answered.join(suggested, on="mention_id", how="left"), "school")


def ask_persons(
    pairs: pl.DataFrame, located: pl.DataFrame, persons: pl.DataFrame, decisions: pl.DataFrame
) -> pl.DataFrame:
    """One question a pair of groups of lines that may be one person.

    Parameters
    ----------
    pairs
        As :class:`~leadscape.survey.identity.PersonPairs`; asked about are those for review and those decided on.
    persons
        ``nomination_id``, ``person``: the groups that pairs are made of.
    """
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
    same = pl.col("probability")
    likelier_first = (
        pl.when(same >= 0.5).then(pl.lit(["same", "different"])).otherwise(pl.lit(["different", "same"]))
    )
    asked = (
        pairs.filter((pl.col("outcome").cast(pl.String) == "review") | pl.col("decision").is_not_null())
        .rename({"decision": "held"})
        .join(described, on="person", maintain_order="left")
        .join(described, left_on="other", right_on="person", suffix="_other", maintain_order="left")
        .select(
            question_id=pair_question_id(),
            as_written=pl.format("{}  =?  {}", "text", "text_other"),
            context=pl.format(
                "{} %: {}",
                told_pct(pl.col("probability")),
                pl.concat_str("why", "asked_because", separator="; ", ignore_nulls=True),
            ),
            nominations=(pl.col("lines") + pl.col("lines_other")).cast(pl.Int64),
            candidates=likelier_first,
            answers=likelier_first,
            probabilities=pl.concat_list(
                pl.max_horizontal(same, 1 - same), pl.min_horizontal(same, 1 - same)
            ),
            evidence=pl.lit(["", ""]),
            held=pl.col("held").cast(pl.String),
            person="person",
            other="other",
        )
    )
    # What holds is what was carried out: also a decision on lines that stand in another group now, and not one that
    # others contradict, which is asked about again.
    answered = asked.join(
        _decided_on_lines(decisions, persons), on=["person", "other"], how="left", maintain_order="left"
    ).with_columns(decision="held")
    return _as_questions(answered, "person")


def _decided_on_lines(decisions: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """``person``, ``other`` and who decided on any two of their lines; both orders of a pair, one row each.

    Lines that came or went may have put two lines into other groups than those that were decided on.
    """
    group = dict(persons.select("nomination_id", "person").iter_rows())
    numbers = pl.col("question_id").str.extract_groups(r"^person-([0-9a-f]+)-([0-9a-f]+)$")
    said = (
        decisions.with_columns(numbers=numbers)
        .filter(pl.col("numbers").struct.field("1").is_not_null())
        .with_columns(
            person=pl.concat_str(pl.lit("N"), pl.col("numbers").struct.field("1")),
            other=pl.concat_str(pl.lit("N"), pl.col("numbers").struct.field("2")),
        )
        .with_columns(
            direct=pl.lit(value=True),
            one=pl.col("person").replace_strict(group, default=None, return_dtype=pl.String),
            two=pl.col("other").replace_strict(group, default=None, return_dtype=pl.String),
        )
        .drop_nulls(["one", "two"])
        .with_columns(direct=(pl.col("one") == pl.col("person")) & (pl.col("two") == pl.col("other")))
        .sort(~pl.col("direct"), "question_id")
    )
    columns = ("decided_by", "note", "decided_in")
    both = [
        said.select("direct", *columns, person=one, other=two)
        for one, two in (("one", "two"), ("two", "one"))
    ]
    return pl.concat(both).unique(["person", "other"], keep="first", maintain_order=True).drop("direct")


def pair_question_id() -> pl.Expr:
    """The question that a pair raises, from columns ``person`` and ``other``."""
    return pl.concat_str(
        pl.lit("person-"), pl.col("person").str.slice(1), pl.lit("-"), pl.col("other").str.slice(1)
    )


def _with_decisions(asked: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    return asked.join(decisions, on="question_id", how="left", maintain_order="left")


def _as_questions(asked: pl.DataFrame, kind: str) -> pl.DataFrame:
    schema = polars_schema(Questions)
    return asked.with_columns(
        pl.lit(kind).cast(schema["question"]).alias("question"),
        *(pl.col(name).fill_null(pl.lit([], schema[name])) for name in OF_CANDIDATES),
    ).select(Questions.column_names())
