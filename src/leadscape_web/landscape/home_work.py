"""What has changed in my area, and what waits for me: counted from the history and the tables that I may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Max
from django.utils import timezone

from leadscape_web.accounts.models import Invitation, Organisation, PersonName, Right
from leadscape_web.audit.models import Event
from leadscape_web.landscape.areas import Area, leaders_in
from leadscape_web.landscape.published import Published
from leadscape_web.survey.models import Leader

DAYS: Final = 30
RECENT: Final = 5
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "survey_leader": ("leader", "leaders"),
    "survey_roleholding": ("role-holding", "role-holdings"),
    "survey_support": ("supported school", "supported schools"),
    "register_headship": ("headship", "headships"),
}
_DONE: Final = {"insert": "added", "update": "changed", "delete": "taken out"}
_EDITED: Final = ("survey_leader", "survey_roleholding", "survey_support")


@dataclass(frozen=True)
class Change:
    """How often one kind of record was added or changed."""

    count: int
    words: str


@dataclass(frozen=True)
class Edited:
    """A leader whose record the user changed lately."""

    leader: str
    name: str
    at: datetime


@dataclass(frozen=True)
class Work:
    """What waits for somebody.

    Attributes
    ----------
    invitations
        Invitations not answered yet, in the organisations they administer; null where they administer none.
    questions
        Questions about who or which school is meant that the wave leaves open; null where they cannot decide any.
    edited
        Leaders whose records they changed last, newest first.
    untold
        Whether there are questions of which no number may be told, because so few people were reported.
    """

    invitations: int | None
    questions: int | None
    edited: tuple[Edited, ...]
    untold: bool = False


def changes_in(area: Area) -> tuple[Change, ...]:
    """What people changed in the area in the last :data:`DAYS` days. A load of a study is no change by anybody."""
    events = Event.objects.filter(
        table__in=_WORDS, at__gte=timezone.now() - timedelta(days=DAYS), actor__isnull=False
    )
    if area.kind != Organisation.Kind.NATION:
        events = events.filter(person__in=leaders_in(area).values("person"))
    counted = (
        events.values_list("table", "action")
        .annotate(n=Count("record", distinct=True))
        .order_by("table", "action")
    )
    order = list(_WORDS)
    return tuple(
        Change(n, f"{_WORDS[table][n != 1]} {_DONE.get(action, action)}")
        for table, action, n in sorted(counted, key=lambda row: (order.index(row[0]), row[1]))
    )


def work_of(user: Any, areas: tuple[Area, ...], published: Published | None) -> Work:
    """What waits for ``user``."""
    rights = {right for area in areas for right in area.rights}
    return Work(
        invitations=_open_invitations() if Right.ADMINISTRATOR in rights else None,
        questions=_open_questions(published) if Right.EDITOR in rights and published else None,
        edited=_edited(user) if Right.EDITOR in rights else (),
        untold=bool(published)
        and any(row["open"] is None for row in published.rows.get("open_questions", [])),
    )


def _open_invitations() -> int:
    waiting = Invitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())
    return waiting.count()


def _open_questions(published: Published) -> int:
    """How many; where so few people were reported that no number is told, of how many kinds."""
    return sum(
        1 if row["open"] is None else int(row["open"]) for row in published.rows.get("open_questions", [])
    )


def _edited(user: Any) -> tuple[Edited, ...]:
    """Leaders by their persons: the history names persons by id only."""
    last = (
        Event.objects.filter(table__in=_EDITED, actor=user.pk, person__isnull=False)
        .values_list("person")
        .annotate(last=Max("at"))
        .order_by("-last")[:RECENT]
    )
    when = dict(last)
    leaders = dict(Leader.objects.filter(person__in=when).values_list("person", "pk"))
    names = dict(
        PersonName.objects.filter(person__in=leaders, superseded_at=None).values_list("person", "full_name")
    )
    return tuple(
        Edited(str(leaders[person]), names.get(person, "Name not known"), at)
        for person, at in when.items()
        if person in leaders
    )
