"""Is a register stored once and whole, or not at all, when the worker that checks or stores it is killed?"""

from __future__ import annotations

import gzip
import io
import time
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

import polars as pl

from soak.fault_jobs import Endings, Workers, noting, wait_for_end, wait_for_start
from soak.findings import Findings
from soak.stage import Service
from soak.users import make_user
from soak.visiting import Visitor

RENAMED: Final = 400
"""Schools that get another name in every register that is brought in."""
LONGEST: Final = {"checking": 2.5, "storing": 6.0}
"""Seconds within which a worker is killed after it began."""


def import_killed(found: Findings, service: Service, points: int) -> None:
    """Bring in a register as an editor does; kill the workers while they check it, and while they store it."""
    random, endings = Random(2029), Endings(service)
    editor = Visitor(service, make_user("editor"))
    extract = extract_of(service)
    wrong: list[str] = []
    ended: list[str] = []
    with noting(service), Workers(service) as workers:
        for number in range(1, points + 1):
            file = extract.next_register(number, date.today() - timedelta(days=points + 1 - number))
            answer = editor.send("/imports/register/", absent="keep", files=[("chosen", file)])
            key = answer.headers.get("Location", "").rstrip("/").rpartition("/")[2]
            for state in ("checking", "storing"):
                job = service.query("select job_id from imports_import where id = %s", [key])[0]["job_id"]
                wait_for_start(service, job)
                time.sleep(random.uniform(0.0, LONGEST[state]))
                workers.kill()
                # What the database holds now is what everybody sees until the work is done again.
                wrong += half_stored(service, number, extract.urns)
                wait_for_end(service, job)
                endings.note(job)
                if state == "checking":
                    editor.send(f"/imports/{key}/confirm/", page=f"/imports/{key}/")
            now = service.query("select state, stored_by_job from imports_import where id = %s", [key])[0]
            ended.append(now["state"])
            wrong += half_stored(service, number, extract.urns, stored=now["state"] == "stored")
            wrong += told_wrongly(service, now["stored_by_job"], file[0])
        endings.tell(found, f"Checking and storing {points} registers, each time with its worker killed")
    found.add(
        "Registers of which only a part is there, or whose history does not tell of each school once", points,
        len(wrong), "; ".join(wrong[:3] or [f"{ended.count('stored')} stored, of {RENAMED} renamed schools each"]),
        within=ended.count("stored") == points,
    )  # fmt: skip


@dataclass(frozen=True)
class Extract:
    """The extract that the demonstration was made from, to be brought in again with other names.

    Attributes
    ----------
    urns
        Open schools that get other names.
    """

    rows: pl.DataFrame
    urns: tuple[str, ...]

    def next_register(self, number: int, day: date) -> tuple[str, bytes]:
        """The extract of a day on which some schools have other names: its file name and content."""
        renamed = self.rows.with_columns(
            EstablishmentName=pl.when(pl.col("URN").is_in(self.urns))
            .then(pl.format("{} {}", pl.lit(prefix(number)), "URN"))
            .otherwise("EstablishmentName")
        )
        return f"register_{day.isoformat()}.csv", renamed.write_csv().encode()


def extract_of(service: Service) -> Extract:
    """The extract of schools that the study of the demonstration holds."""
    content = service.query(
        "select content from studies_studyinput where key = 'schools' and removed_at is null limit 1"
    )[0]["content"]
    rows = pl.read_csv(io.BytesIO(gzip.decompress(bytes(content))), infer_schema=False)
    urns = service.query(
        "select urn from register_school where status = 'open' order by urn limit %s", [RENAMED]
    )
    return Extract(rows, tuple(row["urn"] for row in urns))


def prefix(number: int) -> str:
    """How the names of schools begin in the register of that number."""
    return f"Drill {number} School"


def half_stored(
    service: Service, number: int, urns: tuple[str, ...], stored: bool | None = None
) -> list[str]:
    """What is wrong with the names of schools: all are those of a register, or none is."""
    named = service.query(
        "select count(*) as n from register_school where name like %s", [f"{prefix(number)} %"]
    )[0]["n"]
    right = (0, len(urns)) if stored is None else (len(urns) if stored else 0,)
    return [] if named in right else [f"{named} of {len(urns)} schools have their name of register {number}"]


def told_wrongly(service: Service, job: Any, file_name: str) -> list[str]:
    """What is wrong with the history of one import: each school once under its job's number, and its file once."""
    changed = service.query(
        "select count(*) as n, count(distinct record_id) as records from audit_event"
        " where request = %s and table_name = 'register_school' and action = 'update'", [str(job)],
    )[0]  # fmt: skip
    sources = service.query("select count(*) as n from register_source where file_name = %s", [file_name])[0][
        "n"
    ]
    told = []
    if changed["n"] != changed["records"]:
        told.append(f"{changed['n']} changes of {changed['records']} schools in the history")
    if job is not None and sources != 1:
        told.append(f"{sources} sources of one file")
    return told
