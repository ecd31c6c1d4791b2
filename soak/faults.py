"""Is anything confirmed lost, or anything half written, when processes are killed and disks fill?

A write is confirmed when the database said that it was committed, or when the page said that it was done. Processes are
killed as the system does it, without a word (SIGKILL). That is not the same as a machine that loses power: what the
system had taken from the database stays; the database itself is told to wait for the disk.
"""

from __future__ import annotations

from typing import Any, Final

from soak.fault_backup import backup
from soak.fault_database import database_killed
from soak.fault_imports import import_killed
from soak.fault_jobs import study_killed
from soak.fault_letters import letters_killed
from soak.fault_web import disk_full, web_killed
from soak.findings import Findings, finding
from soak.stage import copy_of, serving
from soak.users import use_database

POINTS: Final = 100
"""Moments at which the database is killed; web processes and workers at a tenth of them and fewer."""


def run(points: int = POINTS) -> Findings:
    """All faults."""
    from tests.support.mail_server import serving_mail

    with finding("faults") as found:
        found.notes.append(
            "Killed processes stand for crashes of programs, not for a machine that loses power: the system goes on."
        )
        _attempt(found, database_killed, points)
        with (
            serving_mail() as mail,
            copy_of("small") as folder,
            serving(folder, LEADSCAPE_EMAIL_URL=mail.url, LEADSCAPE_WORKERS="2") as service,
        ):
            use_database(service)
            _attempt(found, web_killed, service, max(3, points // 10))
            _attempt(found, letters_killed, service, mail, max(2, points // 10))
            _attempt(found, import_killed, service, max(2, points // 25))
            _attempt(found, study_killed, service, max(1, points // 25))
            _attempt(found, backup, service)
        _attempt(found, disk_full)
        if points < POINTS:
            found.notes.append(f"A short run: the database was killed {points} times, not {POINTS} times.")
    return found


def _attempt(found: Findings, fault: Any, *given: Any) -> None:
    """A fault that breaks off has shown nothing, and is not kept."""
    try:
        fault(found, *given)
    except Exception as error:
        found.add(
            f"{fault.__name__.replace('_', ' ').capitalize()}: ran to its end", 1, 1,
            f"{type(error).__name__}: {str(error)[:300]}",
        )  # fmt: skip
