"""Who reads spoilt files: processes of their own, so that one that dies or never ends is told of, and others go on."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from soak.fuzz_judge import LONGEST, READ, REFUSED, judge, spoilt

MEMORY: Final = 4 << 30
"""Bytes a process may hold: a file that asks for more is found as such, and does not take the machine down."""
KEPT: Final = Path(tempfile.gettempdir()) / "leadscape-fuzz"
"""Where files that went through are kept, to look at."""
Task = tuple[str, int, int]
"""Reader, first file, and the file after the last."""


class Crew:
    """Processes that read files. One that dies is told of with the file that killed it, and another goes on."""

    def __init__(self, bases: Path, processes: int | None = None) -> None:
        self.context = multiprocessing.get_context("spawn")
        self.bases = bases
        self.members = [Member(self.context, bases) for _ in range(processes or os.cpu_count() or 1)]

    def perform(self, tasks: list[Task]) -> list[tuple[str, str, int]]:
        """Every task; how every file ended: reader, ending, number of the file."""
        waiting, endings = tasks[::-1], []
        while waiting or any(member.task for member in self.members):
            for at, member in enumerate(self.members):
                endings += member.heard()
                if member.task and time.monotonic() - member.heard_at > LONGEST + 10:
                    # Its own alarm is not heard in the middle of a library.
                    member.process.kill()
                    member.process.join()
                if member.task and not member.process.is_alive():
                    endings += member.heard()
                    name, number, end = member.task
                    endings.append((name, f"the process died (code {member.process.exitcode})", number))
                    _keep_again(self.bases, name, number)
                    if number + 1 < end:
                        waiting.append((name, number + 1, end))
                    self.members[at] = Member(self.context, self.bases)
                elif not member.task and waiting:
                    member.give(waiting.pop())
            time.sleep(0.02)
        return endings

    def end(self) -> None:
        """Send everybody home."""
        for member in self.members:
            member.mouth.send(None)
            member.process.join(10)
            if member.process.is_alive():
                member.process.kill()


def _keep_again(bases: Path, name: str, number: int) -> None:
    """Keep the file that a process died of: made again, since it went with the process."""
    from soak.readers import READERS

    content, right = spoilt(next(reader for reader in READERS if reader.name == name), number, bases)
    _keep(content, name, number, right.name)


def _keep(content: bytes, name: str, number: int, file: str) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{name.replace(' ', '-')}-{number}-{file}").write_bytes(content)


class Member:
    """One process and its task; ``task`` begins with the file that it reads now."""

    def __init__(self, context: Any, bases: Path) -> None:
        self.mouth, theirs = context.Pipe()
        self.task: Task | None = None
        self.heard_at = time.monotonic()
        self.process = context.Process(target=_read_for_ever, args=(bases, theirs), daemon=True)
        self.process.start()
        theirs.close()

    def give(self, task: Task) -> None:
        """Let it read these files."""
        self.task, self.heard_at = task, time.monotonic()
        self.mouth.send(task)

    def heard(self) -> list[tuple[str, str, int]]:
        """What it said since it was last asked."""
        endings = []
        while self.task and self._has_words():
            try:
                ending = self.mouth.recv()
            except EOFError:
                break
            name, number, end = self.task
            endings.append((name, ending, number))
            self.heard_at = time.monotonic()
            self.task = (name, number + 1, end) if number + 1 < end else None
        return endings

    def _has_words(self) -> bool:
        try:
            return self.mouth.poll()
        except OSError:
            return False


def _read_for_ever(bases: Path, mouth: Any) -> None:
    os.environ |= {"POLARS_MAX_THREADS": "1", "RUST_BACKTRACE": "0"}
    # Libraries say there what becomes an exception as well; thousands of times.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from soak.readers import READERS

    readers = {reader.name: reader for reader in READERS}
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        own = Path(folder) / "own"
        shutil.copytree(bases, own)
        os.chdir(own)
        while (task := mouth.recv()) is not None:
            name, first, end = task
            reader = readers[name]
            for number in range(first, end):
                content, right = spoilt(reader, number, Path())
                wrong = right.with_name(f"wrong-{right.name}")
                wrong.write_bytes(content)
                ending = judge(reader.read, wrong)
                if ending not in (READ, REFUSED):
                    _keep(content, name, number, right.name)
                mouth.send(ending)
