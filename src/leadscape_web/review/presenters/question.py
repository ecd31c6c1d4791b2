"""One question for its page: what is asked, what it may be, what speaks for each, what was decided so far."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone

from leadscape_web.accounts.actors import who_acted
from leadscape_web.govuk.wording import NOT_KNOWN, written_date
from leadscape_web.register.models import Authority, School
from leadscape_web.review.models import Decision, Question, QuestionLine, Text
from leadscape_web.review.presenters.persons import (
    Known,
    about_whom,
    as_rows,
    name_of,
    read_known,
    show_side,
)
from leadscape_web.review.presenters.roles import chances_of, role_candidates
from leadscape_web.review.presenters.schools import Candidate, Cell, school_candidates
from leadscape_web.review.reading import Asked, with_parts
from leadscape_web.review.wording import (
    CONTRADICTED,
    DECIDED,
    DIFFERENT,
    NONE,
    NONE_WORDS,
    NOT_YET,
    OPEN,
    PERSON_WORDS,
    SAME,
    TAKEN_OVER,
    WAITS,
    blanked_words,
    likely,
)
from leadscape_web.survey.codebooks import Words

_PCT: Final = re.compile(r"^\d+ %: ")
FIRST_ROLE: Final = (
    "The lines of one side count for no leader yet, because their role is not decided, so no name is kept of them."
    " Decide first:"
)
FIRST_RUN: Final = (
    "The role of one side is decided, and the study was not run since. Run it again: this question is then asked with"
    " the name, or not at all."
)
NO_ROLE: Final = (
    "The lines of one side count for no leader: while their role stays so, the answer changes nothing."
)
_PLACE: Final = re.compile(r"^authority [^:]*: ")


@dataclass(frozen=True)
class ShownDecision:
    """One decision in the list of all."""

    what: str
    who: str
    at: datetime
    how: str
    note: str
    current: bool


@dataclass(frozen=True)
class ShownQuestion:
    """A question as its page shows it.

    Attributes
    ----------
    facts
        Rows of label and value, for ``parts.facts``.
    head, rows
        The comparison: one column a candidate.
    choices
        What may be decided, in the order of the number keys.
    decisions
        Every decision, newest first.
    waits
        What to do first, for a question that waits; empty: it does not.
    first
        The questions to decide first, for links.
    """

    title: str
    state: str
    facts: tuple[dict[str, Any], ...]
    caption: str
    head: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    choices: tuple[Candidate, ...]
    decisions: tuple[ShownDecision, ...]
    waits: str = ""
    first: tuple[Cell, ...] = ()


def state_of(
    answer: str | None,
    carried_out: str | None,
    after_run: bool,
    earlier: bool = False,
    waits: bool = False,
) -> str:
    """Whether a question is open, decided, or decided and not in the figures yet.

    Parameters
    ----------
    answer
        What stands; null: the question is open.
    carried_out
        What the last run carried out.
    after_run
        Whether what stands was decided after that run.
    earlier
        Whether it was decided in an earlier study.
    waits
        Whether one of two persons is nobody until another question is decided.
    """
    if answer is None and carried_out is None and waits:
        return WAITS
    if answer is None:
        return OPEN if carried_out is None else NOT_YET
    if answer == carried_out:
        return TAKEN_OVER if earlier else DECIDED
    return NOT_YET if after_run else CONTRADICTED


def title_of(kind: str, written: str | None, names: Sequence[str]) -> str:
    """The question in a sentence; ``names`` of the two persons, where it is about two."""
    if kind == Question.Kind.PERSON:
        return f"Are they one person: {' and '.join(names)}?"
    what = "role" if kind == Question.Kind.ROLE else "school"
    return f"Which {what} is meant by “{written or blanked_words()}”?"


def title_with(asked: Asked, known: Known) -> str:
    """The question in a sentence, from what its lines refer to."""
    names = [name_of(asked.side(number), known) for number in (1, 2)]
    return title_of(asked.question.kind, asked.word(Text.Field.AS_WRITTEN), names)


def answer_words(kind: str, answer: str | None, words: Words, schools: dict[str, str]) -> str:
    """A decision in words."""
    if answer is None:
        return "Open again"
    if kind == Question.Kind.PERSON:
        return PERSON_WORDS.get(answer, answer)
    if answer == NONE:
        return NONE_WORDS[kind]
    return (
        words.role(answer)
        if kind == Question.Kind.ROLE
        else f"{schools.get(answer) or 'School'} (URN {answer})"
    )


def show_question(asked: Asked, words: Words) -> ShownQuestion:
    """The page of one question."""
    question = asked.question
    known = read_known(asked.lines, question.wave_id)
    head, rows, choices = _compared(asked, words, known)
    waits = _waits(asked)
    told, first = what_first(asked) if waits else ("", ())
    return ShownQuestion(
        title=title_with(asked, known),
        state=state_of(
            asked.answer,
            question.carried_out,
            asked.standing is not None and asked.standing.decided_at > question.run_at,
            asked.standing is not None and asked.standing.origin == Decision.Origin.EARLIER,
            waits,
        ),
        facts=tuple(_facts(asked, known)),
        caption="Who they are" if question.kind == Question.Kind.PERSON else "What it may be",
        head=head,
        rows=rows,
        choices=choices,
        decisions=_decisions(asked, words),
        waits=told,
        first=first,
    )


def _waits(asked: Asked) -> bool:
    is_pair = asked.question.kind == Question.Kind.PERSON
    return is_pair and asked.answer is None and any(line.person_id is None for line in asked.lines)


def what_first(asked: Asked) -> tuple[str, tuple[Cell, ...]]:
    """What to do before a question about somebody who is no leader yet, and the questions to decide for it."""
    keys = {line.leader_key for line in asked.lines if line.person_id is None}
    about = QuestionLine.objects.filter(leader_key__in=keys).values("question")
    roles = Question.objects.filter(
        study=asked.question.study_id, kind=Question.Kind.ROLE, gone_at=None, pk__in=about
    )
    found = with_parts(list(roles.order_by("-nominations", "pk")))
    still = [one for one in found if one.answer is None]
    if still:
        return FIRST_ROLE, tuple(
            Cell(
                title_of(one.question.kind, one.word(Text.Field.AS_WRITTEN), ()),
                reverse("review:question", args=[one.question.pk]),
            )
            for one in still
        )
    return (FIRST_RUN if found else NO_ROLE), ()


def _facts(asked: Asked, known: Known) -> list[dict[str, Any]]:
    question = asked.question
    codes = question.authorities
    names = dict(Authority.objects.filter(code__in=codes).values_list("code", "name"))
    context = asked.word(Text.Field.CONTEXT) or ""
    reported = dict.fromkeys(known.respondents.get(line.respondent, line.respondent) for line in asked.lines)
    rows = [
        {
            "label": "Lines of returns that wait" if asked.answer is None else "Lines of returns it is about",
            "value": question.nominations,
        },
        {
            "label": "Authority",
            "value": [names.get(code, code) for code in codes] or None,
            "missing": NOT_KNOWN,
        },
        {"label": "Said by", "value": list(reported) or None, "missing": NOT_KNOWN},
    ]
    if question.kind == Question.Kind.PERSON:
        rows.append({"label": "That they are one person", "value": likely(question.probability_pct)})
        rows.append(
            {"label": "Evidence", "value": [part for part in _PCT.sub("", context).split("; ") if part]}
        )
    elif question.kind == Question.Kind.SCHOOL:
        rows.append(
            {"label": "Why it is asked", "value": _PLACE.sub("", context) or None, "missing": NOT_KNOWN}
        )
    else:
        rows += about_whom(asked.lines, known)
        if context:
            rows.append({"label": "What the returns add", "value": context})
    if question.not_used:
        rows.append({"label": "Decided before, and not used here", "value": question.not_used})
    rows.append({"label": "Asked by the run of", "value": written_date(timezone.localdate(question.run_at))})
    return rows


def _compared(
    asked: Asked, words: Words, known: Known
) -> tuple[tuple[str, ...], tuple[dict[str, Any], ...], tuple[Candidate, ...]]:
    question = asked.question
    if question.kind == Question.Kind.PERSON:
        sides = [show_side(asked.side(number), words, known) for number in (1, 2)]
        choices = (
            Candidate(SAME, PERSON_WORDS[SAME], "Their lines become one leader.", {}),
            Candidate(DIFFERENT, PERSON_WORDS[DIFFERENT], "They stay two leaders.", {}),
        )
        return ("First", "Second"), tuple(as_rows(sides)), choices
    if question.kind == Question.Kind.SCHOOL:
        found = school_candidates(question)
        none = Candidate(NONE, NONE_WORDS[question.kind], "A closed school, a setting, another country.", {})
        return _columns(found), _rows(found), (*found, none)
    told, others = role_candidates(question, words)
    chance = chances_of(question).get(NONE)
    hint = "Working together alone is not leading." + (f" {likely(chance)}." if chance is not None else "")
    none = Candidate(NONE, NONE_WORDS[question.kind], hint, {})
    return _columns(told), _rows(told), (*told, *others, none)


def _columns(found: tuple[Candidate, ...]) -> tuple[str, ...]:
    return tuple(f"{number}. {one.label}" for number, one in enumerate(found, start=1))


def _rows(found: tuple[Candidate, ...]) -> tuple[dict[str, Any], ...]:
    labels = dict.fromkeys(label for one in found for label in one.facts)
    return tuple(
        {"label": label, "cells": [[one.facts.get(label, Cell(NOT_KNOWN))] for one in found]}
        for label in labels
    )


def _decisions(asked: Asked, words: Words) -> tuple[ShownDecision, ...]:
    who = who_acted((one.decided_by_id, one.decided_at) for one in asked.decisions)
    by_key = {one.pk: one for one in asked.decisions}

    def decider(one: Decision) -> str:
        return asked.word(Text.Field.DECIDED_BY, one.pk) or who[one.decided_by_id, one.decided_at]

    def how(one: Decision) -> str:
        told = Decision.Origin(one.origin).label
        origin = by_key.get(one.restores_id, one) if one.restores_id else one
        if origin is not one:
            told += (
                f"; what {decider(origin)} decided on {written_date(timezone.localdate(origin.decided_at))}"
            )
            told += " stands again"
        study = asked.word(Text.Field.DECIDED_IN, origin.pk)
        return f"{told}: {study}" if study else told

    urns = [one.answer for one in asked.decisions if one.answer and one.answer.isdigit()]
    schools = dict(School.objects.filter(urn__in=urns).values_list("urn", "name")) if urns else {}
    return tuple(
        ShownDecision(
            what=answer_words(asked.question.kind, one.answer, words, schools),
            who=decider(one),
            at=one.decided_at,
            how=how(one),
            note=asked.word(Text.Field.NOTE, one.restores_id or one.pk) or "",
            current=one.superseded_at is None,
        )
        for one in reversed(asked.decisions)
    )
