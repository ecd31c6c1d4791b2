"""Keep the questions of a run: heard when a study was stored, in the same transaction, as the owner role.

A question is known again by its id of the library, so that decisions stay with it over runs and waves. Who is an
objector is not asked here: that is a question of privacy.
"""

from __future__ import annotations

import re
from typing import Any, Final

import polars as pl
from django.utils import timezone

from leadscape.actions.open_study import OpenedStudy
from leadscape_web.review.models import Decision, Question, QuestionLine, Text
from leadscape_web.studies.models import Study
from leadscape_web.survey.models import Leader

ASKED_HERE: Final = tuple(Question.Kind.values)
_TOLD_PCT: Final = {
    Question.Kind.ROLE: re.compile(r"\((\d+) %"),
    Question.Kind.SCHOOL: re.compile(r" \| (\d+) % \| "),
    Question.Kind.PERSON: re.compile(r"^(\d+) %"),
}
KEY, AS_WRITTEN, CONTEXT = Text.Field.KEY, Text.Field.AS_WRITTEN, Text.Field.CONTEXT


def keep_questions(*, study: Study, opened: OpenedStudy, wave_id: str, using: str, **_: Any) -> None:
    """Keep what a run asks, what it does not ask any more, and decisions that came with the study.

    A decision of the study's own file is taken over only where nothing was decided here: what reviewers said stands.
    """
    asked = opened.questions.filter(pl.col("question").cast(pl.String).is_in(ASKED_HERE))
    known = dict(
        Text.objects.using(using)
        .filter(question__study=study, field=KEY, blanked_at=None)
        .values_list("text", "question_id")
    )
    rows = _questions(study, asked, opened.question_lines, wave_id, known)
    new = [row for row in rows if row.pk not in set(known.values())]
    Question.objects.using(using).bulk_create(new)
    Question.objects.using(using).bulk_update(
        [row for row in rows if row.pk in set(known.values())],
        [
            "authorities",
            "nominations",
            "candidates",
            "probability_pct",
            "carried_out",
            "run_at",
            "wave",
            "gone_at",
        ],
        batch_size=500,
    )
    ids = dict(zip(asked["question_id"], (row.pk for row in rows), strict=True))
    gone = Question.objects.using(using).filter(study=study, gone_at=None).exclude(pk__in=ids.values())
    # What is not asked any more needs its id alone, to be known when it is asked again.
    Text.objects.using(using).filter(question__in=gone, field__in=(AS_WRITTEN, CONTEXT)).update(text="")
    gone.update(gone_at=timezone.now())
    _keep_texts(asked, ids, using)
    _keep_lines(study, opened.question_lines, ids, using)
    _take_over(asked, ids, using)


def _questions(
    study: Study, asked: pl.DataFrame, lines: pl.DataFrame, wave_id: str, known: dict[str, Any]
) -> list[Question]:
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
    moment = timezone.now()
    made = []
    for row in asked.iter_rows(named=True):
        kind = Question.Kind(row["question"])
        question = Question(
            study=study,
            kind=kind,
            authorities=places.get(row["question_id"], []),
            nominations=row["nominations"],
            candidates=row["candidates"],
            probability_pct=_told_pct(kind, row),
            carried_out=row["decision"],
            run_at=moment,
            wave_id=wave_id,
        )
        if row["question_id"] in known:
            question.pk = known[row["question_id"]]
        made.append(question)
    return made


def _told_pct(kind: Question.Kind, row: dict[str, Any]) -> int | None:
    text = row["context"] if kind == Question.Kind.PERSON else next(iter(row["candidates"]), "")
    found = _TOLD_PCT[kind].search(text or "")
    return int(found[1]) if found else None


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


def _keep_lines(study: Study, lines: pl.DataFrame, ids: dict[str, Any], using: str) -> None:
    QuestionLine.objects.using(using).filter(question__study=study).delete()
    ours = lines.filter(pl.col("question_id").is_in(list(ids)))
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
        )
        for row in ours.iter_rows(named=True)
    )


def _take_over(asked: pl.DataFrame, ids: dict[str, Any], using: str) -> None:
    """Decisions of the study's own file, where nobody decided here."""
    decided = set(
        Decision.objects.using(using).filter(question__in=ids.values()).values_list("question_id", flat=True)
    )
    found = [
        row
        for row in asked.drop_nulls("decision").iter_rows(named=True)
        if ids[row["question_id"]] not in decided
    ]
    made = [
        Decision(question_id=ids[row["question_id"]], answer=row["decision"], origin=Decision.Origin.STUDY)
        for row in found
    ]
    Decision.objects.using(using).bulk_create(made)
    Text.objects.using(using).bulk_create(
        Text(question_id=decision.question_id, decision=decision, field=field, text=text)
        for decision, row in zip(made, found, strict=True)
        for field, text in ((Text.Field.DECIDED_BY, row["decided_by"]), (Text.Field.NOTE, row["note"]))
        if text
    )
