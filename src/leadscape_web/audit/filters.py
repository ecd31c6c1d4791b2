"""Which events are asked for: by whom, of which table and record, from when to when. In pages that never shift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from leadscape_web.accounts.models import User
from leadscape_web.audit.as_of import end_of
from leadscape_web.audit.models import Listed
from leadscape_web.govuk.numbers import MOST_ID, whole_number

PAGE: Final = 50
SERVICE: Final = "service"


@dataclass(frozen=True)
class EventFilters:
    """What events are narrowed by; empty: all.

    Attributes
    ----------
    who
        E-mail address or id of a user, or ``service`` for what no user did.
    table, record
        What was changed.
    start, end
        First and last day.
    """

    who: str = ""
    table: str = ""
    record: str = ""
    start: date | None = None
    end: date | None = None

    @property
    def asked(self) -> dict[str, str]:
        """What is set, as it stands in an address and in the record of a download."""
        values = {
            "who": self.who,
            "table": self.table,
            "record": self.record,
            "from": self.start.isoformat() if self.start else "",
            "to": self.end.isoformat() if self.end else "",
        }
        return {name: value for name, value in values.items() if value}

    @property
    def query(self) -> str:
        """The part of the address behind the question mark."""
        return urlencode(self.asked)

    def kept(self) -> dict[str, str]:
        """What is set, without an e-mail address: whom it means instead."""
        asked = self.asked
        if "@" in self.who:
            found = user_id_of(self.who)
            asked["who"] = str(found) if found else "an address that no user has"
        return asked


@dataclass(frozen=True)
class Page:
    """Events of one page, newest first.

    Attributes
    ----------
    older
        Id below which the next page begins; null on the last one.
    """

    events: tuple[Listed, ...]
    older: int | None


def user_id_of(who: str) -> UUID | None:
    """Id of the user with this address, or of this id."""
    if "@" in who:
        return User.objects.filter(email=who.strip().lower()).values_list("id", flat=True).first()
    try:
        return UUID(who)
    except ValueError:
        return None


def events_of(filters: EventFilters) -> QuerySet[Listed]:
    """The events that are asked for, newest first. An address that no user has finds none."""
    found = Listed.objects.order_by("-id")
    if filters.who == SERVICE:
        found = found.filter(actor=None)
    elif filters.who:
        actor = user_id_of(filters.who)
        found = found.filter(actor=actor) if actor else found.none()
    if filters.table:
        found = found.filter(table=filters.table)
    if filters.record:
        found = found.filter(record=filters.record)
    if filters.start:
        found = found.filter(at__gte=_start_of(filters.start))
    if filters.end:
        found = found.filter(at__lt=end_of(filters.end))
    return found


def page_of(filters: EventFilters, before: int | None = None) -> Page:
    """One page, by the id of the event that the one before ended with: what is added meanwhile shifts nothing."""
    found = events_of(filters)
    if before is not None:
        found = found.filter(id__lt=before)
    events = tuple(found[: PAGE + 1])
    return Page(events[:PAGE], events[PAGE - 1].id if len(events) > PAGE else None)


def before_of(parameters: Mapping[str, Any]) -> int | None:
    """Where a page begins, from its address; anything else is the first page."""
    return whole_number(parameters.get("before", ""), MOST_ID)


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
