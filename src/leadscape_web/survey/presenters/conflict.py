"""What a second editor is told: who changed what meanwhile, with the values side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from leadscape_web.accounts.actors import who_acted
from leadscape_web.audit.versions import Conflict, EditedMeanwhile
from leadscape_web.govuk.wording import NOT_KNOWN, written
from leadscape_web.register.models import Authority, School
from leadscape_web.survey.codebooks import known_waves

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
SECTIONS: Final = {"role": "roles", "origin": "origins", "phase": "phases"}
"""Columns whose values the codebook explains, and where in it."""


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
    met_here = [conflict for conflict in met.conflicts if conflict.column in LABELS]
    meanings = _meanings(met_here)
    values = [_shown(conflict, meanings) for conflict in met_here]
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


Meanings: TypeAlias = Mapping[tuple[str, str], str]
"""Column and value to what the value is called."""


def _meanings(conflicts: Iterable[Conflict]) -> Meanings:
    """What ids and codes of the conflicts are called. At most four queries, however many there are."""
    given: dict[str, set[str]] = {}
    for one in conflicts:
        given[one.column] = given.get(one.column, set()).union(
            str(value) for value in (one.opened, one.now, one.wanted) if value is not None
        )
    urns = set().union(*(values for column, values in given.items() if column.endswith("school_id")))
    schools = School.objects.in_bulk(urns) if urns else {}
    codes = given.get("authority_id", set())
    authorities = Authority.objects.in_bulk(codes) if codes else {}
    waves = known_waves() if given.keys() & SECTIONS.keys() else None
    found: dict[tuple[str, str], str] = {}
    for column, values in given.items():
        if column.endswith("school_id"):
            named = {urn: f"{school.name or urn}, URN {urn}" for urn, school in schools.items()}
        elif column == "authority_id":
            named = {code: authority.name for code, authority in authorities.items()}
        else:
            named = waves.labels(SECTIONS[column]) if waves and column in SECTIONS else {}
        found |= {(column, value): named[value] for value in values if value in named}
    return found


def _shown(conflict: Conflict, meanings: Meanings) -> ShownConflict:
    opened, now, wanted = (
        _in_words(conflict.column, v, meanings) for v in (conflict.opened, conflict.now, conflict.wanted)
    )
    return ShownConflict(LABELS[conflict.column], opened, now, wanted, conflict.now != conflict.wanted)


def _in_words(column: str, value: Any, meanings: Meanings) -> str:
    if column == "withdrawn_at":
        return "No" if value is None else "Yes"
    if value is None:
        return NOT_KNOWN
    if isinstance(value, date | datetime):
        return str(written(value))
    return meanings.get((column, str(value)), str(value))
