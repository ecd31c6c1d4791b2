"""What does a change say in words? Columns with their labels, values as they are read, and never a person's name.

A change arrives as the database keeps it: a row before and after as JSON, ids instead of names. Pure functions; what an
id means (a school, an authority, a trust, a wave) is given to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections

from leadscape_web.govuk.wording import NOT_KNOWN, written

Row = Mapping[str, Any]
Names = Mapping[tuple[str, str], str]
"""(table, key) → how the record is called."""

REFERENCES: Final[dict[str, str]] = {
    "authority_id": "register_authority",
    "group_id": "register_group",
    "home_school_id": "register_school",
    "organisation_id": "accounts_organisation",
    "partner_school_id": "register_school",
    "school_id": "register_school",
    "source_id": "register_source",
    "wave_id": "survey_wave",
}
"""Columns that name a record everybody may know of."""
_CALLED: Final[dict[str, tuple[str, str]]] = {
    "register_authority": ("code", "name"),
    "register_group": ("uid", "name"),
    "register_school": ("urn", "name"),
    "register_source": ("id::text", "file_name"),
    "accounts_organisation": ("id::text", "label"),
    "survey_wave": ("id::text", "title"),
}
_SPOKEN: Final[dict[str, Callable[[], Mapping[str, str]]]] = {}
_OF_PEOPLE: Final = frozenset({"person_id", "leader_id", "user_id", "holding_id", "invited_by_id"})
_SILENT: Final = frozenset({"id", "version", "recorded_at", "created_at", "key", *_OF_PEOPLE})
"""Columns that tell a reader nothing: ids, and numbers that only the database needs."""
_LABELS: Final[dict[str, str]] = {
    "urn": "URN",
    "uid": "Unique id",
    "fsm_pct": "Pupils eligible for free school meals (%)",
    "full_name": "Name",
    "group_id": "Trust or federation",
    "seen_on": "Seen in the register on",
    "sha256": "Fingerprint of the file",
    "is_active": "Can sign in",
    "routes": "Reported by way of",
    "respondents": "Reported by",
    "origin": "Origin of the role",
    "right": "Right",
    "data": "Secret of the second factor",
}
_CODE: Final = re.compile(r"[a-z]+(_[a-z0-9]+)+")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOT_KEPT: Final = "not kept in the history"


@dataclass(frozen=True)
class Change:
    """One column of one change, in words.

    Attributes
    ----------
    column
        Its name in the database.
    label
        What it is called on a page.
    before, after
        The value as it is read; "not kept in the history" where the history must not hold it.
    """

    column: str
    label: str
    before: str
    after: str


def is_id(record: str) -> bool:
    """Whether a key of a record is an id that only the database needs."""
    return _ID.fullmatch(record) is not None


def speak(column: str, words: Callable[[], Mapping[str, str]]) -> None:
    """Let a higher room say how the codes of a column are called; asked when one is shown."""
    _SPOKEN[column] = words


def label_of(column: str) -> str:
    """What a column is called on a page: ``home_school_id`` is "Home school"."""
    if column in _LABELS:
        return _LABELS[column]
    return column.removesuffix("_id").replace("_", " ").capitalize()


def changed_columns(before: Row | None, after: Row | None) -> tuple[str, ...]:
    """Columns whose values differ, in the order of the row; all of them where one side is absent."""
    columns: list[str] = list(dict.fromkeys([*(before or {}), *(after or {})]))
    if before is None or after is None:
        return tuple(columns)
    return tuple(column for column in columns if before.get(column) != after.get(column))


def shown_columns(row: Row) -> tuple[str, ...]:
    """Columns of a record that tell a reader something, in their order."""
    return tuple(column for column in row if column not in _SILENT)


def changes_in_words(
    before: Row | None, after: Row | None, names: Names, changed: Iterable[str] = ()
) -> tuple[Change, ...]:
    """What differs between two states of one record, for a reader.

    Parameters
    ----------
    before, after
        The record as the history keeps it; null: it did not exist.
    names
        How records are called that the values mean, as :func:`names_of` finds them.
    changed
        Columns that changed and whose values the history does not keep.
    """
    told = []
    for column in dict.fromkeys([*changed_columns(before, after), *changed]):
        if column in _SILENT:
            continue
        kept = column in (before or {}) or column in (after or {})
        if kept:
            values = tuple(value_in_words(column, (row or {}).get(column), names) for row in (before, after))
            if before is None and (after or {}).get(column) in (None, "", []):
                continue
        else:
            values = (NOT_KEPT, NOT_KEPT)
        told.append(Change(column, label_of(column), *values))
    return tuple(told)


def value_in_words(column: str, value: Any, names: Names) -> str:
    """One value as it is read. An id of a person is told as such and never looked up."""
    if value is None or value == "" or value == []:
        return NOT_KNOWN
    if column in _OF_PEOPLE:
        return "a person"
    if column in _SPOKEN and (column, str(value)) in names:
        return names[column, str(value)]
    if column in REFERENCES:
        name = names.get((REFERENCES[column], str(value)))
        if name is None:
            return "one that is not held any more" if _ID.fullmatch(str(value)) else str(value)
        return f"{name} ({value})" if _is_number(value) else name
    if isinstance(value, list):
        return ", ".join(value_in_words(column, part, names) for part in value)
    if isinstance(value, dict):
        return f"{len(value)} entries"
    if isinstance(value, str):
        return _text_in_words(value)
    return str(written(value))


def _text_in_words(value: str) -> str:
    if _MOMENT.match(value):
        return str(written(datetime.fromisoformat(value)))
    if _DAY.fullmatch(value):
        return str(written(date.fromisoformat(value)))
    if _CODE.fullmatch(value):
        return value.replace("_", " ")
    return value if len(value) <= 200 else f"{value[:200]} …"


def _is_number(value: Any) -> bool:
    return str(value).isdigit()


def names_of(rows: Iterable[Row | None], using: str = DEFAULT_DB_ALIAS) -> dict[tuple[str, str], str]:
    """How the records are called that ``rows`` refer to, in one query; people are never among them."""
    wanted: dict[str, set[str]] = {}
    spoken: set[str] = set()
    for row in rows:
        for column, value in (row or {}).items():
            if column in REFERENCES and value is not None:
                wanted.setdefault(REFERENCES[column], set()).add(str(value))
            elif column in _SPOKEN and value is not None:
                spoken.add(column)
    said = {(column, code): words for column in spoken for code, words in _SPOKEN[column]().items()}
    if not wanted:
        return said
    parts, values = [], []
    for table in sorted(wanted):
        key, name = _CALLED[table]
        parts.append(f"select '{table}', {key}, {name} from {table} where {key} = any (%s)")
        values.append(sorted(wanted[table]))
    with connections[using].cursor() as cursor:
        cursor.execute(" union all ".join(parts), values)
        return said | {(table, key): name for table, key, name in cursor.fetchall() if name}
