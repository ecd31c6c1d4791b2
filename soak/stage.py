"""A service of the drill's own: a folder with a demonstration, served as anybody would serve it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from soak import kept_logs
from soak.findings import ROOT
from soak.processes import below, command_of, parent

STORE: Final = Path(os.environ.get("LEADSCAPE_SOAK", Path(tempfile.gettempdir()) / "leadscape-soak"))
"""Where demonstrations are kept between drills, so that each is made once a run."""
LOGS: Final = STORE / "logs"
"""Where logs of drills are kept until they were searched for names."""
CLEAN: Final = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "LEADSCAPE_OWNER_URL")


@dataclass
class Service:
    """A running ``leadscape serve``.

    Attributes
    ----------
    folder
        Its database, key, messages and log.
    port
        On 127.0.0.1.
    """

    folder: Path
    process: subprocess.Popen[str]
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    stopped: bool = False

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What its processes say."""
        return self.folder / "service.log"

    def url(self, role: str = "postgres") -> str:
        """Its database as a role sees it; without one as whoever may everything."""
        lines = (self.folder / "postgres" / "postmaster.pid").read_text().splitlines()
        return f"postgresql://{role}@/leadscape?host={lines[4]}&port={lines[3]}"

    def query(self, statement: str, parameters: Any = (), why: str = "A drill") -> list[dict[str, Any]]:
        """Ask or change the database past every protection, with a reason for the history."""
        with psycopg.connect(self.url(), row_factory=dict_row) as connection:
            connection.execute("select set_config('leadscape.why', %s, true)", [why])
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def processes(self, words: str) -> list[int]:
        """Its processes whose command line holds ``words``; of gunicorn the master first."""
        return [pid for pid in below(self.process.pid) if words in command_of(pid)]

    def web_workers(self) -> list[int]:
        """The processes that answer."""
        gunicorn = self.processes("gunicorn")
        return [pid for pid in gunicorn if parent(pid) in gunicorn]

    def job_workers(self) -> list[int]:
        """The processes that perform jobs."""
        return self.processes("leadscape_web work")

    def stop(self) -> None:
        """End it as Ctrl-C does; what it wrote is kept."""
        if self.stopped:
            return
        self.stopped = True
        names = self._names()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.communicate(timeout=90)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.communicate()
        kept_logs.keep(LOGS, self.folder, names)

    def _names(self) -> list[str] | None:
        try:
            return kept_logs.names_in(self.url())
        except OSError:  # the database is gone
            return None


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[Service]:
    """Serve a folder until the end of the block."""
    service = start(folder, **environment)
    try:
        yield service
    finally:
        service.stop()


def start(folder: Path, demo: str | None = None, **environment: str) -> Service:
    """``leadscape serve`` over a folder, once it answers."""
    kept = {name: value for name, value in os.environ.items() if name not in CLEAN}
    command: list[str] = [
        str(Path(sys.executable).with_name("leadscape")),
        "serve",
        "--data",
        str(folder),
        "--port",
        "0",
    ]
    process = subprocess.Popen(
        [*command, *(["--demo", demo] if demo else [])],
        env=kept | environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if "Ctrl-C stops it" in line:
            break
    found = re.search(r"leadscape is at http://127\.0\.0\.1:(\d+)", said)
    if found is None:
        process.wait(60)
        raise RuntimeError(f"The service did not start:\n{said[-3000:]}")
    return Service(folder, process, int(found[1]), environment)


def base(demo: str) -> Path:
    """A folder with a demonstration, made once; copy it, never serve it."""
    folder = STORE / f"base-{demo}"
    if not (folder / "whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        STORE.mkdir(parents=True, exist_ok=True)
        start(folder, demo).stop()
        (folder / "whole").touch()
    return folder


@contextmanager
def copy_of(demo: str) -> Iterator[Path]:
    """A folder with a demonstration for one drill, gone at its end."""
    source = base(demo)
    # Short, because a socket's path is in it; beside its source, because a copy there is cheap.
    folder = Path(tempfile.mkdtemp(prefix="s-", dir=STORE)) / "service"
    try:
        subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(folder)], check=True)
        (folder / "whole").unlink()
        yield folder
    finally:
        shutil.rmtree(folder.parent, ignore_errors=True)
