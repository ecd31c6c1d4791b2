"""One command from nothing to a service on this machine: database, migrations, demonstration, address, and a clean end.

This process starts the others and waits. PostgreSQL, the command that prepares the database and gunicorn run apart
from the terminal's signals: Ctrl-C reaches this process only, which ends them in order, gunicorn before its database.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from leadscape.core.errors import ServiceBlocked, StoreUnavailable
from leadscape_web.config.embedded import EmbeddedServer, running
from leadscape_web.config.roles import OWNER, SERVICE
from leadscape_web.config.service_folder import Demo, Note, ServiceFolder, end_of_log

Say = Callable[[str], None]
PACKAGE: Final = Path(__file__).resolve().parents[1]
ANSWER_SECONDS: Final = 60
"""A worker answers within two; a machine under load gets more."""
END_SECONDS: Final = 40
"""Longer than gunicorn gives requests that still run."""


def serve(data: Path, *, port: int = 8000, demo: Demo | None = None, say: Say = print) -> None:
    """Serve from the folder ``data`` until somebody stops it.

    Parameters
    ----------
    port
        On 127.0.0.1; 0 takes any that is free.
    demo
        Invented data for a new folder; null: what the folder holds, the national demonstration for a new one.
    say
        Prints a sentence for whoever watches.

    Raises
    ------
    ServiceBlocked
        The port or the folder is taken, or holds something else.
    MigrationNeeded
        The folder's database is of another release of PostgreSQL.
    StoreUnavailable
        The database cannot be started or prepared.
    """
    port = _free(port)
    folder = ServiceFolder(data)
    note = folder.decide(demo)
    address = f"http://127.0.0.1:{port}"
    if not (PACKAGE / "static" / "built").is_dir():
        say("The styles are not built, so pages come without them: run 'make assets' in the clone.")
    with _stopped_in_order():
        say("Starting PostgreSQL …")
        with running(data) as server:
            server.create_database()
            if not (data / "service.json").exists():
                folder.keep(note)
            folder.begin_log()
            link = _prepare(folder, note, server, port, address)
            note = folder.keep_loaded(note)
            with _worker(folder, note, server, port), _gunicorn(folder, note, server, port) as process:
                _wait_for_answer(process, port, folder)
                for line in _greeting(address, link, note, folder):
                    say(line)
                _wait_for_end(process, folder, say)
        say("Stopped. Everything is kept in " + str(data) + ".")


def _greeting(address: str, link: str, note: Note, folder: ServiceFolder) -> Iterator[str]:
    yield ""
    yield f"leadscape is at {address}"
    if note.demo != "none":
        yield "A demonstration: every person in it is invented."
    if link:
        yield f"The first administrator signs up here, once: {link}"
    yield f"{_where_letters_go(folder, note)} Log: {folder.log}. Ctrl-C stops it."


def _where_letters_go(folder: ServiceFolder, note: Note) -> str:
    """Where e-mail of the service ends: a folder, or a mail server, whose address may hold a password."""
    given = folder.environment(note, port=0, database_url="")["LEADSCAPE_EMAIL_URL"]
    if not given:
        return "E-mail it would send is in its log."
    if given.startswith("file://"):
        return f"E-mail it would send: {given.removeprefix('file://')}."
    return f"E-mail goes out by the mail server {urlsplit(given).hostname}."


@contextmanager
def _stopped_in_order() -> Iterator[None]:
    """The first wish to stop is heard, also of a closed terminal; those that follow do not disturb the stopping."""

    def stop(*_: object) -> None:
        for heard in wishes:
            signal.signal(heard, signal.SIG_IGN)
        raise KeyboardInterrupt

    # Under nohup a closed terminal is no wish to stop.
    nohup = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    wishes = (signal.SIGINT, signal.SIGTERM, *(() if nohup else (signal.SIGHUP,)))
    former = {wish: signal.signal(wish, stop) for wish in wishes}
    # Logs and messages are for whoever serves, not for others at the same machine.
    mask = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(mask)
        for wish, handler in former.items():
            signal.signal(wish, handler)


def _prepare(folder: ServiceFolder, note: Note, server: EmbeddedServer, port: int, address: str) -> str:
    """Migrate, load what is missing and make the first administrator's link, in a process that ends thereafter."""
    environment = folder.environment(note, port=port, database_url=server.url(SERVICE))
    environment["LEADSCAPE_OWNER_URL"] = server.url(OWNER)
    load = "none" if note.loaded else note.demo
    command = [sys.executable, "-m", "leadscape_web", "prepare", "--load", load, "--address", address]
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        link, _ = process.communicate()
    except BaseException:
        _end(process)
        raise
    if process.returncode:
        raise StoreUnavailable(
            "The database could not be prepared; what went wrong is said above.",
            "Nothing was half loaded: the load is one transaction.",
            "Put it right and start again, or begin with a new folder (--data).",
        )
    return link.strip()


@contextmanager
def _gunicorn(
    folder: ServiceFolder, note: Note, server: EmbeddedServer, port: int
) -> Iterator[subprocess.Popen[bytes]]:
    """The processes that answer. They know the plain role only."""
    environment = folder.environment(note, port=port, database_url=server.url(SERVICE))
    with folder.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "python:leadscape_web.config.gunicorn"],
            env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        _end(process)


@contextmanager
def _worker(folder: ServiceFolder, note: Note, server: EmbeddedServer, port: int) -> Iterator[None]:
    """The process that performs jobs, begun again when it dies. It alone knows the owner role."""
    environment = folder.environment(note, port=port, database_url=server.url(SERVICE))
    environment["LEADSCAPE_OWNER_URL"] = server.url(OWNER)
    stopping = threading.Event()
    now: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while not stopping.is_set():
            with folder.log.open("ab") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", "leadscape_web", "work"],
                    env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip
            now[:] = [process]
            process.wait()
            stopping.wait(2)

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        for process in now:
            _end(process)
        keeper.join(END_SECONDS)


def _end(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_answer(process: subprocess.Popen[bytes], port: int, folder: ServiceFolder) -> None:
    """Until it is ready, so that whoever follows the printed address finds somebody in."""
    until, said = time.monotonic() + ANSWER_SECONDS, ""
    while process.poll() is None and time.monotonic() < until:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.suppress(OSError, HTTPException):
            connection.request("GET", "/ready")
            answer = connection.getresponse()
            if answer.status == 200:
                return
            said = answer.read().decode(errors="replace")
            break
        connection.close()
        time.sleep(0.1)
    raise _ended(process, folder, said)


def _wait_for_end(process: subprocess.Popen[bytes], folder: ServiceFolder, say: Say) -> None:
    try:
        process.wait()
    except KeyboardInterrupt:
        say("Stopping …")
        return
    raise _ended(process, folder)


def _ended(process: subprocess.Popen[bytes], folder: ServiceFolder, said: str = "") -> ServiceBlocked:
    code = process.poll()
    if said:
        what = f"The service is not ready: {said}"
    elif code is None:
        what = f"The service does not answer within {ANSWER_SECONDS} seconds."
    else:
        what = f"The processes that serve ended by themselves (code {code})."
    return ServiceBlocked(
        what,
        f"The log ends with: {end_of_log(folder.log) or 'nothing'}",
        f"Read {folder.log}, put right what it says and start again.",
    )


def _free(port: int) -> int:
    """The port, or a free one for 0."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise ServiceBlocked(
                f"The port {port} cannot be used: {(error.strerror or 'refused').lower()}.",
                "Another program listens there, perhaps another leadscape.",
                "Name another with --port, or 0 for any that is free.",
            ) from error
        return listener.getsockname()[1]
