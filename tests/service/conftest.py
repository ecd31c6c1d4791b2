"""A database set up as production sets it up: by ``deploy/roles.sql`` and the migrations, in a server of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BOTH = """
import brotli
from leadscape_web.config.administration import run_command
# Packing files as small as they can be takes longer than all else, and nothing here is about it.
pack = brotli.compress
brotli.compress = lambda *given, **more: pack(*given, **{**more, "quality": 1})
run_command(["migrate", "--verbosity", "0"])
run_command(["collectstatic", "--no-input", "--verbosity", "0"])
"""


@dataclass(frozen=True)
class Production:
    """What an operator has: the environment of the processes that serve, of the commands, and the programs."""

    serving: dict[str, str]
    commands: dict[str, str]
    url_of: Callable[..., str]


def run(*command: str | Path, env: dict[str, str], timeout: int = 300) -> subprocess.CompletedProcess[str]:
    """A command as an operator gives it. Patient: a machine that has much else to do is slow, and not wrong."""
    return subprocess.run(
        [str(part) for part in command],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    headers: Message
    body: str


def ask(port: int, path: str, **headers: str) -> Answer:
    """One request to this machine."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode(errors="replace"))
    finally:
        connection.close()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="session")
def production() -> Iterator[Production]:
    """Roles, database, migrations and static files, all by the commands of the guide."""
    from leadscape_web.config.embedded import programs, running

    theirs = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in theirs and not name.startswith("LEADSCAPE")
    }
    clean["PATH"] = os.pathsep.join([str(programs()), str(Path(sys.executable).parent), clean["PATH"]])
    with (
        tempfile.TemporaryDirectory(prefix="ls-") as folder,
        running(Path(folder) / "server", durable=False) as server,
    ):
        made = run(
            "psql", "--no-psqlrc", "-q", "-d", server.url("postgres", "postgres"), "-f", "deploy/roles.sql",
            env={**clean, "LEADSCAPE_OWNER_PASSWORD": "one", "LEADSCAPE_SERVICE_PASSWORD": "two"},
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        serving = clean | {
            "LEADSCAPE_PRODUCTION": "1",
            "LEADSCAPE_HOSTS": "leadscape.example.org",
            "LEADSCAPE_SECRET_KEY": "a key of production, as long as one should be: 7hJ2k9Qm4xV8",
            "LEADSCAPE_EMAIL_URL": "smtp+tls://user:secret@mail.example.org:587",
            "LEADSCAPE_STATIC_ROOT": str(Path(folder) / "static"),
            "DATABASE_URL": server.url("leadscape_service"),
        }
        commands = serving | {"LEADSCAPE_OWNER_URL": server.url("leadscape_owner")}
        done = run(sys.executable, "-c", BOTH, env=commands)
        assert done.returncode == 0, done.stderr
        yield Production(serving, commands, server.url)
