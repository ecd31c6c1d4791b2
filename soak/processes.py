"""Processes of a drill's service: which there are, what they hold, whether they live; and how they are killed."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path


def below(pid: int) -> list[int]:
    """A process's children, theirs, and so on."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            children.setdefault(parent(int(entry.name)), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        waiting += (ones := sorted(children.get(waiting.pop(0), [])))
        found += ones
    return found


def parent(pid: int) -> int:
    """The process that a process belongs to; 0 where it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def command_of(pid: int) -> str:
    """Its command line; empty where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def lives(pid: int) -> bool:
    """Whether it is there, and no shadow of one that ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def memory_of(pid: int) -> float:
    """Megabytes that a process has for itself, and its share of what it has with others."""
    try:
        rolled = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", rolled, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def worked(pid: int) -> float:
    """Seconds of a processor that a process has had; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def send(pids: Iterable[int], wish: signal.Signals) -> int:
    """Send a signal to each that is there still; how many got it."""
    got = 0
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, wish)
            got += 1
    return got


def adopt_orphans() -> None:
    """Take in processes whose parent is gone, so that one that is killed does not stay behind as a shadow."""
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


def kill_all(pids: list[int]) -> None:
    """Kill processes and wait until all are gone."""
    send(pids, signal.SIGKILL)
    wait_until(lambda: not any(lives(pid) for pid in pids), 20, 0.02)
    for pid in pids:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def wait_until(condition: Callable[[], object], seconds: float, step: float = 0.2) -> bool:
    """Whether a condition came true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(step)
    return bool(condition())
