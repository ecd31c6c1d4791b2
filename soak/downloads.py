"""What may somebody take away who sees no person, and what do they learn of counts from it?

Published tables come by the interface for programs and as files of the pages; the map has shapes that say a rate; there
are lists of the register, and of role-holdings without names.
"""

from __future__ import annotations

import csv
import io
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from soak.privacy_hidden import COUNTS, PLACES, Knowledge, is_hidden, knowledge, learn_row, name_of, number
from soak.stage import Service
from soak.users import make_key, make_user
from soak.visiting import Visitor

RATED: Final = re.compile(r"\(([\d,]+) at ([\d,]+) schools\)")
LISTS: Final = (
    "/register/schools/", "/register/authorities/", "/register/trusts/", "/landscape/map/",
    "/survey/anonymous/",
)  # fmt: skip
"""Lists with their download that somebody with a right in the whole nation opens who sees no person."""


@dataclass
class Downloads:
    """Everything that a researcher of the nation can take of one run of a study.

    Attributes
    ----------
    tables
        Published tables by the interface for programs.
    files
        The same as files of the pages: name of the table to its rows.
    areas
        Shapes of the map with what they say.
    lists
        Address of a list to its rows.
    """

    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    files: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    areas: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    @property
    def many(self) -> int:
        """How many were taken."""
        return len(self.tables) + len(self.files) + bool(self.areas) + len(self.lists)


def take(service: Service, wave: str) -> Downloads:
    """Take all of one run; the map and lists are of the newest."""
    user = make_user("researcher")
    program, person = Visitor(service, key=make_key(user)), Visitor(service, user)
    taken = Downloads()
    for shape in fetch(program, f"/api/v1/published-tables?wave={wave}").json()["items"]:
        name, rows = shape["name"], []
        address = f"/api/v1/published-tables/{wave}/{name}?limit=100"
        while address:
            page = fetch(program, address).json()
            rows += page.get("items", [])
            address = (page.get("next") or "").removeprefix(service.address)
        if rows:
            taken.tables[name] = pl.DataFrame(rows, infer_schema_length=None)
        taken.files[name] = rows_of(fetch(person, f"/landscape/data/{name}/?wave={wave}&format=csv").content)
    taken.areas = fetch(person, "/landscape/map/areas.json").json()
    taken.lists = {path: rows_of(fetch(person, f"{path}?format=csv").content) for path in LISTS}
    return taken


def fetch(visitor: Visitor, path: str) -> Any:
    """One download; where too many were taken within a minute, after the wait that is asked for.

    Raises
    ------
    RuntimeError
        When it is not handed over.
    """
    answer = visitor.get(path)
    if answer.status_code == 429:
        time.sleep(int(answer.headers["Retry-After"]) + 1)
        answer = visitor.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path.partition('?')[0]} answered {answer.status_code}.")
    return answer


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Rows of a download; what begins with # says what the list is."""
    lines = [
        line for line in content.decode("utf-8-sig").splitlines(keepends=True) if not line.startswith("#")
    ]
    return list(csv.DictReader(io.StringIO("".join(lines))))


def learn(taken: Downloads, known: Knowledge | None = None, run: str = "") -> Knowledge:
    """All that is known from what was taken."""
    known = knowledge(taken.tables, known, run)
    for table, key in PLACES.items():
        for row in taken.files.get(table, []):
            if row.get(key):
                learn_row(known, run, table, row[key], dict(row))
    learn_map(taken.areas, known, run)
    learn_rows_without_names(taken, known, run)
    return known


def learn_map(areas: dict[str, Any], known: Knowledge, run: str) -> None:
    """What the shapes of authorities say: a rate, of how many role-holdings, at how many schools."""
    for feature in areas.get("features", ()):
        told = feature["properties"]
        count = name_of(run, "authorities", str(told["code"]), "holdings")
        if found := RATED.search(told.get("words", "")):
            value = number(found[1])
            assert value is not None
            known.limit(count, value, value)
        elif told.get("rate") is not None:
            known.limit(count, 1)


def learn_rows_without_names(taken: Downloads, known: Knowledge, run: str) -> None:
    """There are at least as many role-holdings of a place as rows say that they are of it."""
    rows = taken.lists.get("/survey/anonymous/", [])
    names = {
        str(row.get("authority_name")): str(row["authority_code"])
        for row in taken.tables.get("authorities", pl.DataFrame()).to_dicts()
    }
    for authority, least in Counter(row.get("Authority", "") for row in rows).items():
        if authority in names:
            known.limit(name_of(run, "authorities", names[authority], "holdings"), least)
    for region, least in Counter(row.get("Region", "") for row in rows).items():
        if (count := name_of(run, "regions", region, "holdings")) in known.cells:
            known.limit(count, least)


def learn_that_others_stayed(known: Knowledge, before: Downloads, after: Downloads, changed: str) -> None:
    """Whoever knows that one return was left out takes the counts of all other places to be what they were.

    Where two that are shown differ all the same, they see that this is not so there.
    """
    for table, key in PLACES.items():
        if table != "authorities":
            continue
        held = {str(row[key]): row for row in before.tables.get(table, pl.DataFrame()).to_dicts()}
        for row in after.tables.get(table, pl.DataFrame()).to_dicts():
            place = str(row[key])
            if place == changed or place not in held:
                continue
            for count in COUNTS:
                if count not in row:
                    continue
                both = number(held[place][count]), number(row[count])
                one_is_hidden = is_hidden(held[place], count) or is_hidden(row, count)
                if one_is_hidden and (None in both):
                    names = [name_of(run, table, place, count) for run in ("before", "after")]
                    known.add_sum({names[0]: 1.0, names[1]: -1.0}, 0, 0)
