"""What a second editor is told: who changed what meanwhile, with the values side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from leadscape_web.accounts.actors import who_acted
from leadscape_web.audit.versions import Conflict, EditedMeanwhile
from leadscape_web.govuk.wording import written
from leadscape_web.register.models import Authority, School
from leadscape_web.survey.codebooks import known_waves
from leadscape_web.survey.presenters.words import NOT_KNOWN

LABELS: Final[Mapping[str, str]] = {
    "home_school_id": "Home school",
    "authority_id": "Authority",
    "region": "Region",
    "phase": "Phase",
    "role": "Role",
    "origin": "Origin",
    "started_on": "Started",
    "ended_on": "Ended",
    "withdrawn_at": "Entered by mistake",
    "partner_school_id": "Partner school",
}


@dataclass(frozen=True)
class ShownConflict:
    """One value three times, in words. ``differs``: what is saved is not what the form says."""

    label: str
    opened: str
    now: str
    wanted: str
    differs: bool


@dataclass(frozen=True)
class ConflictView:
    """Everything that the second editor is told.

    Attributes
    ----------
    changes
        A sentence for each change that was saved meanwhile, with who, when and why.
    """

    changes: tuple[str, ...]
    values: tuple[ShownConflict, ...]


def show_conflict(met: EditedMeanwhile, names: tuple[str, ...], wanted_name: str | None) -> ConflictView:
    """The page about one conflict.

    Parameters
    ----------
    names
        Names of the leader, the current one first and the former ones after it.
    wanted_name
        The name that the form would give; null where the form is not about it.
    """
    values = [_shown(conflict) for conflict in met.conflicts if conflict.column in LABELS]
    if wanted_name is not None:
        now, *former = names
        values.append(ShownConflict("Name", next(iter(former), now), now, wanted_name, now != wanted_name))
    who = who_acted((change.actor, change.at) for change in met.changes)
    return ConflictView(
        tuple(
            f"{_capital(who[change.actor, change.at])} saved a change on {written(change.at)}. Reason: {change.why}"
            for change in met.changes
        ),
        tuple(values),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shown(conflict: Conflict) -> ShownConflict:
    opened, now, wanted = (
        _in_words(conflict.column, v) for v in (conflict.opened, conflict.now, conflict.wanted)
    )
    return ShownConflict(LABELS[conflict.column], opened, now, wanted, conflict.now != conflict.wanted)


def _in_words(column: str, value: Any) -> str:
    if value is None:
        return "no" if column == "withdrawn_at" else NOT_KNOWN
    if column == "withdrawn_at":
        return "yes"
    if isinstance(value, date | datetime):
        return str(written(value))
    if column.endswith("school_id"):
        school = School.objects.filter(pk=value).first()
        return f"{school.name or value}, URN {value}" if school else str(value)
    if column == "authority_id":
        found = Authority.objects.filter(pk=value).first()
        return found.name if found else str(value)
    section = {"role": "roles", "origin": "origins", "phase": "phases"}.get(column)
    return known_waves().labels(section).get(str(value), str(value)) if section else str(value)
