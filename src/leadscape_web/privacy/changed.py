"""What was changed because a person asked for it, in words that the person reads; and whether anything was.

Nobody is told that something was put right while it stands as before: what an editor says to have corrected on its own
page must be in the history of what was meant, since the person asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from leadscape.core.errors import LeadscapeError
from leadscape_web.accounts.wording import changes_in_words, names_of
from leadscape_web.audit.models import Event
from leadscape_web.govuk.wording import written_date
from leadscape_web.privacy.models import PersonRequest
from leadscape_web.survey.codebooks import known_waves
from leadscape_web.survey.models import RoleHolding, Support

_TABLES: Final = {
    PersonRequest.About.NAME: ("accounts_personname",),
    PersonRequest.About.HOME_SCHOOL: ("survey_leader",),
    PersonRequest.About.HOLDING: ("survey_roleholding",),
    PersonRequest.About.SUPPORT: ("survey_support",),
}
_NO_CORRECTION: Final = ("privacy_notice", "privacy_personrequest", "privacy_recordgiven")
"""What answering itself writes."""
_UNKEPT: Final = ("accounts_personname", "privacy_address")
"""Of which the history keeps no values."""
_DAYS: Final = {"started_on": "began on", "ended_on": "ended on"}
_DONE: Final = {"insert": "was added", "delete": "was removed"}


class NothingChanged(LeadscapeError):
    """An acceptance of which nothing came."""

    def __init__(self, asked: PersonRequest, field: str) -> None:
        self.field = field
        what = {
            PersonRequest.About.HOLDING: "No role of the person",
            PersonRequest.About.SUPPORT: "No support by the person",
        }.get(PersonRequest.About(asked.about), "Nothing that is held about the person")
        if asked.record_id is not None:
            what = "What is meant"
        verb = "was not changed" if asked.record_id is not None else "was changed"
        super().__init__(
            f"{what} {verb} since {written_date(asked.asked_at.date())}, when the person asked.",
            "The person would read that it was put right.",
            "Correct it first, on the leader’s page or here, or decline and say why.",
        )


def changes_since(asked: PersonRequest) -> list[Event]:
    """Changes of what a request is about since it was made, the oldest first."""
    found = Event.objects.filter(person=asked.person_id, at__gt=asked.asked_at).order_by("id")
    tables = _TABLES.get(PersonRequest.About(asked.about))
    found = found.filter(table__in=tables) if tables else found.exclude(table__in=_NO_CORRECTION)
    return list(found.filter(record=str(asked.record_id)) if asked.record_id else found)


def told_changes(events: Iterable[Event]) -> str:
    """Changes in a sentence for the person: what each record says now."""
    read = list(events)
    names = names_of(row for event in read for row in (event.before, event.after))
    said: dict[str, dict[str, str]] = {}
    for event in read:
        parts = said.setdefault(_called(event), {})
        if event.table in _UNKEPT:
            continue
        if event.action in _DONE:
            parts[""] = _DONE[event.action]
            continue
        for change in changes_in_words(event.before, event.after, names, event.changed):
            if change.column == "withdrawn_at":
                gone = (event.after or {}).get("withdrawn_at") is not None
                parts[change.column] = "counts no more" if gone else "counts again"
            elif change.column in _DAYS and (event.after or {}).get(change.column):
                parts[change.column] = f"{_DAYS[change.column]} {change.after}"
            else:
                parts[change.column] = f"{change.label.lower()} is now {change.after}"
    whole = [f"{what}: {', '.join(parts.values()) or 'was changed'}" for what, parts in said.items()]
    return f"What was changed: {'; '.join(whole)}."


def called(record: RoleHolding | Support) -> str:
    """A role or support as the person knows it."""
    role = known_waves().words(record.wave_id).role(record.role)
    if isinstance(record, Support):
        return f"support for {record.partner_school.name} as {role}"
    return f"the role {role}"


def _called(event: Any) -> str:
    model: Any = {"survey_roleholding": RoleHolding, "survey_support": Support}.get(event.table)
    record = model.objects.filter(pk=event.record).first() if model else None
    if record is not None:
        return called(record)
    words = {"accounts_personname": "your name", "survey_leader": "your record",
             "privacy_address": "your e-mail address", "register_headship": "a headship"}  # fmt: skip
    return words.get(event.table, "what is held about you")
