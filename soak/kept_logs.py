"""Does a name stand in a log? Logs of every drill are kept, with all names that its service held, until that is looked.

A copy of the service goes with its drill; what its processes wrote stays here. The names are those of every copy
together: who was erased in one is known from another.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote_plus

import psycopg
from psycopg import sql

DRILL: Final = "LEADSCAPE_SOAK_DRILL"
"""Variable that says which drill runs."""
FILES: Final = {
    "service.log": "service.log",
    "service.log.1": "service.log.1",
    "postgres/log": "postgres.log",
}
"""What a service writes into its folder to what it is kept as."""
NAMES: Final = "names.json"


def names_in(url: str) -> list[str] | None:
    """Every name of a person and every e-mail address that a database holds; null where it cannot be asked."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            columns = connection.execute(
                "select c.table_name, c.column_name from information_schema.columns c"
                " join information_schema.tables t using (table_schema, table_name) where t.table_type = 'BASE TABLE'"
                " and c.table_schema = 'public' and (c.column_name = 'full_name' or c.column_name like '%email')"
            ).fetchall()
            names: set[str] = set()
            for table, column in columns:
                held = sql.SQL("select distinct {0}::text from {1} where {0} is not null").format(
                    sql.Identifier(column), sql.Identifier(table)
                )
                names |= {name for (name,) in connection.execute(held)}
    except psycopg.Error:
        return None
    return sorted(names)


def keep(folder: Path, service: Path, names: list[str] | None) -> None:
    """Keep what a service that ended wrote, and whom its database named."""
    drill = os.environ.get(DRILL, "other")
    taken = len(list(folder.glob(f"{drill}-*"))) + 1
    place = folder / f"{drill}-{taken}"
    place.mkdir(mode=0o700, parents=True)
    for written, name in FILES.items():
        if (service / written).exists():
            shutil.copyfile(service / written, place / name)
    (place / NAMES).write_text(json.dumps(names), encoding="utf-8")


@dataclass
class SearchedLogs:
    """What was looked through, and what stands there.

    Attributes
    ----------
    drills
        Whose logs they are, each with how many services it had.
    places
        Logs that name somebody, each with how many people. Never the names.
    unknown
        Services whose names could not be asked for.
    """

    drills: dict[str, int] = field(default_factory=dict)
    names: int = 0
    size: int = 0
    found: set[str] = field(default_factory=set)
    places: dict[str, int] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def search(folder: Path, more: Iterable[str] = ()) -> SearchedLogs:
    """Look for every name of every kept service, and for ``more``, in every kept log."""
    searched = SearchedLogs()
    names = set(more)
    for place in sorted(folder.glob("*-*")):
        drill = place.name.rpartition("-")[0]
        searched.drills[drill] = searched.drills.get(drill, 0) + 1
        held = json.loads((place / NAMES).read_text(encoding="utf-8"))
        if held is None:
            searched.unknown.append(place.name)
        names |= set(held or ())
    wanted = _by_first_word(names)
    searched.names = len({name for ones in wanted.values() for _, name in ones})
    for log in sorted(folder.glob("*-*/*.log*")):
        text = log.read_text(encoding="utf-8", errors="replace")
        searched.size += len(text)
        there = named_in(text, wanted)
        if there:
            searched.places[f"{log.parent.name}/{log.name}"] = len(there)
            searched.found |= there
    return searched


def named_in(text: str, wanted: dict[str, list[tuple[tuple[str, ...], str]]]) -> set[str]:
    """Names that stand in a text, whatever is between their words, however the text is quoted, in either order."""
    words = words_of(text)
    return {
        name
        for at, word in enumerate(words)
        for parts, name in wanted.get(word, ())
        if tuple(words[at : at + len(parts)]) == parts
    }


def words_of(text: str) -> list[str]:
    """The words of a text, small; quoting of addresses and of JSON undone."""
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), unquote_plus(text))
    return re.findall(r"[^\W\d_]+", plain.casefold())


def _by_first_word(names: Iterable[str]) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    wanted: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for name in names:
        parts = tuple(words_of(name))
        # One short word is a word like any other.
        if not parts or (len(parts) == 1 and len(parts[0]) < 4):
            continue
        for order in {parts} if "@" in name else {parts, parts[::-1]}:
            wanted.setdefault(order[0], []).append((order, name))
    return wanted
