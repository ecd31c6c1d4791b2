"""What questions and decisions look like to a program: every field with its meaning, what is missing in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from leadscape_web.review.models import Decision, QuestionLine, Text
from leadscape_web.review.reading import Asked


class CandidateShape(Schema):
    """One answer that a question may have; a suggestion and never more."""

    answer: str = Field(description="Role id, URN, same or different.")
    probability_pct: int | None = Field(description="How likely it is, in whole per cent; null: not told.")
    evidence: str | None = Field(description="What speaks for it; null: nothing more.")


class DecisionShape(Schema):
    """One answer that was given to a question. It is never changed: another takes its place."""

    id: UUID
    question: UUID
    answer: str | None = Field(
        description="Role id, URN, none, same, different; null: the question is open again."
    )
    stands: bool = Field(description="Whether it holds now.")
    origin: Literal["page", "file", "study", "earlier", "undo"] = Field(
        description="On its page or by a program; from a review file; with the study; from an earlier study; by"
        " taking a later one back."
    )
    decided_at: datetime
    user: UUID | None = Field(description="Who decided here; null: nobody did, a run took it over.")
    decided_by: str | None = Field(description="Who decided, as a file says; null: no file does.")
    decided_in: str | None = Field(description="Earlier study in which it was decided; null: in this one.")
    note: str | None = Field(description="null: none, or it was erased.")
    restores: UUID | None = Field(
        description="The decision that stands again by it, whose note this is; null: none."
    )


class QuestionShape(Schema):
    """One thing about the returns of a study that a person decides. Personal data: what returns say may name people."""

    id: UUID
    study: UUID = Field(description="Study that asks it.")
    kind: Literal["role", "school", "person"] = Field(
        description="Which role is meant; which school; whether two are one person."
    )
    as_written: str | None = Field(
        description="What the return says; null: about two persons, or the words are not kept any more."
    )
    context: str | None = Field(description="What else it says; null: nothing, or not kept any more.")
    authorities: list[str] = Field(description="Codes; none: not known, so for the nation to decide.")
    nominations: int = Field(description="Lines of returns that wait for the answer.")
    candidates: list[CandidateShape] = Field(description="What it may be, best first.")
    asked_at: datetime = Field(description="When the run was stored that asked it last.")
    carried_out: str | None = Field(description="The decision that this run carried out; null: none.")
    not_used: str | None = Field(
        description="Decision of an earlier study that this one could not carry out, and why; null: none."
    )
    standing: DecisionShape | None = Field(description="The decision that holds now; null: nobody decided.")


class LineShape(Schema):
    """One line of a return that a question is about."""

    side: int = Field(description="1 or 2 of two persons, else 0.")
    person: UUID | None = Field(description="null: the line counts for no leader yet.")
    name: str | None = Field(description="null: not known, erased, or the key has no scope people:read.")
    respondent: str = Field(description="Who reported it.")
    home_school: str | None = Field(description="URN of the school taken to be meant. null: not known.")
    role: str | None = Field(description="Role id as coded; null: not decided.")
    started_on: date | None = Field(description="null: not known.")
    ended_on: date | None = Field(description="null: not known, or in force.")


class WholeQuestion(QuestionShape):
    """One question with its lines and everything that was decided on it, oldest first."""

    lines: list[LineShape]
    decisions: list[DecisionShape]


def question_shape(asked: Asked) -> QuestionShape:
    """One question as programs read it."""
    question = asked.question
    chances = [*question.chances_pct, *([None] * len(question.answers))]
    evidence = [*question.evidence, *([""] * len(question.answers))]
    return QuestionShape(
        id=question.pk,
        study=question.study_id,
        kind=question.kind,  # type: ignore[arg-type]
        as_written=asked.word(Text.Field.AS_WRITTEN),
        context=asked.word(Text.Field.CONTEXT),
        authorities=question.authorities,
        nominations=question.nominations,
        candidates=[
            CandidateShape(answer=answer, probability_pct=chance, evidence=told or None)
            for answer, chance, told in zip(question.answers, chances, evidence, strict=False)
        ],
        asked_at=question.run_at,
        carried_out=question.carried_out,
        not_used=question.not_used or None,
        standing=decision_shape(asked, asked.standing) if asked.standing else None,
    )


def whole_question(asked: Asked, names: Mapping[UUID, str]) -> WholeQuestion:
    """One question with its parts."""
    return WholeQuestion(
        **question_shape(asked).model_dump(),
        lines=[_line(line, names) for line in asked.lines],
        decisions=[decision_shape(asked, one) for one in asked.decisions],
    )


def decision_shape(asked: Asked, one: Decision) -> DecisionShape:
    """One decision of a question; what stands again has the words of what it restores."""
    said = one.restores_id or one.pk
    return DecisionShape(
        id=one.pk,
        question=one.question_id,
        answer=one.answer,
        stands=one.superseded_at is None,
        origin=one.origin,  # type: ignore[arg-type]
        decided_at=one.decided_at,
        user=one.decided_by_id,
        decided_by=asked.word(Text.Field.DECIDED_BY, said),
        decided_in=asked.word(Text.Field.DECIDED_IN, said),
        note=asked.word(Text.Field.NOTE, said),
        restores=one.restores_id,
    )


def _line(line: QuestionLine, names: Mapping[UUID, str]) -> LineShape:
    return LineShape(
        side=line.side,
        person=line.person_id,
        name=names.get(line.person_id) if line.person_id else None,
        respondent=line.respondent,
        home_school=line.home_school_id,
        role=line.role,
        started_on=line.started_on,
        ended_on=line.ended_on,
    )
