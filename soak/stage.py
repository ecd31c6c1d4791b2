"""A service of the drill's own: a folder with a demonstration, served as anybody would serve it, users of every right.

Nothing here knows the service from inside but for users and sessions, which are written as whoever owns the database
may write them; everything that is tried comes in by the front door.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from soak.findings import ROOT

STORE: Final = Path(os.environ.get("LEADSCAPE_SOAK", Path(tempfile.gettempdir()) / "leadscape-soak"))
"""Where demonstrations are kept between drills, so that each is made once a run."""
START_SECONDS: Final = 300
RIGHTS: Final = ("reader", "editor", "broker", "approver", "researcher", "administrator")
SESSION: Final = "sessionid"
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
        return [pid for pid in _below(self.process.pid) if words in _command(pid)]

    def web_workers(self) -> list[int]:
        """The processes that answer."""
        gunicorn = self.processes("gunicorn")
        return [pid for pid in gunicorn if _parent(pid) in gunicorn]

    def job_workers(self) -> list[int]:
        """The processes that perform jobs."""
        return self.processes("leadscape_web work")

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.communicate(timeout=90)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.communicate()


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


# Users


def use_database(service: Service) -> None:
    """Let Django in this process use the service's database and key; called again, those of another service."""
    from leadscape_web.config.roles import OWNER, SERVICE

    os.environ |= {
        "DATABASE_URL": service.url(SERVICE),
        "LEADSCAPE_OWNER_URL": service.url(OWNER),
        "LEADSCAPE_SECRET_KEY": (service.folder / "secret-key").read_text(encoding="ascii"),
        "DJANGO_SETTINGS_MODULE": "leadscape_web.config.settings",
    }
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
        return
    import dj_database_url
    from django.conf import settings
    from django.db import connections

    settings.SECRET_KEY = os.environ["LEADSCAPE_SECRET_KEY"]
    for alias, role in (("default", SERVICE), ("counters", SERVICE), ("owner", OWNER), ("progress", OWNER)):
        connections[alias].close()
        connections[alias].settings_dict.update(dj_database_url.parse(service.url(role)))


def make_user(right: str, kind: str = "nation", key: str = "england", name: str = "Drill Person") -> Any:
    """A user with one right on behalf of one organisation."""
    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.models import Access, Organisation, PersonName, User

    address = re.sub(r"[^a-z0-9.@-]", "-", f"{kind}.{key}.{right}@leadscape.example".lower())
    with acting(why="A user for a drill", using="owner"):
        users = User.objects.using("owner")
        if found := users.filter(email=address).first():
            return found
        user = User.objects.db_manager("owner").create_user(address, None)
        PersonName.objects.using("owner").create(person_id=user.person_id, full_name=name)
        if right:
            organisation, _ = Organisation.objects.using("owner").get_or_create(
                kind=kind, key=key, defaults={"label": key}
            )
            Access.objects.using("owner").create(user=user, organisation=organisation, right=right)
    return user


def make_key(user: Any, *scopes: str) -> str:
    """A key for programs with these scopes; without any named, with everything that a user may have."""
    import secrets
    from datetime import timedelta

    from django.utils import timezone

    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.models import ApiToken
    from leadscape_web.accounts.tokens import PREFIX, SCOPES, hash_of

    raw = PREFIX + secrets.token_urlsafe(32)
    with acting(why="A key for a drill", using="owner"):
        ApiToken.objects.using("owner").create(
            user=user, label="drill", token_hash=hash_of(raw), scopes=sorted(scopes or SCOPES),
            expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
    return raw


def session_of(service: Service, user: Any) -> str:
    """The key of a new session of a user, second factor and all."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    key = os.urandom(16).hex()
    signed = SessionStore().encode(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            "second_factor": True,
        }
    )
    service.query(
        "insert into django_session (session_key, session_data, expire_date)"
        " values (%s, %s, now() + interval '1 day')",
        [key, signed],
    )
    return key


# Processes


def memory_of(pid: int) -> float:
    """Megabytes that a process has for itself, and its share of what it has with others."""
    try:
        rolled = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", rolled, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def wait_until(condition: Any, seconds: float, step: float = 0.2) -> bool:
    """Whether a condition came true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(step)
    return bool(condition())


def log_lines(service: Service) -> list[dict[str, Any]]:
    """Every line of the service's log that is one."""
    lines = []
    for line in service.log.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            lines.append(json.loads(line))
        except ValueError:
            lines.append({"message": line})
    return lines


def _below(pid: int) -> list[int]:
    """A process's children, theirs, and so on."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            children.setdefault(_parent(int(entry.name)), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        waiting += (below := sorted(children.get(waiting.pop(0), [])))
        found += below
    return found


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
