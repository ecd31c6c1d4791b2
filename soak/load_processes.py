"""Do the processes that answer share the work, and do they keep what they take?

What a list of thousands of rows holds for a moment goes up and down by thirty megabytes; a leak raises the floor under
it. So of every half minute the least counts, and the line through those tells whether a process grows.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from soak.findings import Findings
from soak.processes import memory_of, worked
from soak.stage import Service

EVERY_SECONDS: Final = 2
FLOOR_SECONDS: Final = 30
RENEWED_SECONDS: Final = 10.0
"""A process first seen later than this was begun in the place of another."""
GROWTH_MB: Final = 8.0
"""By how much the floor may rise in six minutes and a process still be flat: a leak of 2 kB a request is 7 MB."""
BUSIEST: Final = 0.75
"""Share of the work that the busier of two processes may have. Where one has all, people wait for it, and it grows."""
UNEVEN: Final = 2
"""Half minutes in which it may have more: one that begins in the place of another has little to do at first."""


@dataclass(frozen=True)
class Held:
    """A process at one moment.

    Attributes
    ----------
    at
        Seconds, of a clock that only goes on.
    megabytes
        That it holds.
    worked
        Seconds of a processor that it has had since it began.
    """

    at: float
    megabytes: float
    worked: float


def judge_processes(found: Findings, processes: Mapping[int, Sequence[Held]]) -> None:
    """Say of every process whether it grew, and of all whether each had its share of the work."""
    began = min((points[0].at for points in processes.values()), default=0.0)
    whole = [points for _, points in sorted(processes.items()) if points[0].at - began < RENEWED_SECONDS]
    if len(whole) < len(processes):
        found.notes.append(
            f"{len(processes) - len(whole)} of {len(processes)} processes began while it was watched, in place of one"
            " that had answered its number of requests; a process that warms up is not judged for growth."
        )
    for number, points in enumerate(whole, 1):
        grown = growth(points)
        found.add(
            f"Memory of process {number}", len(points), 0,
            f"{points[0].megabytes:.0f} MB at first, {points[-1].megabytes:.0f} MB at last, {_least(points):.0f} at"
            f" least; its floor rose by {grown:+.1f} MB in {points[-1].at - points[0].at:.0f} s"
            f" (limit {GROWTH_MB:.0f})",
            within=grown <= GROWTH_MB,
        )  # fmt: skip
    shares = work_shares(processes)
    if not shares:
        found.add(
            "Half minutes of work of two processes", 0, 0, "two never answered together for half a minute"
        )
    else:
        uneven = sum(share > BUSIEST for share in shares)
        found.add(
            "Half minutes of work of two processes", len(shares), 0,
            f"the busier had {statistics.median(shares):.0%} of it in the median, {max(shares):.0%} at most;"
            f" more than {BUSIEST:.0%} in {uneven} (limit {UNEVEN})", within=uneven <= UNEVEN,
        )  # fmt: skip


def growth(points: Sequence[Held]) -> float:
    """Megabytes by which the floor rose over the time, by the line through the least of every half minute."""
    floors = [min(one.megabytes for one in part) for part in _parts(points)]
    if len(floors) < 3:
        return 0.0
    return statistics.linear_regression(range(len(floors)), floors).slope * (len(floors) - 1)


def work_shares(processes: Mapping[int, Sequence[Held]]) -> list[float]:
    """Of every half minute that two processes lived through, the share (0-1) of the work that the busier one had."""
    began = min((points[0].at for points in processes.values()), default=0.0)
    done: dict[int, list[float]] = {}
    for points in processes.values():
        of_one: dict[int, list[Held]] = {}
        for one in points:
            of_one.setdefault(int((one.at - began) // FLOOR_SECONDS), []).append(one)
        for part, here in of_one.items():
            if here[-1].at - here[0].at > FLOOR_SECONDS / 2:
                done.setdefault(part, []).append(here[-1].worked - here[0].worked)
    return [max(both) / sum(both) for _, both in sorted(done.items()) if len(both) == 2 and sum(both) > 0]


def _parts(points: Sequence[Held]) -> list[list[Held]]:
    """The points of each half minute; a rest that is shorter is left out."""
    parts: dict[int, list[Held]] = {}
    for one in points:
        parts.setdefault(int((one.at - points[0].at) // FLOOR_SECONDS), []).append(one)
    return [part for part in parts.values() if part[-1].at - part[0].at > FLOOR_SECONDS / 2]


def _least(points: Sequence[Held]) -> float:
    return min(one.megabytes for one in points)


class Watch:
    """Notes what the processes that answer hold and have done, every two seconds, until the end."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.over = threading.Event()
        self.points: dict[int, list[Held]] = {}
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def _look(self) -> None:
        while not self.over.wait(EVERY_SECONDS):
            for pid in self.service.web_workers():
                held = Held(time.monotonic(), memory_of(pid), worked(pid))
                # One that ended between the two looks has neither.
                if held.megabytes and held.worked:
                    self.points.setdefault(pid, []).append(held)

    def end(self) -> dict[int, list[Held]]:
        """What was noted."""
        self.over.set()
        self.thread.join(10)
        return self.points
