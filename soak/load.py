"""Do fifty people at once get their pages in time, without an error, from two processes that do not grow?

Everybody opens a page, reads for one to four seconds, and opens the next: schools, authorities, people, tables, maps,
searches with slips of the pen, downloads and the history, each as often as people open them, of records drawn by
a seed.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from soak.findings import ROOT, Findings, finding
from soak.load_pages import make_people
from soak.load_processes import Held, Watch, judge_processes
from soak.stage import Service, copy_of, serving
from soak.users import use_database

PEOPLE: Final = 50
SECONDS: Final = 120
WARM_SECONDS: Final = 120
"""Before the measured time: processes grow while they open every page for the first time."""
WORKERS: Final = 2
P95_MS: Final = 500.0
MEMORY_SECONDS: Final = 360
"""Lists and downloads hold thirty megabytes for a moment: two minutes are too short to see whether a process grows, so
the load goes on."""


def run(seconds: int = SECONDS, people: int = PEOPLE, demo: str = "national") -> Findings:
    """Load a copy of a demonstration."""
    with (
        finding("load") as found,
        copy_of(demo) as folder,
        serving(folder, LEADSCAPE_WORKERS=str(WORKERS)) as service,
    ):
        use_database(service)
        crowd = folder.parent / "people.json"
        crowd.write_text(json.dumps(make_people(service)), encoding="utf-8")
        locust(service, crowd, folder.parent / "warm", min(WARM_SECONDS, seconds), people)
        watch = Watch(service)
        rows = locust(service, crowd, folder.parent / "load", seconds, people)
        if seconds >= SECONDS:
            locust(service, crowd, folder.parent / "on", MEMORY_SECONDS - seconds, people)
        judge(found, rows, watch.end(), seconds, people)
        if seconds < SECONDS or people < PEOPLE:
            found.notes.append(f"A short run: {people} people for {seconds} s, not {PEOPLE} for {SECONDS} s.")
    return found


def judge(
    found: Findings,
    rows: list[dict[str, str]],
    processes: Mapping[int, Sequence[Held]],
    seconds: int,
    people: int,
) -> None:
    """Say of every page whether it was in time, and of every process whether it grew.

    Parameters
    ----------
    rows
        Of locust's table of figures.
    processes
        What each process that answers held over the time.
    """
    whole = next(row for row in rows if row["Name"] == "Aggregated")
    asked = int(whole["Request Count"])
    for row in sorted(rows, key=lambda row: row["Name"]):
        if row is whole:
            continue
        p50, p95 = float(row["50%"]), float(row["95%"])
        found.add(
            f"Page: {row['Name']}", int(row["Request Count"]), int(row["Failure Count"]),
            f"p50 {p50:.0f} ms, p95 {p95:.0f} ms (limit {P95_MS:.0f})", within=p95 < P95_MS,
        )  # fmt: skip
    p50, p95, worst = (float(whole[name]) for name in ("50%", "95%", "Max Response Time"))
    found.add(
        f"All pages, {people} people for {seconds} s, {WORKERS} processes", asked, int(whole["Failure Count"]),
        f"{asked / seconds:.1f} pages a second; p50 {p50:.0f} ms, p95 {p95:.0f} ms (limit {P95_MS:.0f}),"
        f" slowest {worst:.0f} ms", within=p95 < P95_MS,
    )  # fmt: skip
    judge_processes(found, processes)


def locust(service: Service, crowd: Path, out: Path, seconds: int, people: int) -> list[dict[str, str]]:
    """Let people open pages; the rows of locust's table."""
    command = [
        *(
            sys.executable,
            "-m",
            "locust",
            "-f",
            str(ROOT / "soak" / "load_people.py"),
            "--headless",
            "--only-summary",
        ),
        *("--host", service.address, "--users", str(people), "--spawn-rate", str(people)),
        *("--run-time", f"{seconds}s", "--stop-timeout", "20", "--csv", str(out), "--loglevel", "ERROR"),
    ]
    environment = os.environ | {"LEADSCAPE_SOAK_PEOPLE": str(crowd)}
    subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, check=False, timeout=seconds + 120
    )
    with Path(f"{out}_stats.csv").open(encoding="utf-8", newline="") as read:
        return list(csv.DictReader(read))
