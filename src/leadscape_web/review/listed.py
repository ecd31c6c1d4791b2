"""Questions for the list: thousands at once by what they are sorted and narrowed by, and in words where they are shown.

What the words of returns and the names of people say is read for the rows alone that need it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final
from uuid import UUID

import polars as pl
from django.db import connection

from leadscape_web.accounts.names import names_of
from leadscape_web.govuk.wording import NOT_KNOWN
from leadscape_web.register.models import Authority, School
from leadscape_web.review.models import Question
from leadscape_web.review.presenters.persons import NOT_YET_A_LEADER
from leadscape_web.review.presenters.question import answer_words, state_of, title_of
from leadscape_web.review.wording import KINDS, OPEN, WAITS, likely
from leadscape_web.survey.codebooks import KnownWaves
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN

_QUESTIONS: Final = """
select q.id::text, q.kind, array_to_string(q.authorities, chr(31)), q.nominations, q.probability_pct, q.carried_out,
       q.study_id::text, q.wave_id::text, d.answer, coalesce(d.decided_at > q.run_at, false),
       coalesce(d.origin = 'earlier', false),
       q.kind = 'person' and exists (
         select 1 from review_questionline l where l.question_id = q.id and l.person_id is null),
       q.not_used <> ''
from review_question q
left join review_decision d on d.question_id = q.id and d.superseded_at is null
where q.gone_at is null order by q.nominations desc, q.id
"""
_READ: Final = {
    "key": pl.String, "code": pl.String, "places": pl.String, "nominations": pl.Int64, "pct": pl.Int64,
    "carried_out": pl.String, "study_key": pl.String, "wave": pl.String, "answer": pl.String, "after_run": pl.Boolean,
    "earlier": pl.Boolean, "waits": pl.Boolean, "not_used": pl.Boolean,
}  # fmt: skip
_WRITTEN: Final = """
select question_id::text, text from review_text
where question_id = any (%s) and decision_id is null and field = 'as_written' and text <> ''
"""
_PERSONS: Final = """
select distinct on (question_id, side) question_id::text, side, person_id from review_questionline
where question_id = any (%s) and person_id is not null order by question_id, side, leader_key, id
"""
IN_WORDS: Final = ("question", "decision")
"""Columns that :func:`in_words` fills."""


def list_questions(waves: KnownWaves) -> pl.DataFrame:
    """Every question that the last run of its study asks and that the user sees: open ones, those that wait for another
    question, decided ones; of each the ones with most lines waiting first.

    One row a question: ``key``, ``kind``, ``authorities``, ``nominations``, ``probability``, ``state``, ``study``, and
    what :func:`in_words` needs to fill :data:`IN_WORDS`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_QUESTIONS)
        rows = pl.DataFrame(cursor.fetchall(), schema=_READ, orient="row")
    states = rows.select("answer", "carried_out", "after_run", "earlier", "waits").iter_rows()
    titles = {wave: _title(waves, wave) for wave in rows["wave"].unique()}
    chances = {pct: likely(pct) for pct in rows["pct"].unique()}
    places = pl.col("places").str.split(chr(31))
    told = rows.with_columns(
        # What is decided keeps no line waiting.
        pl.when(pl.col("answer").is_null()).then("nominations").otherwise(0).alias("nominations"),
        pl.col("code").replace_strict(KINDS, return_dtype=pl.String).alias("kind"),
        pl.when(pl.col("places") != "")
        .then(places.list.eval(pl.element().replace(_places(rows["places"]))))
        .otherwise(pl.lit([], pl.List(pl.String)))
        .alias("authorities"),
        pl.col("pct").replace_strict(chances, return_dtype=pl.String).alias("probability"),
        pl.Series("state", [state_of(*state) for state in states], pl.String),
        pl.col("wave").replace_strict(titles, return_dtype=pl.String).alias("study"),
        *(pl.lit(None, pl.String).alias(name) for name in IN_WORDS),
    )
    rank = pl.col("state").replace_strict({OPEN: 0, WAITS: 1}, default=2, return_dtype=pl.Int8)
    return told.sort(rank, maintain_order=True)


def in_words(rows: pl.DataFrame, waves: KnownWaves) -> pl.DataFrame:
    """The same rows with the question in a sentence and the decision that stands in words; at most four queries."""
    told = dict(rows.filter(pl.col("code") != Question.Kind.PERSON).select("key", "code").iter_rows())
    pairs = rows.filter(pl.col("code") == Question.Kind.PERSON)["key"].to_list()
    written, sides = _written(list(told)), _sides(pairs)
    names = names_of(person for pair in sides.values() for person in pair.values())
    urns = rows.filter(pl.col("code") == Question.Kind.SCHOOL)["answer"].drop_nulls().unique().to_list()
    schools = dict(School.objects.filter(urn__in=urns).values_list("urn", "name")) if urns else {}

    def name(key: str, side: int) -> str:
        person = sides[key].get(side) if key in sides else None
        return names.get(person, NAME_NOT_KNOWN) if person else NOT_YET_A_LEADER

    titles = [
        title_of(code, written.get(key), [name(key, 1), name(key, 2)] if key not in told else ())
        for key, code in rows.select("key", "code").iter_rows()
    ]
    decisions = [
        None if answer is None else answer_words(code, answer, waves.words(UUID(wave)), schools)
        for code, answer, wave in rows.select("code", "answer", "wave").iter_rows()
    ]
    return rows.with_columns(
        pl.Series("question", titles, pl.String), pl.Series("decision", decisions, pl.String)
    )


def _title(waves: KnownWaves, wave: str) -> str:
    found = waves.get(UUID(wave))
    return found.title if found else NOT_KNOWN


def _places(joined: pl.Series) -> dict[str, str]:
    codes = {code for text in joined.unique() for code in text.split(chr(31))}
    return dict(Authority.objects.filter(code__in=codes).values_list("code", "name"))


def _written(keys: list[str]) -> dict[str, str]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN, [[UUID(key) for key in keys]])
        return dict(cursor.fetchall())


def _sides(keys: list[str]) -> dict[str, dict[int, UUID]]:
    """Question about two persons to side (1 or 2) to whom it is about."""
    found: dict[str, dict[int, UUID]] = defaultdict(dict)
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(_PERSONS, [[UUID(key) for key in keys]])
            for question, side, person in cursor.fetchall():
                found[question][side] = person
    return found
