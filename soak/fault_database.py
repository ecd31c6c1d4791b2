"""Is a correction lost or half there when PostgreSQL is killed under the service, with its every process?

Editors correct names at the pages, and others by the code that the pages call, so that more transactions are at their
commit: with the triggers, the history and the constraints that every write of the service has. The server is started
again as whatever watches over it would start it; it recovers from its own log of writes.
"""

from __future__ import annotations

import shlex
import subprocess
import time
from pathlib import Path
from random import Random
from typing import Final

import psycopg

from soak.corrections import Corrections
from soak.fault_backup import held_still
from soak.findings import Findings
from soak.processes import adopt_orphans, below, kill_all, wait_until
from soak.stage import Service, copy_of, serving
from soak.users import make_user, use_database
from soak.visiting import Visitor

WRITERS: Final = 2
"""At the pages, and as many by the code; on two cores more would only wait for each other."""
MORE: Final = 6
"""Corrections that are confirmed before the next moment is drawn."""


def database_killed(found: Findings, points: int) -> None:
    """Kill the database at random moments while editors correct names; start it; count at the end."""
    adopt_orphans()
    random = Random(2026)
    slowest = 0.0
    with copy_of("small") as folder, serving(folder) as service:
        use_database(service)
        corrections = Corrections(service, make_user("editor"))
        anybody = Visitor(service)
        # Workers would spend the time on beginning anew; they are killed by a drill of their own.
        with held_still(service):
            corrections.begin(WRITERS, WRITERS)
            for _ in range(points):
                if not corrections.wait_for_more(MORE):
                    raise RuntimeError(
                        "Nothing was confirmed for a minute after the database was started again."
                    )
                time.sleep(random.uniform(0.0, 0.3))
                kill_database(folder)
                started = time.monotonic()
                start_database(folder)
                wait_until(lambda: anybody.get("/ready").status_code == 200, 60, 0.02)
                slowest = max(slowest, time.monotonic() - started)
            corrections.end()
        lost, half = corrections.judge()
        indexes, damaged = check_indexes(service)
    found.add(
        f"Confirmed corrections lost when the database was killed at {points} random moments",
        len(corrections.confirmed), lost, f"ready again after {slowest:.1f} s at most",
    )  # fmt: skip
    found.add("Corrections of which only a part is there after that", len(corrections.begun), half)
    found.add("Indexes that do not fit their tables after that", indexes, damaged)


def kill_database(folder: Path) -> None:
    """Kill the server of a folder and all its processes."""
    main = int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    kill_all([main, *below(main)])


def start_database(folder: Path) -> None:
    """Start it as it was started before."""
    from leadscape_web.config.embedded import START_SECONDS, programs
    from leadscape_web.config.system_user import run_as, system_user

    data = folder / "postgres"
    words = shlex.split((data / "postmaster.opts").read_text())
    options = shlex.join(words[words.index(str(data)) + 1 :])
    subprocess.run(
        [programs() / "pg_ctl", "start", "-w", "-t", f"{START_SECONDS}", "-D", data, "-l", data / "log", "-o", options],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        check=True, **run_as(system_user(data, programs())),
    )  # fmt: skip


def check_indexes(service: Service) -> tuple[int, int]:
    """Indexes of the service's tables, and those that do not hold what their tables do or are out of order."""
    with psycopg.connect(service.url(), autocommit=True) as connection:
        connection.execute("create extension if not exists amcheck")
        try:
            names = connection.execute(
                "select c.oid::regclass::text from pg_class c join pg_index i on i.indexrelid = c.oid"
                " join pg_am a on a.oid = c.relam join pg_namespace n on n.oid = c.relnamespace"
                " where a.amname = 'btree' and n.nspname = 'public' and i.indisvalid order by 1"
            ).fetchall()
            wrong = 0
            for (name,) in names:
                try:
                    connection.execute("select bt_index_check(%s::regclass, true)", [name])
                except (psycopg.errors.IndexCorrupted, psycopg.errors.DataCorrupted):
                    wrong += 1
        finally:
            connection.execute("drop extension amcheck")
    return len(names), wrong
