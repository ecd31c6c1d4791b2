"""Does a spoilt file ever end in a traceback? Thousands for every reader, on both cores.

A reader may read what is left of the file, or refuse it with a sentence (:class:`LeadscapeError`). Anything else went
through: another exception, a process that dies, and one file that takes longer than
:data:`soak.fuzz_judge.LONGEST` seconds.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Final

from soak.findings import Findings, Line, finding, keep, read
from soak.fuzz_crew import Crew
from soak.fuzz_judge import READ, REFUSED

FILES: Final = 10_000
"""Mutated files of each reader."""
BATCH: Final = 250


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
