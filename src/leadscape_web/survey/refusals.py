"""What the database refuses, as sentences for the person who filled in a form: rules of the tables, and areas."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import psycopg.errors
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError

from leadscape.core.errors import LeadscapeError
from leadscape_web.survey.models import RoleHolding
from leadscape_web.survey.presenters.words import span


class Impossible(LeadscapeError):
    """A change that the rules of the records do not allow. ``field`` is the part of the form that can be put right."""

    def __init__(self, what: str, why: str, next_step: str, field: str) -> None:
        super().__init__(what, why, next_step)
        self.field = field


def overlapping(holding: RoleHolding) -> RoleHolding | None:
    """Another holding of the same role by the same leader that shares days with this one."""
    others = RoleHolding.objects.filter(leader=holding.leader_id, role=holding.role, withdrawn_at=None)
    for other in others.exclude(pk=holding.pk):
        starts = max(holding.started_on or date.min, other.started_on or date.min)
        if starts < min(holding.ended_on or date.max, other.ended_on or date.max):
            return other
    return None


@contextmanager
def outside_area(field: str) -> Iterator[None]:
    """What row-level security refuses, in words."""
    try:
        yield
    except DatabaseError as error:
        if not isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
            raise
        if not field:
            raise PermissionDenied(
                "You may read this record and not change it: it is not in the area you edit."
            ) from error
        raise Impossible(
            "That school is outside the area you edit.",
            "You would move the leader to where you could no longer see or correct them.",
            "Ask an editor of that school's authority or region to make this change.",
            field,
        ) from error


@contextmanager
def broken_rules(field: str, holding: RoleHolding | None = None) -> Iterator[None]:
    """What a constraint of the tables refuses, in words. ``field`` is where it can be put right."""
    try:
        yield
    except DatabaseError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name in ("holding_ends_after_it_starts", "support_ends_after_it_starts"):
            raise Impossible(
                "The day of the end is before the day of the start.",
                "Nothing can end before it has begun.",
                "Put the wrong one of the two days right.",
                "ended_on",
            ) from error
        if name == "one_holding_of_a_role_at_a_time" and holding is not None:
            raise _overlap(holding, field) from error
        if name == "one_support_a_partner_school":
            raise Impossible(
                "This support is recorded already.",
                "The same help would count twice.",
                "Correct the one that is there, or choose another school or role.",
                field,
            ) from error
        if name == "partner_is_not_the_home_school":
            raise Impossible(
                "The partner school would be the leader's own home school.",
                "Support goes to another school than one's own.",
                "Choose another school, or withdraw the support that was entered by mistake first.",
                field,
            ) from error
        raise


def _overlap(holding: RoleHolding, field: str) -> Impossible:
    other = overlapping(holding)
    when = f" ({span(other.started_on, other.ended_on)})" if other else ""
    return Impossible(
        f"This leader already holds this role at that time{when}.",
        "Two holdings of one role may not overlap, or the person would count twice.",
        "Change the days, or correct the other holding instead.",
        field,
    )
