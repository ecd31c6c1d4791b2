"""Formats of register files as data: which header means what, which rows are schools, how dates are written.

A format is a TOML file. Those in ``format_files`` come with leadscape; a user's own has the same syntax and
is given by its path. Adding a country, a year or a changed header is editing such a file, never code.

``[format]``
    ``id``, ``title``, ``table`` (schools, links, memberships or groups), ``country``, ``source``; ``required``
    columns; ``any_of`` (one of them is needed); ``without`` (headers that rule the format out); ``date_order``
    (``dmy`` or ``mdy``); ``placeholders`` (dates that mean none); ``crs`` and ``bounds`` (west, south, east, north)
    of the coordinates; ``repeats = "keep_first"`` where rows of one key say the same thing; ``refused``, a sentence,
    for a file that is known and is no register.
``[columns]``
    Column of the declared table = headers that mean it, the best first. Case, blanks and punctuation of a
    header do not matter. Or ``{ headers, extract, matches, pad, join }``: a regular expression whose group
    is the value, one that a value must match, a width to fill with zeros, headers whose values are put
    together. A name that the table does not declare may serve ``required`` and ``spells``.
``[constants]``, ``[values.COLUMN]``, ``[patterns.COLUMN]``, ``[[derived]]``
    A value for every row; exact wordings and regular expressions to ids; values from other columns, first
    rule first.
``[[scope]]``
    Rows that are none of the system's schools: ``id``, ``sentence``, ``headers``, and ``values``,
    ``matches`` or ``blank = true``.
``[spells]``
    Several rows a school, each valid ``from`` a year ``to`` a year.
``[headships]``, ``[[memberships]]``
    What else an extract of establishments holds.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import dataframely as dy

from leadscape.core.errors import FileProblem, StudyProblem
from leadscape.core.toml_shape import AnyKeys, Keys, shape_problems
from leadscape.register import tables

TABLES: Final[dict[str, type[dy.Schema]]] = {
    "schools": tables.Schools,
    "links": tables.Links,
    "memberships": tables.Memberships,
    "groups": tables.Groups,
}
_FOLDER: Final = files("leadscape.register") / "format_files"
_SECTIONS: Final = frozenset(
    (
        *("format", "columns", "constants", "values", "patterns", "derived", "scope", "spells"),
        *("headships", "memberships"),
    )
)
_KEYS: Final = frozenset(
    (
        *("id", "title", "table", "country", "source", "required", "any_of", "without"),
        *("date_order", "placeholders", "crs", "bounds", "repeats", "refused"),
    )
)

_TEXTS: Final = [str]
_COLUMN: Final = (
    str,
    _TEXTS,
    Keys(allowed={"headers": _TEXTS, "join": _TEXTS, "extract": str, "matches": str, "pad": int}),
)
_SHAPE: Final = Keys(
    allowed={
        "format": Keys(
            allowed={
                **dict.fromkeys(("id", "title", "table", "country", "source"), str),
                **dict.fromkeys(("date_order", "crs", "repeats", "refused"), str),
                **dict.fromkeys(("required", "any_of", "without"), _TEXTS),
                "placeholders": [date],
                "bounds": [float],
            }
        ),
        "columns": AnyKeys(_COLUMN),
        "constants": AnyKeys(str),
        "values": AnyKeys(AnyKeys(str)),
        "patterns": AnyKeys(AnyKeys(str)),
        "derived": [Keys({"column": str, "value": str, "where": AnyKeys(_TEXTS)})],
        "scope": [
            Keys(
                allowed={
                    **dict.fromkeys(("id", "sentence", "matches"), str),
                    "headers": _TEXTS,
                    "values": _TEXTS,
                    "blank": bool,
                }
            )
        ],
        "spells": Keys(dict.fromkeys(("from", "to", "id", "sentence"), str)),
        "headships": AnyKeys(_COLUMN),
        "memberships": [
            Keys(
                {"group_uid": _COLUMN, "group_name": _COLUMN},
                {"group_type": _COLUMN, "values": AnyKeys(str), "constant_type": str},
            )
        ],
    }
)


@dataclass(frozen=True)
class Column:
    """Which headers mean a column, and how its text is taken from them."""

    headers: tuple[str, ...]
    join: tuple[str, ...] = ()
    extract: str | None = None
    matches: str | None = None
    pad: int = 0


@dataclass(frozen=True)
class ScopeRule:
    """Which rows are none of the system's schools. Rules of one id are one reason."""

    id: str
    sentence: str
    headers: tuple[str, ...]
    values: tuple[str, ...] = ()
    matches: str | None = None
    blank: bool = False


