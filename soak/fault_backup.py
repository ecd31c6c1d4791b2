"""A backup, the database destroyed, a restore: are all tables equal, and is whoever was erased since erased again?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from soak.findings import ROOT, Findings
from soak.processes import send, wait_until
from soak.stage import Service
from soak.users import make_user

ERASE_SECONDS: Final = 1_200
"""An erasure runs the study again, which takes minutes at national size on a busy machine."""


def backup(found: Findings, service: Service) -> None:
    """As the guide says it: ``deploy/backup.sh``, ``deploy/restore.sh``, and the ledger of erasures."""
    from leadscape_web.config.embedded import programs
    from leadscape_web.config.roles import OWNER

    # As on a machine of the guide: the database's programs and leadscape are found by their names.
    path = os.pathsep.join([str(programs()), str(Path(sys.executable).parent), os.environ["PATH"]])
    with tempfile.TemporaryDirectory(prefix="s-") as folder:
        environment = os.environ | {"PATH": path, "LEADSCAPE_OWNER_URL": service.url(OWNER)}
        with held_still(service):
            saved = subprocess.run(
                [str(ROOT / "deploy" / "backup.sh"), folder],
                env=environment, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if saved.returncode:
                raise RuntimeError(f"No backup was made: {saved.stderr.strip()[-300:]}")
            kept = hashes(service.url())
        person, name = erase_somebody(found, service)
        ledger = Path(folder) / "ledger"
        _command(service, "export_erasures", str(ledger))
        _make_empty(service, "restored")
        target = service.url(OWNER).replace("/leadscape?", "/restored?")
        environment["LEADSCAPE_OWNER_URL"] = target
        done = subprocess.run(
            [str(ROOT / "deploy" / "restore.sh"), saved.stdout.strip()],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        again = hashes(service.url().replace("/leadscape?", "/restored?"))
        differ = [table for table in kept if kept[table] != again.get(table)] + sorted(set(again) - set(kept))
        found.add(
            "Tables that differ after backup, destruction and restore", len(kept), len(differ),
            "; ".join(differ[:5]) + (done.stderr.strip()[-200:] if done.returncode else ""),
        )  # fmt: skip
        if not person:
            return
        there = _count(target, name)
        _command(service, "replay_erasures", str(ledger), owner=target)
        still = _count(target, name)
        found.add(
            "Names of people erased since the backup, after their erasure was replayed", max(there, 1), still,
            f"{there} rows held the name before", within=there > 0,
        )  # fmt: skip


@contextmanager
def held_still(service: Service) -> Iterator[None]:
    """Workers note every few seconds that they live; not while a backup and its source are compared."""
    workers = service.job_workers()
    send(workers, signal.SIGSTOP)
    try:
        yield
    finally:
        send(workers, signal.SIGCONT)


def erase_somebody(found: Findings, service: Service) -> tuple[str, str]:
    """Erase a leader by the job that an editor asks for; their person's id and name, blank where it was not done.

    What it came to instead is told as not run.
    """
    row = service.query(
        "select l.person_id as id, n.full_name as name from survey_leader l"
        " join accounts_personname n using (person_id)"
        " where n.superseded_at is null and l.home_school_id is not null"
        " and (select count(*) from accounts_personname o where o.full_name = n.full_name) = 1"
        " order by l.key desc limit 1"
    )[0]
    from leadscape_web.accounts.context import acting
    from leadscape_web.jobs.asking import ask_for

    editor = make_user("editor")
    with acting(editor, why="The person asked"):
        job = ask_for("privacy.erase", asked_by=editor, given={"person": str(row["id"]), "why": "asked"})
    asked = "select state, attempts, step, problem from jobs_job where id = %s"
    over = ("done", "failed", "cancelled")
    wait_until(lambda: service.query(asked, [job.pk])[0]["state"] in over, ERASE_SECONDS, 1)
    now = service.query(asked, [job.pk])[0]
    if now["state"] == "done":
        return str(row["id"]), row["name"]
    found.not_run.append(
        f"What follows an erasure: its job did not end well within {ERASE_SECONDS} s ({now})."
    )
    return "", ""


def hashes(url: str) -> dict[str, str]:
    """Table to a hash of all its rows."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "select tablename from pg_tables where schemaname = 'public' order by tablename"
        ).fetchall()
        return {
            table: str(
                connection.execute(
                    sql.SQL("select count(*), md5(coalesce(string_agg(h, '' order by h), '')) from"
                            " (select md5(t::text) as h from {} t) rows").format(sql.Identifier(table))
                ).fetchone()
            )
            for (table,) in tables
        }  # fmt: skip


def _count(url: str, name: str) -> int:
    with psycopg.connect(url) as connection:
        row: Any = connection.execute(
            "select count(*) from accounts_personname where full_name = %s", [name]
        ).fetchone()
        return row[0]


def _make_empty(service: Service, database: str) -> None:
    from leadscape_web.config.roles import OWNER

    with psycopg.connect(service.url().replace("/leadscape?", "/postgres?"), autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(database)))
        connection.execute(
            sql.SQL("create database {} owner {} template template0").format(
                sql.Identifier(database), sql.Identifier(OWNER)
            )
        )


def _command(service: Service, *words: str, owner: str = "") -> None:
    environment = dict(os.environ) | ({"LEADSCAPE_OWNER_URL": owner, "DATABASE_URL": owner} if owner else {})
    subprocess.run(
        [sys.executable, "-m", "leadscape_web", *words],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
