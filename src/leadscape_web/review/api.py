"""Review by a program: the questions of its user's area, and decisions under the same rules as on the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict

from leadscape_web.accounts.api import ONE, PROBLEMS, Problem
from leadscape_web.accounts.api_access import may_use, needs
from leadscape_web.accounts.api_once import OtherRequest, once
from leadscape_web.accounts.api_pages import Page, PageQuery, Reason, Text, page_of
from leadscape_web.accounts.api_problems import problem
from leadscape_web.accounts.names import names_of
from leadscape_web.accounts.rules import EDITS, SEES_PEOPLE, allow
from leadscape_web.register.api import one_of
from leadscape_web.register.models import School
from leadscape_web.review import api_shapes as shape
from leadscape_web.review.deciding import DecidedMeanwhile, decide, take_back
from leadscape_web.review.models import Decision, Question
from leadscape_web.review.notes import check_note
from leadscape_web.review.reading import Asked, question_or_404, with_parts
from leadscape_web.review.wording import DIFFERENT, NONE, SAME
from leadscape_web.survey.codebooks import known_waves

router = Router(tags=["Review"])
READ: Final = "review:read"
WRITE: Final = "review:write"
WRITES: Final[dict[int, Any]] = {**ONE, 400: Problem, 409: Problem}


class QuestionFilters(Schema):
    """Which questions; several filters all hold."""

    study: UUID | None = Field(None, description="Id of the study that asks.")
    kind: Literal["role", "school", "person"] | None = Field(None, description="What is asked.")
    authority: Text | None = Field(None, description="Code of an authority in which its lines lie.")
    decided: bool | None = Field(None, description="Whether a decision stands.")


class NewDecision(Schema):
    """What is decided about one question."""

    model_config = ConfigDict(extra="forbid")
    answer: Text = Field(
        description="Role id of the study's codebook or none; URN of the register or none; same or different."
    )
    opened_with: UUID | None = Field(
        description="Id of the decision that stood when the question was read; null: none did. If another stands by"
        " now, nothing is saved."
    )
    note: Reason = Field("", description="How it is known. It goes into the review file. No names of people.")


@router.get(
    "/questions", response={200: Page[shape.QuestionShape], **PROBLEMS}, summary="Questions to decide"
)
@allow(SEES_PEOPLE)
@needs(READ)
def questions(
    request: HttpRequest, filters: Query[QuestionFilters], page: Query[PageQuery]
) -> Page[shape.QuestionShape]:
    """What the last run of each study leaves to people: questions that lie wholly in your area."""
    found = Question.objects.filter(gone_at=None)
    if filters.study is not None:
        found = found.filter(study=filters.study)
    if filters.kind is not None:
        found = found.filter(kind=filters.kind)
    if filters.authority is not None:
        found = found.filter(authorities__contains=[filters.authority])
    if filters.decided is not None:
        standing = Exists(
            Decision.objects.filter(question=OuterRef("pk"), superseded_at=None, answer__isnull=False)
        )
        found = found.filter(standing if filters.decided else ~standing)
    return page_of(request, page, found, "id", _shapes, Page[shape.QuestionShape])


@router.get("/questions/{uuid:key}", response={200: shape.WholeQuestion, **ONE}, summary="One question")
@allow(SEES_PEOPLE)
@needs(READ)
def question(request: HttpRequest, key: UUID) -> shape.WholeQuestion:
    """One question of your area with its candidates, its lines and everything that was decided on it."""
    asked = question_or_404(key)
    persons = [line.person_id for line in asked.lines if line.person_id]
    return shape.whole_question(asked, names_of(persons) if may_use(request, "people:read") else {})


@router.post(
    "/questions/{uuid:key}/decisions",
    response={201: shape.DecisionShape, **WRITES},
    summary="Decide a question",
)
@allow(EDITS, methods=("POST",))
@needs(WRITE)
def decide_question(request: HttpRequest, key: UUID, body: NewDecision) -> Any:
    """Decide a question of the area that you edit. It counts when the study is run again."""
    asked = question_or_404(key)

    def write() -> UUID:
        note = _checked(asked, body)
        made = decide(asked.question, body.answer, opened_with=body.opened_with, user=request.user, note=note)
        return made.pk

    return _written(request, write)


@router.post(
    "/decisions/{uuid:key}/take-back",
    response={201: shape.DecisionShape, **WRITES},
    summary="Take a decision back",
)
@allow(EDITS, methods=("POST",))
@needs(WRITE)
def take_back_decision(request: HttpRequest, key: UUID) -> Any:
    """Take the decision that stands back: what was decided before stands again, or the question is open."""
    decision = one_of(Decision.objects.select_related("question"), pk=key)
    return _written(request, lambda: take_back(decision, request.user).pk)


class _Unsound(Exception):
    """A part of the body that cannot be; its name, and why."""

    def __init__(self, part: str, why: str) -> None:
        super().__init__(why)
        self.part, self.why = part, why


def _checked(asked: Asked, body: NewDecision) -> str:
    """The note as it may be kept, where the answer is one that the question can have."""
    kind, answer = asked.question.kind, body.answer
    if kind == Question.Kind.PERSON:
        known, told = answer in (SAME, DIFFERENT), "Must be same or different."
    elif kind == Question.Kind.ROLE:
        words = known_waves().words(asked.question.wave_id)
        known, told = (
            answer == NONE or answer in words.roles,
            "Must be a role id of the study's codebook, or none.",
        )
    else:
        known = answer == NONE or School.objects.filter(urn=answer).exists()
        told = "Must be a URN of the register, or none."
    if not known:
        raise _Unsound("answer", told)
    if not body.note.strip():
        return ""
    try:
        return check_note(body.note, asked.lines)
    except ValidationError as error:
        raise _Unsound("note", error.messages[0]) from error


def _written(request: HttpRequest, write: Callable[[], UUID]) -> Any:
    """The decision that stands now, or the problem that says why nothing was saved."""
    number = getattr(request, "number", "")
    try:
        status, made = once(request, 201, write)
    except _Unsound as refused:
        errors = [{"parameter": refused.part, "detail": refused.why}]
        return problem(422, errors=errors, number=number)
    except OtherRequest:
        return problem(
            409,
            "The same Idempotency-Key was sent with another change within a day. Nothing was saved.",
            "Use a new key for each change, and the same one only to send the same change again.",
            number=number,
        )
    except DecidedMeanwhile as met:
        now = met.decision.pk if met.decision else None
        return problem(409, f"{met.what} {met.why}", met.next_step, number=number, more={"standing": now})
    decision = one_of(Decision.objects.all(), pk=made)
    return Status(status, shape.decision_shape(question_or_404(decision.question_id), decision))


def _shapes(some: list[Question]) -> list[shape.QuestionShape]:
    return [shape.question_shape(asked) for asked in with_parts(some)]
