"""Two people editing one record: the second is told what changed meanwhile, and nothing is overwritten.

A record that people edit has a column ``version`` that grows with every change. A form carries the version that it was
filled with; saving it against any other is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from leadscape.core.errors import LeadscapeError
from leadscape_web.audit.models import Event


@dataclass(frozen=True)
class Meanwhile:
    """One change that somebody else saved after the form was opened."""

    at: datetime
    actor: UUID | None
    why: str


@dataclass(frozen=True)
class Conflict:
    """One column, as it was when the form was opened, as it is now, and as the form would have it."""

    column: str
    opened: Any
    now: Any
    wanted: Any


class EditedMeanwhile(LeadscapeError):
    """A record that somebody else changed after the form was opened. Nothing was saved.

    Attributes
    ----------
    record
        The record as it is now.
    changes
        What was saved meanwhile, oldest first.
    conflicts
        One entry a column that the form would change or that changed meanwhile.
    """

    def __init__(
        self, record: models.Model, changes: tuple[Meanwhile, ...], conflicts: tuple[Conflict, ...]
    ) -> None:
        super().__init__(
            "Somebody else changed this record after you opened the form.",
            "Your change would have overwritten theirs, so nothing was saved.",
            "Compare the values and decide which are right.",
        )
        self.record = record
        self.changes = changes
        self.conflicts = conflicts


def save_if_current(record: models.Model, version: int, **changes: Any) -> None:
    """Save ``changes`` to columns of a record, if it still is as it was when the form was opened.

    Parameters
    ----------
    version
        The version that the form carries.

    Raises
    ------
    EditedMeanwhile
        When it was changed meanwhile.
    PermissionDenied
        When the database does not let this user change the record.
    """
    rows = type(record)._default_manager.filter(pk=record.pk)
    with transaction.atomic():
        saved = rows.filter(version=version).update(**changes, version=version + 1)
    if saved:
        for column, value in {**changes, "version": version + 1}.items():
            setattr(record, column, value)
        return
    now = rows.first()
    if now is None or now.version == version:  # type: ignore[attr-defined]
        raise PermissionDenied("You may read this record and not change it: it is not in the area you edit.")
    raise _edited_meanwhile(now, version, changes)


def _edited_meanwhile(now: models.Model, version: int, wanted: dict[str, Any]) -> EditedMeanwhile:
    events = Event.objects.filter(table=now._meta.db_table, record=str(now.pk), action="update").order_by(
        "id"
    )
    since = [event for event in events if (event.before or {}).get("version", 0) >= version]
    columns = {field.attname: field for field in now._meta.concrete_fields}
    touched = {
        key
        for event in since
        for key, value in (event.after or {}).items()
        if key in columns and key != "version" and value != (event.before or {}).get(key)
    }
    named = {name: field.attname for field in columns.values() for name in (field.name, field.attname)}
    asked = {named[name]: getattr(value, "pk", value) for name, value in wanted.items()}
    opened = (since[0].before or {}) if since else {}
    conflicts = tuple(
        Conflict(
            column,
            _as_value(columns[column], opened[column]) if column in opened else getattr(now, column),
            getattr(now, column),
            asked.get(column, getattr(now, column)),
        )
        for column in columns
        if column in touched | set(asked)
    )
    changes = tuple(Meanwhile(event.at, event.actor, event.why) for event in since)
    return EditedMeanwhile(now, changes, conflicts)


def _as_value(field: models.Field, kept: Any) -> Any:
    """A value of the history, which is JSON, as the record has it."""
    return field.to_python(kept) if kept is not None else None
