"""Is a correction lost or half there when the processes that answer are killed, or when the disk is full?"""

from __future__ import annotations

import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Final

import psycopg

from soak.corrections import Corrections
from soak.fault_database import check_indexes
from soak.findings import Findings
from soak.processes import send, wait_until
from soak.stage import Service, copy_of, serving
from soak.users import make_user, use_database
from soak.visiting import Visitor

ROOM: Final = 96 << 20
"""Bytes that the small disk has more than the service takes when it starts."""


def web_killed(found: Findings, service: Service, points: int) -> None:
    """Kill processes that answer while editors correct names: a correction is whole with its history, or not there."""
    random = Random(2027)
    corrections = Corrections(service, make_user("editor"))
    corrections.begin(2)
    killed = 0
    for _ in range(points):
        # In the middle of one of the corrections that follow one which was confirmed.
        corrections.wait_for_more(1)
        time.sleep(random.uniform(0.0, 0.3))
        if workers := service.web_workers():
            killed += send([random.choice(workers)], signal.SIGKILL)
    corrections.end()
    lost, half = corrections.judge()
    said = ", ".join(f"{count} × {answer}" for answer, count in sorted(corrections.refused.items()))
    found.add(
        f"Confirmed corrections lost when {killed} processes that answer were killed", len(corrections.confirmed), lost,
        f"not confirmed: {said or 'none'}",
    )  # fmt: skip
    found.add("Corrections of which only a part is there after that", len(corrections.begun), half)
    back = wait_until(lambda: len(service.web_workers()) >= 2, 30)
    found.add("Processes that answer again by themselves", killed, int(not back))


def disk_full(found: Findings) -> None:
    """Fill the disk under the database while an editor writes: a sentence for them, and nothing half there."""
    with copy_of("small") as folder:
        disk = folder.parent / "disk"
        disk.mkdir()
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) + ROOM
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)],
            capture_output=True,
            text=True,
            check=False,
        )
        if mounted.returncode:
            found.not_run.append(
                f"A full disk: no small disk may be made here ({mounted.stderr.strip()[:120]})."
            )
            return
        try:
            subprocess.run(["cp", "-a", str(folder), str(disk / "service")], check=True)
            with serving(disk / "service") as service:
                _fill(found, service, disk)
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=False)


def _fill(found: Findings, service: Service, disk: Path) -> None:
    use_database(service)
    editor = make_user("editor")
    corrections = Corrections(service, editor)
    correct, visitor = corrections.by_page(), Visitor(service, editor)
    before = service.query("select count(*) as n from audit_event")[0]["n"]
    filler = disk / "filler"
    # Something else on the disk takes all of it, then what the service itself writes finds no room.
    with filler.open("wb") as file, suppress(OSError):
        while True:
            file.write(bytes(1 << 20))
            file.flush()
    with suppress(psycopg.Error), psycopg.connect(service.url(), autocommit=True) as connection:
        connection.execute(
            "create table drill_full as select repeat('x', 900) from generate_series(1, 300000)"
        )
    for number in range(20):
        corrections.once(number, 1, correct)
    page = visitor.get("/survey/leaders/")
    filler.unlink()
    if not wait_until(lambda: visitor.get("/ready").status_code == 200, 90, 1):
        found.add("Ready again once there is room", 1, 1)
        return
    lost, half = corrections.judge()
    whole = service.query("select count(*) as n from audit_event")[0]["n"] >= before
    said = ", ".join(f"{count} × {status}" for status, count in sorted(corrections.refused.items()))
    unclear = sum(count for status, count in corrections.refused.items() if status != "503")
    found.add(
        "Corrections while the disk was full: confirmed and lost, or half there", len(corrections.begun), lost + half,
        f"not confirmed: {said or 'none'}", within=whole,
    )  # fmt: skip
    found.add("Answers then that were no page which says what is wrong", len(corrections.begun), unclear,
              f"a page that only reads answered {page.status_code}")  # fmt: skip
    indexes, damaged = check_indexes(service)
    found.add("Indexes that do not fit their tables once there is room", indexes, damaged)
