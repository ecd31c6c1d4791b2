"""Two persons who may be one, side by side: names from their own records, facts from the lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse

from leadscape_web.accounts.names import names_of
from leadscape_web.govuk.wording import NOT_KNOWN
from leadscape_web.register.models import School
from leadscape_web.review.models import QuestionLine
from leadscape_web.review.presenters.schools import Cell
from leadscape_web.survey.codebooks import Words
from leadscape_web.survey.models import Leader, Response
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN, span

NO_LEADER = "Nobody yet: its lines count for no leader, so no name is kept"
NOT_YET_A_LEADER = "somebody who is no leader yet"
"""In a sentence, what :data:`NO_LEADER` is in a table."""


MOST_SHOWN = 10
"""People or schools of one question that are listed by name."""


@dataclass(frozen=True)
class Side:
    """One of the two: who it is, and one line of facts a report. ``leader`` is the address of their page."""

    name: str
    leader: str | None
    schools: tuple[Cell, ...]
    roles: tuple[str, ...]
    reported_by: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What the lines of any questions refer to, read once."""

    names: Mapping[UUID, str]
    leaders: Mapping[UUID, UUID]
    schools: Mapping[str, str]
    respondents: Mapping[str, str]


def read_known(lines: Iterable[QuestionLine], wave_id: UUID) -> Known:
    """Names that the user may see, pages of leaders, names of schools and respondents; four queries."""
    found = list(lines)
    persons = {line.person_id for line in found if line.person_id}
    urns = {line.home_school_id for line in found if line.home_school_id}
    asked = {line.respondent for line in found}
    responses = Response.objects.filter(wave=wave_id, respondent__in=asked)
    return Known(
        names=names_of(persons),
        leaders=dict(Leader.objects.filter(person__in=persons).values_list("person_id", "pk")),
        schools=dict(School.objects.filter(urn__in=urns).values_list("urn", "name")),
        respondents=dict(responses.values_list("respondent", "respondent_name")),
    )


def name_of(lines: Sequence[QuestionLine], known: Known) -> str:
    """Who one side is, as far as the user may see it."""
    persons = [line.person_id for line in lines if line.person_id]
    return known.names.get(persons[0], NAME_NOT_KNOWN) if persons else NOT_YET_A_LEADER


def show_side(lines: Sequence[QuestionLine], words: Words, known: Known) -> Side:
    """One side for the comparison."""
    persons = [line.person_id for line in lines if line.person_id]
    leader = known.leaders.get(persons[0]) if persons else None
    urns = list(dict.fromkeys(line.home_school_id for line in lines if line.home_school_id))
    roles = dict.fromkeys(
        f"{words.role(line.role) if line.role else 'Role not decided'}, {span(line.started_on, line.ended_on)}"
        for line in lines
    )
    return Side(
        name=name_of(lines, known) if persons else NO_LEADER,
        leader=reverse("survey:leader", args=[leader]) if leader else None,
        schools=tuple(
            Cell(known.schools.get(urn) or urn, reverse("register:school", args=[urn])) for urn in urns
        )
        or (Cell(NOT_KNOWN),),
        roles=tuple(roles),
        reported_by=tuple(
            dict.fromkeys(known.respondents.get(line.respondent, line.respondent) for line in lines)
        ),
    )


def about_whom(lines: Sequence[QuestionLine], known: Known) -> list[dict[str, Any]]:
    """Whom the lines of a question are about and at which schools, as far as the user may see it: two facts."""
    persons = dict.fromkeys(line.person_id for line in lines if line.person_id)
    people: list[Any] = [
        {"label": known.names.get(person, NAME_NOT_KNOWN), "href": _leader_page(person, known)}
        for person in persons
    ]
    if any(line.person_id is None for line in lines):
        people.append("Somebody who is no leader yet, so no name is kept")
    urns = dict.fromkeys(line.home_school_id for line in lines if line.home_school_id)
    schools: list[Any] = [
        {"label": known.schools.get(urn) or urn, "href": reverse("register:school", args=[urn])}
        for urn in urns
    ]
    return [
        {"label": "Said of", "value": _some(people) or None, "missing": NOT_KNOWN},
        {"label": "Home school, as understood", "value": _some(schools) or None, "missing": NOT_KNOWN},
    ]


def _leader_page(person: UUID, known: Known) -> str | None:
    leader = known.leaders.get(person)
    return reverse("survey:leader", args=[leader]) if leader else None


def _some(found: list[Any]) -> list[Any]:
    more = len(found) - MOST_SHOWN
    return found if more <= 0 else [*found[:MOST_SHOWN], f"and {more:,} more"]


def as_rows(sides: Sequence[Side]) -> list[dict[str, Any]]:
    """The comparison: one row a fact, one cell a side."""
    return [
        {"label": "Name", "cells": [[Cell(side.name, side.leader)] for side in sides]},
        {"label": "Home school, as understood", "cells": [list(side.schools) for side in sides]},
        {"label": "Roles and dates", "cells": [[Cell(role) for role in side.roles] for side in sides]},
        {"label": "Reported by", "cells": [[Cell(who) for who in side.reported_by] for side in sides]},
    ]
