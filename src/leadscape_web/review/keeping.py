"""Keep the questions of a run: heard when a study was stored, in the same transaction, as the owner role.

A question is known again by its id of the library, so that decisions stay with it over runs and waves. Who is an
objector is not asked here: that is a question of privacy.
"""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from django.utils import timezone

from leadscape.actions.open_study import OpenedStudy
from leadscape_web.review.models import Question, QuestionLine, Text
from leadscape_web.review.notes import marks_of
from leadscape_web.review.taking_over import take_over
from leadscape_web.review.wording import SAME
from leadscape_web.studies.models import Study
from leadscape_web.survey.models import Leader

ASKED_HERE: Final = tuple(Question.Kind.values)
KEPT: Final = (
    "authorities", "nominations", "candidates", "answers", "chances_pct", "evidence", "probability_pct", "carried_out",
    "not_used", "run_at", "wave", "gone_at",
)  # fmt: skip
"""What every run writes anew."""
KEY, AS_WRITTEN, CONTEXT = Text.Field.KEY, Text.Field.AS_WRITTEN, Text.Field.CONTEXT


def keep_questions(*, study: Study, opened: OpenedStudy, wave_id: str, using: str, **_: Any) -> None:
    """Keep what a run asks, what it does not ask any more, and decisions that came with the study.

    A decision that the run read is taken over only where nothing was decided here: what reviewers said stands.
    """
    asked = opened.questions.filter(pl.col("question").cast(pl.String).is_in(ASKED_HERE))
    known = dict(
        Text.objects.using(using)
        .filter(question__study=study, field=KEY, blanked_at=None)
        .values_list("text", "question_id")
    )
    rows = _questions(study, asked, opened, wave_id, known)
    held = set(known.values())
    Question.objects.using(using).bulk_create(row for row in rows if row.pk not in held)
    Question.objects.using(using).bulk_update([row for row in rows if row.pk in held], KEPT, batch_size=500)
    ids = dict(zip(asked["question_id"], (row.pk for row in rows), strict=True))
    gone = Question.objects.using(using).filter(study=study, gone_at=None).exclude(pk__in=ids.values())
    # What is not asked any more needs its id alone, to be known when it is asked again.
    Text.objects.using(using).filter(question__in=gone, field__in=(AS_WRITTEN, CONTEXT)).update(text="")
    gone.update(gone_at=timezone.now())
    _keep_texts(asked, ids, using)
    _keep_lines(study, opened, ids, using)
    take_over(study, asked, ids, using)


def _questions(
    study: Study, asked: pl.DataFrame, opened: OpenedStudy, wave_id: str, known: dict[str, Any]
) -> list[Question]:
    lines = opened.question_lines
    places = dict(
        lines.group_by("question_id")
        .agg(
            codes=pl.col("authority_code").drop_nulls().unique().sort(),
            lost=pl.col("authority_code").null_count(),
        )
        # Where one line lies nobody knows where, the question is the nation's to answer.
        .select("question_id", pl.when(pl.col("lost") == 0).then("codes").otherwise([]))
        .iter_rows()
    )
    not_used = {
        row["question_id"]: f"{row['decision']}, in {row['decided_in']}. {row['rule']}"
        for row in opened.set_aside.iter_rows(named=True)
    }
    moment = timezone.now()
    made = []
    for row in asked.iter_rows(named=True):
        kind = Question.Kind(row["question"])
        chances = [_whole_pct(one) for one in row["probabilities"]]
        question = Question(
            study=study,
            kind=kind,
            authorities=places.get(row["question_id"], []),
            nominations=row["nominations"],
            candidates=row["candidates"],
            answers=row["answers"],
            chances_pct=chances,
            evidence=row["evidence"],
            probability_pct=_told_pct(kind, row["answers"], chances),
            carried_out=row["decision"],
            not_used=not_used.get(row["question_id"], ""),
            run_at=moment,
            wave_id=wave_id,
        )
        if row["question_id"] in known:
            question.pk = known[row["question_id"]]
        made.append(question)
    return made


def _whole_pct(probability: float) -> int:
    """In whole per cent; what is not certain is never rounded up to it, nor what may be down to 0."""
    return 100 if probability >= 1 else min(max(round(100 * probability), 1), 99)


def _told_pct(kind: Question.Kind, answers: list[str], chances: list[int]) -> int | None:
    """How likely the first candidate is; of two persons, that they are one."""
    told = dict(zip(answers, chances, strict=False))
    return told.get(SAME) if kind == Question.Kind.PERSON else next(iter(chances), None)


def _keep_texts(asked: pl.DataFrame, ids: dict[str, Any], using: str) -> None:
    """Words of the returns. Of a question about persons the names are not kept: both are shown by their own records."""
    told = {
        (ids[row["question_id"]], field): text
        for row in asked.iter_rows(named=True)
        for field, text in (
            (KEY, row["question_id"]),
            (AS_WRITTEN, None if row["question"] == Question.Kind.PERSON else row["as_written"]),
            (CONTEXT, row["context"]),
        )
        if text
    }
    held = {
        (text.question_id, text.field): text
        for text in Text.objects.using(using).filter(question__in=set(ids.values()), decision=None)
    }
    changed = []
    for place, text in told.items():
        former = held.get(place)
        if former is not None and former.blanked_at is None and former.text != text:
            former.text = text
            changed.append(former)
    Text.objects.using(using).bulk_update(changed, ["text"], batch_size=500)
    Text.objects.using(using).bulk_create(
        Text(question_id=question, field=field, text=text)
        for (question, field), text in told.items()
        if (question, field) not in held
    )


def _keep_lines(study: Study, opened: OpenedStudy, ids: dict[str, Any], using: str) -> None:
    QuestionLine.objects.using(using).filter(question__study=study).delete()
    ours = opened.question_lines.filter(pl.col("question_id").is_in(list(ids)))
    named = opened.names.join(ours, on="nomination_id", how="semi")
    marks = {line: marks_of(name) for line, name in named.select("nomination_id", "leader_name").iter_rows()}
    keys = ours["leader_id"].unique().to_list()
    persons = dict(Leader.objects.using(using).filter(key__in=keys).values_list("key", "person_id"))
    QuestionLine.objects.using(using).bulk_create(
        QuestionLine(
            question_id=ids[row["question_id"]],
            side=row["side"],
            person_id=persons.get(row["leader_id"]),
            leader_key=row["leader_id"],
            respondent=row["respondent_id"],
            home_school_id=row["home_urn"],
            role=row["role"],
            started_on=row["started_on"],
            ended_on=row["ended_on"],
            name_marks=marks.get(row["nomination_id"], []),
        )
        for row in ours.iter_rows(named=True)
    )
