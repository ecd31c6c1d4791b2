"""The service as a process of its own over a database of the tests, as a browser meets it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

START_SECONDS = 60


@dataclass(frozen=True)
class BrowserService:
    """A running service: where it is, its database by name and as a superuser sees it, and the e-mails it sent."""

    address: str
    database: str
    superuser_url: str
    message_folder: Path
    log: Path

    def query(self, statement: str, parameters: Any = None, why: str = "A test") -> list[dict[str, Any]]:
        """Ask or change the database, past every protection but with a reason for the history."""
        with psycopg.connect(self.superuser_url, row_factory=dict_row) as connection:
            connection.execute("select set_config('leadscape.why', %s, true)", [why])
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def messages(self) -> list[Any]:
        """E-mails sent so far, the oldest first."""
        files = sorted(self.message_folder.glob("*.log"), key=lambda file: file.stat().st_mtime_ns)
        raw = (part for file in files for part in re.split(rb"\n-{79}\n", file.read_bytes()))
        return [message_from_bytes(part, policy=policy.default) for part in raw if part.strip()]

    def session_key(self, who: str) -> str:
        """A session of that user, second factor and all."""
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore

        from leadscape_web.accounts.models import User

        row = self.query("select * from accounts_user where email = %s", [f"{who}@leadscape.example"])[0]
        user = User(**row)
        key = os.urandom(16).hex()
        signed = SessionStore().encode(
            {
                SESSION_KEY: str(user.pk),
                BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend",
                HASH_SESSION_KEY: user.get_session_auth_hash(),
                "second_factor": True,
            }
        )
        self.query(
            "insert into django_session (session_key, session_data, expire_date)"
            " values (%s, %s, now() + interval '1 day')",
            [key, signed],
        )
        return key


def copy_world(server: Any, database: str) -> None:
    """Make a database like that of the tests."""
    from django.db import connections

    for connection in connections.all():
        connection.close()  # a database that somebody is connected to cannot be copied
    server.create_database(database, template="world")


@contextmanager
def serving(
    server: Any, database: str, folder: Path, more: Mapping[str, str] | None = None
) -> Iterator[BrowserService]:
    """The service over one database, with its messages and its log in ``folder``, until the end of the block.

    ``more``: settings beside the usual.
    """
    from leadscape_web.config.embedded import SERVICE

    (folder / "messages").mkdir()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LEADSCAPE_")},
        "DATABASE_URL": server.url(SERVICE, database),
        "LEADSCAPE_BIND": f"127.0.0.1:{port}",
        "LEADSCAPE_DEMONSTRATION": "1",
        "LEADSCAPE_EMAIL_URL": f"file://{folder / 'messages'}",
        "LEADSCAPE_WORKERS": "1",
        **(more or {}),
    }
    log = folder / "service.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "python:leadscape_web.config.gunicorn"],
            env=environment, stdin=subprocess.DEVNULL, stdout=written, stderr=written,
        )  # fmt: skip
    service = BrowserService(
        f"http://127.0.0.1:{port}", database, server.url("postgres", database), folder / "messages", log
    )
    try:
        _wait(process, service)
        yield service
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], service: BrowserService) -> None:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{service.address}/health", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"The service did not start:\n{service.log.read_text()}")