@dataclass(frozen=True)
class Derived:
    """A value that follows from what other headers hold."""

    column: str
    value: str
    where: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Spells:
    """Several rows a school, each valid from one year to another."""

    start: str
    end: str
    id: str
    sentence: str


@dataclass(frozen=True)
class MembershipColumns:
    """Where an extract of establishments says which group a school belongs to."""

    group_uid: Column
    group_name: Column
    group_type: Column | None
    values: dict[str, str]
    constant_type: str | None


@dataclass(frozen=True)
class Format:
    """One format file. See the module for the meaning of each part."""

    id: str
    title: str
    table: str
    country: str
    source: str
    required: tuple[str, ...]
    columns: dict[str, Column]
    any_of: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    patterns: dict[str, dict[str, str]] = field(default_factory=dict)
    derived: tuple[Derived, ...] = ()
    scope: tuple[ScopeRule, ...] = ()
    spells: Spells | None = None
    headships: dict[str, Column] = field(default_factory=dict)
    memberships: tuple[MembershipColumns, ...] = ()
    date_order: str = "dmy"
    placeholders: tuple[date, ...] = ()
    crs: str = "EPSG:4326"
    bounds: tuple[float, float, float, float] | None = None
    keep_first: bool = False
    refused: str | None = None


@cache
def shipped_formats() -> tuple[Format, ...]:
    """The formats that come with leadscape, by id."""
    entries = sorted((e for e in _FOLDER.iterdir() if e.name.endswith(".toml")), key=lambda entry: entry.name)
    return tuple(_parse(entry.read_bytes(), entry.name) for entry in entries)


def format_source(format_id: str) -> str | None:
    """The file of a shipped format, as a start for a mapping of one's own; null where there is none of that id."""
    for entry in _FOLDER.iterdir():
        if entry.name.endswith(".toml") and _parse(content := entry.read_bytes(), entry.name).id == format_id:
            return content.decode("utf-8")
    return None


