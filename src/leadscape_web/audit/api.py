"""History as programs read it: what happened to a record, how it stood on a day, and all events for those who audit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from leadscape.core.errors import NotFound
from leadscape_web.accounts.api import ONE, PROBLEMS
from leadscape_web.accounts.api_access import may_use, needs
from leadscape_web.accounts.api_pages import Day, Page, PageQuery, Text, each, page_of
from leadscape_web.accounts.protection import TABLES
from leadscape_web.accounts.rules import ADMINISTERS_NATION, ANY_RIGHT, allow
from leadscape_web.audit.as_of import end_of, record_as_of
from leadscape_web.audit.filters import EventFilters, events_of
from leadscape_web.audit.models import Event, Listed
from leadscape_web.audit.subjects import recorded

router = Router(tags=["History"])
READ = "audit:read"
PEOPLE = "people:read"


class EventShape(Schema):
    """One change of one record. Ids, dates and codes, never a person's name."""

    id: int = Field(description="Grows with time.")
    at: datetime
    actor: UUID | None = Field(
        description="Id of the user; null: the service itself, as when it loads a study."
    )
    request: str = Field(description="What was changed together shares it.")
    action: Literal["insert", "update", "delete"]
    table: str
    record: str = Field(description="Key of the record in its table.")
    before: dict[str, Any] | None = Field(
        description="The row before; null: it was added, or values are not shown."
    )
    after: dict[str, Any] | None = Field(
        description="The row after; null: it was removed, or values are not shown."
    )
    changed: list[str] = Field(
        description="Columns that changed, those whose values are not kept among them."
    )
    why: str = Field(description="The reason that was given.")


class ListedShape(EventShape):
    """One change, as an administrator of the nation may read it."""

    audience: Literal["public", "person", "administration"] = Field(description="Who else may read it.")
    shown: bool = Field(
        description="Whether values are shown: those of people only to whom the person is shown."
    )


class Standing(Schema):
    """How one record stood at the end of a day, and how it is now."""

    table: str
    record: str
    on: date
    row: dict[str, Any] | None = Field(
        description="Column to value; null: this service did not hold it then."
    )
    now: dict[str, Any] | None = Field(description="Column to value; null: it is gone.")
    differing: list[str] = Field(description="Columns that are not now as they were.")
    first_recorded_at: datetime | None = Field(description="null: older than the history.")


class OnDay(Schema):
    """Which day."""

    on: Day | None = Field(None, description="At the end of this day; today without it.")


@router.get(
    "/history/{table}/{record}", response={200: Page[EventShape], **ONE}, summary="What happened to a record"
)
@allow(ANY_RIGHT)
@needs(READ)
def history(request: HttpRequest, table: Text, record: Text, page: Query[PageQuery]) -> Page[EventShape]:
    """Changes of one record, oldest first, for whoever may see it. Outside your area there are none.

    Of a record about a person a key also needs the scope people:read.
    """
    if table not in recorded():
        raise _no_history(table)
    _check_people(request, table)
    found = Event.objects.filter(table=table, record=record)
    return page_of(request, page, found, "id", each(_event), Page[EventShape])


@router.get(
    "/history/{table}/{record}/as-of", response={200: Standing, **ONE}, summary="How a record stood on a day"
)
@allow(ANY_RIGHT)
@needs(READ)
def as_of(request: HttpRequest, table: Text, record: Text, day: Query[OnDay]) -> Standing:
    """One record as this service held it at the end of a day: recorded time, not what was true of the school.

    Of a record about a person a key also needs the scope people:read.
    """
    _check_people(request, table)
    on = day.on or timezone.localdate()
    standing = record_as_of(table, record, end_of(on))
    return Standing(
        table=table, record=record, on=on, row=standing.row, now=standing.now, differing=list(standing.differing),
        first_recorded_at=standing.first_recorded_at,
    )  # fmt: skip


class WhichEvents(Schema):
    """Which events; several filters all hold."""

    actor: UUID | None = Field(None, description="Id of a user.")
    table: Text | None = Field(None, description="Name of the table.")
    record: Text | None = Field(None, description="Key of the record.")
    start: Day | None = Field(None, description="First day.")
    end: Day | None = Field(None, description="Last day.")


@router.get("/events", response={200: Page[ListedShape], **PROBLEMS}, summary="All changes")
@allow(ADMINISTERS_NATION)
@needs(READ)
def events(request: HttpRequest, filters: Query[WhichEvents], page: Query[PageQuery]) -> Page[ListedShape]:
    """Every change of every record, oldest first, for administrators of the nation.

    What a record about a person was before and after is told only to a key with the scope people:read as well.
    """
    asked = EventFilters(
        who=str(filters.actor or ""),
        table=filters.table or "",
        record=filters.record or "",
        start=filters.start,
        end=filters.end,
    )
    shape = _listed if may_use(request, PEOPLE) else _without_people
    return page_of(request, page, events_of(asked), "id", each(shape), Page[ListedShape])


def _event(one: Event) -> EventShape:
    return EventShape.model_validate({name: getattr(one, name) for name in EventShape.model_fields})


def _listed(one: Listed) -> ListedShape:
    return ListedShape.model_validate({name: getattr(one, name) for name in ListedShape.model_fields})


def _without_people(one: Listed) -> ListedShape:
    told = _listed(one)
    if one.audience != "person":
        return told
    return told.model_copy(update={"before": None, "after": None, "shown": False})


def _check_people(request: HttpRequest, table: str) -> None:
    """Records about people hold as much in their history as by themselves: a key needs the scope of both.

    Raises
    ------
    HttpError
        403, when the key is without it.
    """
    rule = TABLES.get(table)
    if rule and rule.audience == "person" and not may_use(request, PEOPLE):
        raise HttpError(403, f"The key is not for this: of people it would need the scope {PEOPLE} as well.")


def _no_history(what: str) -> NotFound:
    return NotFound(
        f"There is no table {what} with a history.",
        "Only tables that people's records and the register are in have one.",
        "See the reference of permissions for their names.",
    )
