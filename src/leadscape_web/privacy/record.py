"""Everything held about one person as files to be taken away: as it is kept, for a program, and in words, to be read.

What is read begins with what is held of the person, then what was sent and asked, then whatever else is kept, and ends
with the history. Numbers by which only the service knows a record are left out of it; the file for a program has them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from leadscape.actions.write_record import HeldRecord
from leadscape_web.accounts.wording import (
    NOT_KEPT,
    changes_in_words,
    is_id,
    label_of,
    names_of,
    shown_columns,
    value_in_words,
)
from leadscape_web.audit.subjects import ACTION_WORDS, words_of
from leadscape_web.govuk.wording import written, written_date
from leadscape_web.privacy.held import OWN_NAME, HeldAbout, Readable, Rows, Told, readable

TITLE: Final = "What leadscape holds about you"
_TOLD: Final = frozenset({
    "accounts_personname", "privacy_address", "privacy_notice", "privacy_personrequest", "register_headship",
    "rounds_line", "rounds_meant", "rounds_sentline", "survey_leader", "survey_roleholding", "survey_support",
    "audit_event",
})  # fmt: skip
"""Tables with words of their own; any other is told column by column."""
_LONG: Final = 200
_LABELS: Final = {
    "keys": "How many keys",
    "objection": "Id of the objection",
    "made_by_id": "Made by",
    "recorded_by_id": "Recorded by",
    "token_hash": "Link",
    "sha256": "Fingerprint of the file",
}
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def record_of(held: HeldAbout, told: Told) -> HeldRecord:
    """Everything as it is kept, table by table, for a program."""
    tables = {
        words_of(table).capitalize(): rows for table, rows in held.tables.items() if rows or table == OWN_NAME
    }
    return HeldRecord(TITLE, _said(told), tables)


def record_in_words(held: HeldAbout, told: Told) -> HeldRecord:
    """Everything in words, for the person to read."""
    shown = readable(held)
    said = [shown.why, *_said(told)]
    said.append(
        "The same is to be had as a file for a program, with the numbers by which the service knows each record."
    )
    return HeldRecord(TITLE, said, _own(held, shown) | _others(held) | {"History": _history(held)})


def _said(told: Told) -> list[str]:
    return [
        f"Written on {written_date(timezone.localdate())}. Everything that this service holds about you is below.",
        f"It is held because {told.rights.basis}." + (f" {told.explained}" if told.explained else ""),
        *([f"Who answers for it: {told.controller}."] if told.controller else []),
        *([f"What for: {told.purpose}"] if told.purpose else []),
        *([f"Who sees it: {told.recipients}"] if told.recipients else []),
        "How long: " + " ".join(told.kept),
        *([f"Write to {told.contact}."] if told.contact else []),
        f"You may complain to {told.rights.complaints}.",
    ]


def _own(held: HeldAbout, shown: Readable) -> dict[str, Rows]:
    """What is said and held of the person, what they were sent, and what they asked for."""
    leader = next(iter(held.rows("survey_leader")), None)
    tables: dict[str, Rows] = {
        "Your name": [
            {"Name": one["full_name"], "Held since": _when(one["recorded_at"]),
             "State": f"Former spelling, until {_when(one['superseded_at'])}" if one["superseded_at"] else "Now"}
            for one in held.own_names()
        ],
        "Your school": [{"School": shown.home, "Region": leader["region"], "Phase": leader["phase"]}] if leader else [],
        "Roles you are said to hold": [
            {"Role": one["role"], "School": one["school"], "From": _day(one["from"]), "To": _day(one["to"]),
             "Said by": one["said_by"], "State": one["state"]}
            for one in shown.roles
        ],
        "Schools you are said to support": [
            {"School": one["school"], "Role": one["role"], "From": _day(one["from"]), "To": _day(one["to"]),
             "State": one["state"]}
            for one in shown.supports
        ],
        "Schools a register says you lead": [
            {"School": one["school"], "Title": one["title"], "Seen on": _day(one["seen"]), "Ended": _day(one["ended"]),
             "File": one["source"]}
            for one in shown.headships
        ],
        "What respondents wrote": [
            {"Name as written": one["name"], "School": one["school"], "Role": one["role"], "From": _day(one["from"]),
             "To": _day(one["to"]), "Schools supported": one["partners"], "Your address": one["email"],
             "Said by": one["said_by"], "State": one["state"]}
            for one in shown.lines
        ],
        "E-mail addresses": [
            {"E-mail address": one["email"], "Where from": one["source"], "Since": _day(one["on"]),
             "State": one["state"]}
            for one in shown.addresses
        ],
        "Notices sent to you": [
            {"On": _day(one["on"]), "How": one["how"], "State": one["state"], "Link works until": _day(one["until"])}
            for one in shown.notices
        ],
        "What you asked for": [
            {"On": _day(one["on"]), "What": one["kind"], "You wrote": one["text"], "State": one["state"],
             "Answer": one["answer"]}
            for one in shown.requests
        ],
    }  # fmt: skip
    return tables


def _others(held: HeldAbout) -> dict[str, Rows]:
    """Whatever else is kept, column by column in words."""
    rest = {table: rows for table, rows in held.tables.items() if rows and table not in _TOLD}
    names = names_of(row for rows in rest.values() for row in rows)
    return {
        _sentence(words_of(table)): [
            {
                _LABELS.get(column, label_of(column)): words
                for column in shown_columns(row)
                if (words := _words(column, row[column], names)) is not None
            }
            for row in rows
        ]
        for table, rows in rest.items()
    }


def _history(held: HeldAbout) -> Rows:
    """What was changed, the latest first, in words."""
    events = held.rows("audit_event")
    names = names_of(row for event in events for row in (event["before"], event["after"]))
    return [
        {
            "When": _when(event["at"]),
            "What": f"{_sentence(words_of(event['table']))} {ACTION_WORDS.get(event['action'], event['action'])}",
            "Changes": "; ".join(_changes(event, names)) or None,
            "By": _sentence(event["by"]),
            "Why": event["why"],
        }
        for event in reversed(events)
    ]


def _changes(event: Mapping[str, Any], names: Any) -> list[str]:
    """Columns of a change; of what was added or removed nothing that is not in the tables above."""
    if event["action"] == "insert":
        return []
    told = changes_in_words(event["before"], event["after"], names, event["changed"] or ())
    return [
        f"{_LABELS.get(one.column, one.label)}: changed"
        if one.after == NOT_KEPT
        else f"{one.label}: {_bare(one.after)} (before: {_bare(one.before)})"
        for one in told
    ]


def _bare(words: str) -> str:
    """What is only an id says no more than that."""
    return "an id" if is_id(words) else words


def _words(column: str, value: Any, names: Any) -> str | None:
    if value is None or value == "" or value == []:
        return None
    if isinstance(value, dict):
        return "; ".join(
            f"{label_of(name)}: {_words(name, one, names) or 'none'}" for name, one in value.items()
        )
    if isinstance(value, str):
        if is_id(value) and value not in {key for _, key in names}:
            return "a user of the service" if column.endswith("by_id") else None
        if _MOMENT.match(value):
            return _when(value)
        if len(value) > _LONG:
            return value
    return value_in_words(column, value, names)


def _when(value: str) -> str:
    """A moment as it is read here."""
    at = parse_datetime(value)
    return str(written(at)) if at else value


def _day(value: Any) -> str | None:
    return written_date(value) if value else None


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
