"""Does a spoilt file ever end in a traceback? Thousands for every reader, on both cores.

A reader may read what is left of the file, or refuse it with a sentence (:class:`LeadscapeError`). Anything else went
through: another exception, a process that dies, and one file that takes longer than :data:`LONGEST` seconds.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import resource
import shutil
import signal
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

from leadscape.core.errors import LeadscapeError
from soak.findings import Findings, Line, finding, keep, read
from soak.mutation import mutate

if TYPE_CHECKING:
    from soak.readers import Reader

FILES: Final = 10_000
"""Mutated files of each reader."""
BATCH: Final = 250
LONGEST: Final = 20
"""Seconds that one file of a few kilobytes may take."""
MEMORY: Final = 4 << 30
"""Bytes a process may hold: a file that asks for more is found as such, and does not take the machine down."""
KEPT: Final = Path(tempfile.gettempdir()) / "leadscape-fuzz"
"""Where files that went through are kept, to look at."""


class TooLong(Exception):
    """One file took longer than :data:`LONGEST`."""


READ: Final = "read"
REFUSED: Final = "refused"


def run(
    files: int = FILES, only: tuple[str, ...] = (), processes: int | None = None, *, go_on: bool = False
) -> Findings:
    """Spoil ``files`` files for every reader.

    Parameters
    ----------
    only
        Names of readers, where not all are to be tried: what was found of the others stays, with its commit.
    processes
        How many read at the same time; without it one a core.
    go_on
        Leave out readers whose files were all read at this commit: a run that was broken off goes on so.
    """
    from soak.reader_files import write_bases
    from soak.readers import READERS

    strangers = sorted(set(only) - {reader.name for reader in READERS})
    if strangers:
        raise SystemExit(f"No such reader: {', '.join(strangers)}.")
    before = read("fuzz")
    with finding("fuzz") as found, tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        bases = Path(folder) / "bases"
        write_bases(bases)
        held = {line.what: line for line in before.lines} if before and (only or go_on) else {}
        crew = Crew(bases, processes)
        try:
            for reader in READERS:
                old = held.get(reader.name)
                if (only and reader.name not in only) or (go_on and is_whole(old, files, found.commit)):
                    found.lines += [old] if old else []
                    continue
                held.pop(reader.name, None)
                started = time.monotonic()
                # In batches, so that no process waits long for the others at the end of a reader.
                batches = [
                    (reader.name, first, min(first + BATCH, files)) for first in range(0, files, BATCH)
                ]
                endings = Counter(ending for _, ending, _ in crew.perform(batches))
                tell(found, reader.name, endings, found.commit, round(time.monotonic() - started, 1))
                # What is left of an earlier run stays with it until its turn comes.
                later = [line for name, line in held.items() if name not in {one.what for one in found.lines}]
                keep(replace(found, lines=[*found.lines, *later]))
        finally:
            crew.end()
        note(found, [reader.name for reader in READERS])
    return found


def is_whole(line: Line | None, files: int, commit: str) -> bool:
    """Whether all files of a reader were read at this very commit."""
    return (
        line is not None and line.tried >= files and line.commit == commit and "not committed" not in commit
    )


def note(found: Findings, readers: list[str]) -> None:
    """Say which readers were tried with fewer files than :data:`FILES`, and which not at all."""
    short = [line.tried for line in found.lines if line.tried < FILES]
    if short:
        found.notes.append(
            f"A short run: {min(short):,} files at least of {len(short)} readers, not {FILES:,}."
        )
    missing = [name for name in readers if name not in {line.what for line in found.lines}]
    found.not_run += [f"{name}: no file was read yet." for name in missing]


def tell(found: Findings, reader: str, endings: Counter[str], commit: str = "", seconds: float = 0.0) -> None:
    """One line of a reader: how its files ended."""
    through = Counter({ending: n for ending, n in endings.items() if ending not in (READ, REFUSED)})
    found.add(
        reader, endings.total(), through.total(),
        f"{endings[READ]:,} read, {endings[REFUSED]:,} refused with a sentence"
        + "".join(f"; {count} × {place}" for place, count in through.most_common(5)),
        commit=commit, seconds=seconds,
    )  # fmt: skip


def spoilt(reader: Reader, number: int, bases: Path) -> tuple[bytes, Path]:
    """The spoilt file of this number, the same on every machine, and the right file that it was made from."""
    seed = int.from_bytes(hashlib.sha256(f"{reader.name}:{number}".encode()).digest()[:8], "big")
    random = Random(seed)
    name, kind, _ = random.choices(reader.files, [share for _, _, share in reader.files])[0]
    return mutate((bases / name).read_bytes(), kind, random), Path(name)


def judge(read: Callable[[Path], Any], path: Path) -> str:
    """:data:`READ`, :data:`REFUSED`, or what went through and where."""
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LONGEST)
    try:
        read(path)
    except LeadscapeError as error:
        return REFUSED if all((error.what, error.why, error.next_step)) else "a sentence without its parts"
    except (KeyboardInterrupt, SystemExit):
        raise
    # A panic of a library written in Rust is no Exception.
    except BaseException as error:
        return _place(error)
    finally:
        signal.alarm(0)
    return READ


def _too_long(*_: object) -> None:
    raise TooLong(f"longer than {LONGEST} s")


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/leadscape/" in frame.filename] or frames
    last = ours[-1]
    said = str(error).splitlines()[0][:100] if str(error) else ""
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno} ({said})"


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