def load_format(path: Path) -> Format:
    """A user's own format (a mapping file).

    Raises
    ------
    FileProblem
        When the file cannot be read.
    StudyProblem
        When it is no format; lists everything wrong with it.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise FileProblem(
            f"The mapping file {path} cannot be read ({error.strerror or error}).",
            "It says which column of the register means what.",
            "Check the path.",
        ) from error
    return _parse(content, Path(path).name)


def _parse(content: bytes, name: str) -> Format:
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StudyProblem(
            f"The mapping file {name} is not valid TOML ({error}).",
            "None of its entries can be read.",
            "Correct the place that the message names.",
        ) from error
    problems = _problems(raw)
    if problems:
        raise StudyProblem(
            f"The mapping file {name} has {len(problems)} problem{'s' * (len(problems) != 1)}: {' '.join(problems)}",
            "Columns would be read as something they are not.",
            "Correct the file; the page on reading registers explains its syntax.",
            problems,
        )
    return _build(raw)


def _problems(raw: dict[str, Any]) -> tuple[str, ...]:
    """Everything wrong with a format file, each a sentence."""
    found = [f"[{name}] is no part of a format." for name in raw if name not in _SECTIONS]
    if misshapen := shape_problems(raw, _SHAPE):
        return (*found, *misshapen)
    header = raw.get("format", {})
    found += [f"[format] knows no {key!r}." for key in header if key not in _KEYS]
    found += [
        f"[format] lacks {key!r}." for key in ("id", "title", "table", "required") if not header.get(key)
    ]
    columns = raw.get("columns", {})
    named = (*header.get("required", ()), *header.get("any_of", ()))
    found += [f"[format] asks for {c!r}, which [columns] does not have." for c in named if c not in columns]
    table = TABLES.get(header.get("table", ""))
    if table is None and not header.get("refused"):
        found.append(f"[format] table must be one of {', '.join(TABLES)}, not {header.get('table')!r}.")
    declared = set(table.column_names()) if table else set()
    extra = {*named, *raw.get("spells", {}).values()}
    if table is not None:
        found += [
            f"[columns] {c!r} is no column of {header['table']}."
            for c in columns
            if c not in declared | extra
        ]
        for section in ("constants", "values", "patterns"):
            found += [
                f"[{section}] {c!r} is no column of the table."
                for c in raw.get(section, {})
                if c not in declared
            ]
    for rule in raw.get("scope", []):
        if not (rule.get("id") and rule.get("sentence") and rule.get("headers")):
            found.append("Each [[scope]] needs id, sentence and headers.")
        if sum(key in rule for key in ("values", "matches", "blank")) != 1:
            found.append(f"[[scope]] {rule.get('id')} needs one of values, matches or blank.")
    expressions = [rule["matches"] for rule in raw.get("scope", []) if "matches" in rule]
    expressions += [pattern for section in raw.get("patterns", {}).values() for pattern in section]
    expressions += [
        column[key]
        for column in (*columns.values(), *raw.get("headships", {}).values())
        if isinstance(column, dict)
        for key in ("extract", "matches")
        if key in column
    ]
    found += [f"{pattern!r} is no regular expression." for pattern in expressions if not _compiles(pattern)]
    if header.get("date_order", "dmy") not in ("dmy", "mdy"):
        found.append("[format] date_order must be dmy or mdy.")
    if len(header.get("bounds", [0] * 4)) != 4:
        found.append("[format] bounds must be four numbers: west, south, east, north.")
    return tuple(found)


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _column(raw: Any) -> Column:
    if isinstance(raw, dict):
        return Column(
            headers=tuple(raw.get("headers", ())),
            join=tuple(raw.get("join", ())),
            extract=raw.get("extract"),
            matches=raw.get("matches"),
            pad=raw.get("pad", 0),
        )
    return Column((raw,) if isinstance(raw, str) else tuple(raw))


def _build(raw: dict[str, Any]) -> Format:
    header = raw["format"]
    spells = raw.get("spells")
    bounds = header.get("bounds")
    return Format(
        id=header["id"],
        title=header["title"],
        table=header["table"],
        country=header.get("country", ""),
        source=header.get("source", ""),
        required=tuple(header["required"]),
        columns={name: _column(column) for name, column in raw["columns"].items()},
        any_of=tuple(header.get("any_of", ())),
        without=tuple(header.get("without", ())),
        constants=raw.get("constants", {}),
        values={column: _folded(entries) for column, entries in raw.get("values", {}).items()},
        patterns=raw.get("patterns", {}),
        derived=tuple(
            Derived(rule["column"], rule["value"], {h: tuple(v) for h, v in rule["where"].items()})
            for rule in raw.get("derived", ())
        ),
        scope=tuple(
            ScopeRule(
                id=rule["id"],
                sentence=rule["sentence"],
                headers=tuple(rule["headers"]),
                values=tuple(value.casefold() for value in rule.get("values", ())),
                matches=rule.get("matches"),
                blank=rule.get("blank", False),
            )
            for rule in raw.get("scope", ())
        ),
        spells=Spells(spells["from"], spells["to"], spells["id"], spells["sentence"]) if spells else None,
        headships={name: _column(column) for name, column in raw.get("headships", {}).items()},
        memberships=tuple(
            MembershipColumns(
                group_uid=_column(entry["group_uid"]),
                group_name=_column(entry["group_name"]),
                group_type=_column(entry["group_type"]) if "group_type" in entry else None,
                values=_folded(entry.get("values", {})),
                constant_type=entry.get("constant_type"),
            )
            for entry in raw.get("memberships", ())
        ),
        date_order=header.get("date_order", "dmy"),
        placeholders=tuple(header.get("placeholders", ())),
        crs=header.get("crs", "EPSG:4326"),
        bounds=(bounds[0], bounds[1], bounds[2], bounds[3]) if bounds else None,
        keep_first=header.get("repeats") == "keep_first",
        refused=header.get("refused"),
    )


def _folded(entries: dict[str, str]) -> dict[str, str]:
    return {wording.casefold(): value for wording, value in entries.items()}
