"""Do fifty people at once get their pages in time, without an error, from two processes that do not grow?

Everybody opens a page, reads for one to four seconds, and opens the next: schools, authorities, people, tables, maps,
searches with slips of the pen, downloads and the history, each as often as people open them, of records drawn by
a seed.
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final

from soak.findings import ROOT, Findings, finding
from soak.load_pages import make_people
from soak.processes import memory_of
from soak.stage import Service, copy_of, serving
from soak.users import use_database

PEOPLE: Final = 50
SECONDS: Final = 120
WARM_SECONDS: Final = 120
"""Before the measured time: processes grow while they open every page for the first time."""
WORKERS: Final = 2
P95_MS: Final = 500.0
MEMORY_SECONDS: Final = 360
"""What a process holds goes up and down by ten megabytes with the pages it draws: two minutes are too short to see
whether it grows, so the load goes on."""
RENEWED_SECONDS: Final = 10.0
"""A process first seen later than this was begun in the place of another."""
GROWTH_MB: Final = 8.0
"""By how much a process may grow in that time and still be flat; a leak of 2 kB a request shows as 7 MB."""


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
    memory: dict[int, list[tuple[float, float]]],
    seconds: int,
    people: int,
) -> None:
    """Say of every page whether it was in time, and of every process whether it grew.

    Parameters
    ----------
    rows
        Of locust's table of figures.
    memory
        Megabytes of each process over time, in seconds.
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
    began = min((points[0][0] for points in memory.values()), default=0.0)
    steady = [points for _, points in sorted(memory.items()) if points[0][0] - began < RENEWED_SECONDS]
    if len(steady) < len(memory):
        found.notes.append(
            f"{len(memory) - len(steady)} of {len(memory)} processes began while it was watched, in place of one that"
            " had answered its number of requests; a process that warms up is not judged for growth."
        )
    for number, points in enumerate(steady, 1):
        grown = growth(points)
        found.add(
            f"Memory of process {number}", len(points), 0,
            f"{points[0][1]:.0f} MB at first, {points[-1][1]:.0f} MB at last; {grown:+.1f} MB in"
            f" {points[-1][0] - points[0][0]:.0f} s by the slope (limit {GROWTH_MB:.0f})", within=grown <= GROWTH_MB,
        )  # fmt: skip


def growth(points: list[tuple[float, float]]) -> float:
    """Megabytes gained over the time by the line through all points, so that one high point says little."""
    if len(points) < 3:
        return 0.0
    times, sizes = zip(*points, strict=True)
    return statistics.linear_regression(times, sizes).slope * (times[-1] - times[0])


class Watch:
    """Notes what the processes that answer hold, every two seconds, until the end."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.over = threading.Event()
        self.points: dict[int, list[tuple[float, float]]] = {}
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def _look(self) -> None:
        while not self.over.wait(2):
            for pid in self.service.web_workers():
                self.points.setdefault(pid, []).append((time.monotonic(), memory_of(pid)))

    def end(self) -> dict[int, list[tuple[float, float]]]:
        """What was noted."""
        self.over.set()
        self.thread.join(10)
        return self.points


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
