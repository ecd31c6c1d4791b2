"""What the guide tells an operator to run works, and what it says is so."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import sys
import uuid
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError

from leadscape.core.errors import StoreUnavailable
from leadscape.core.exit_codes import EXIT_CODES
from leadscape_web.__main__ import main
from leadscape_web.config.roles import SERVICE_SETTINGS

from tests.service.conftest import ROOT, Production, run

DEPLOY = ROOT / "deploy"
GUIDE = ROOT / "docs" / "how-to" / "run-in-production.md"


def test_roles_are_those_of_the_laptop(production: Production) -> None:
    text = (DEPLOY / "roles.sql").read_text()
    written = dict(re.findall(r"alter role leadscape_service set (\w+) = '(\w+)';", text))
    assert written == SERVICE_SETTINGS
    with psycopg.connect(production.url_of("leadscape_service")) as connection:
        for setting, limit in SERVICE_SETTINGS.items():
            row = connection.execute("select current_setting(%s)", [setting]).fetchone()
            assert row is not None
            assert row[0].replace("1min", "60s") == limit
        # Neither role is more than it must be.
        plain = connection.execute(
            "select bool_or(rolsuper or rolcreaterole or rolcreatedb or rolbypassrls) from pg_roles"
            " where rolname in ('leadscape_owner', 'leadscape_service')"
        ).fetchone()
        assert plain == (False,)


def test_roles_may_be_made_twice(production: Production) -> None:
    again = run(
        "psql", "--no-psqlrc", "-q", "-d", production.url_of("postgres", "postgres"), "-f", "deploy/roles.sql",
        env={**production.commands, "LEADSCAPE_OWNER_PASSWORD": "it's", "LEADSCAPE_SERVICE_PASSWORD": "new"},
    )  # fmt: skip
    assert again.returncode == 0, again.stderr


KEPT, ERASED = "Carol Kept", "Dora Erased"
PEOPLE = """
insert into accounts_person (id, recorded_at) values ('{0}', now());
insert into accounts_personname (id, person_id, full_name, recorded_at)
values (gen_random_uuid(), '{0}', '{1}', now());
"""
ERASE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "leadscape_web.config.settings"
import django
django.setup()
from django.core.management import call_command
from leadscape_web.accounts.context import acting
from leadscape_web.privacy.work.erasing import erase
with acting(using="owner", why="A person was erased"):
    erase(sys.argv[1], "asked")
call_command("export_erasures", sys.argv[2])
"""


def _names_in(url: str) -> set[str]:
    with psycopg.connect(url) as owner:
        return {name for (name,) in owner.execute("select full_name from accounts_personname")}


def test_a_backup_is_restored_with_its_protection_and_without_who_was_erased_since(
    production: Production, tmp_path: Path
) -> None:
    erased = uuid.uuid4()
    with psycopg.connect(production.url_of("leadscape_owner")) as owner:
        owner.execute("select set_config('leadscape.why', 'People of a test', true)")
        for person, name in ((uuid.uuid4(), KEPT), (erased, ERASED)):
            owner.execute(PEOPLE.format(person, name))
    saved = run("deploy/backup.sh", tmp_path / "backups", env=production.commands)
    assert saved.returncode == 0, saved.stderr
    file = Path(saved.stdout.strip())
    beside = file.with_suffix(".erasures.json")
    for path in (file, beside):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(beside.read_text())["erasures"] == []
    # As the backup of the next night would write it.
    newest = file.with_name("leadscape-2999-12-31T020000Z.erasures.json")
    gone = run(sys.executable, "-c", ERASE, str(erased), newest, env=production.commands)
    assert gone.returncode == 0, gone.stderr
    assert str(erased) in newest.read_text()
    assert "Dora" not in newest.read_text()

    # Never over what is there.
    over = run("deploy/restore.sh", file, env=production.commands)
    assert (over.returncode, "not empty" in over.stderr) == (1, True)

    with psycopg.connect(production.url_of("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("create database restored owner leadscape_owner template template0")
    there = production.commands | {
        "LEADSCAPE_OWNER_URL": production.url_of("leadscape_owner", "restored"),
        "DATABASE_URL": production.url_of("leadscape_service", "restored"),
    }
    restored = run("deploy/restore.sh", file, env=there)
    assert restored.returncode == 0, restored.stderr
    assert {KEPT, ERASED} <= _names_in(there["LEADSCAPE_OWNER_URL"])
    # It says itself which ledger to take.
    said = re.findall(r"leadscape service replay_erasures (.+)", restored.stdout)
    assert said == [str(newest)]
    again = run("leadscape", "service", "replay_erasures", said[0], env=there)
    assert (again.returncode, "Erased 1 of 1 people again" in again.stdout) == (0, True), again.stderr
    left = _names_in(there["LEADSCAPE_OWNER_URL"])
    assert (KEPT in left, ERASED in left) == (True, False)
    with psycopg.connect(there["LEADSCAPE_OWNER_URL"]) as owner:
        # The mark of the protection comes along with the tables.
        mark = owner.execute("select obj_description('django_migrations'::regclass)").fetchone()
        assert mark is not None
        assert mark[0].startswith("leadscape protection")
    with psycopg.connect(there["DATABASE_URL"]) as service:
        assert service.execute("select count(*) from accounts_personname").fetchone() == (0,)


def test_a_backup_without_its_ledger_is_told(production: Production, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "leadscape"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o700)
    path = f"{program.parent}{os.pathsep}{production.commands['PATH']}"
    saved = run("deploy/backup.sh", tmp_path / "backups", env={**production.commands, "PATH": path})
    assert (saved.returncode, saved.stdout) == (1, "")
    assert "the ledger of erasures was not written" in saved.stderr
    assert [one.suffix for one in (tmp_path / "backups").iterdir()] == [".dump"]


def test_an_operator_is_told_without_a_traceback(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("connection to server at 10.0.0.7 failed")

    monkeypatch.setattr("django.core.management.execute_from_command_line", gone)
    monkeypatch.setattr("sys.argv", ["leadscape_web", "migrate"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == EXIT_CODES[StoreUnavailable]
    assert "The database does not answer" in capsys.readouterr().err


def test_every_variable_is_in_the_guide_and_in_the_code() -> None:
    source = (ROOT / "src/leadscape_web/config/environment.py").read_text()
    read = set(re.findall(r"\"(DATABASE_URL|LEADSCAPE_[A-Z_]+)\"", source))
    described = set(re.findall(r"``(DATABASE_URL|LEADSCAPE_[A-Z_]+)``", source))
    tabled = set(re.findall(r"^\| `(DATABASE_URL|LEADSCAPE_[A-Z_]+)`", GUIDE.read_text(), flags=re.MULTILINE))
    assert read == described == tabled
    given = "".join(path.read_text() for path in DEPLOY.iterdir() if path.is_file())
    passwords = {"LEADSCAPE_OWNER_PASSWORD", "LEADSCAPE_SERVICE_PASSWORD"}
    assert set(re.findall(r"\b(?:DATABASE_URL|LEADSCAPE_[A-Z_]+[A-Z])\b", given)) <= read | passwords


def _instructions(text: str) -> list[tuple[str, str]]:
    """Instructions of a Containerfile, continued lines put together."""
    joined = re.sub(r"\\\n", " ", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    return [
        (word, rest.strip())
        for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)
    ]


def test_the_image_is_built_from_locks_and_run_by_nobody_in_particular() -> None:
    given = _instructions((DEPLOY / "Containerfile").read_text())
    known = {
        "ARG",
        "FROM",
        "ENV",
        "WORKDIR",
        "COPY",
        "RUN",
        "LABEL",
        "USER",
        "EXPOSE",
        "STOPSIGNAL",
        "HEALTHCHECK",
        "CMD",
    }
    assert {word for word, _ in given} <= known
    stages = [number for number, (word, _) in enumerate(given) if word == "FROM"]
    assert len(stages) == 2
    assert ":3.13-slim" in dict(given)["ARG"]
    # Whatever is installed has its hash in a lock, or is ourselves.
    for word, rest in given:
        for install in re.findall(r"pip install[^&]*", rest) if word == "RUN" else ():
            assert "--require-hashes" in install or "--no-deps" in install
    last = given[stages[-1] :]
    assert [rest for word, rest in last if word == "USER"] == ["10001"]
    assert not any("pip" in rest or "curl" in rest for word, rest in last if word == "RUN")
    assert json.loads(next(rest for word, rest in last if word == "CMD"))[1:3] == ["-m", "gunicorn"]
    health = next(rest for word, rest in last if word == "HEALTHCHECK").partition("CMD ")[2]
    assert "/health" in json.loads(health)[2]
    # What it copies is there, and not kept from it.
    let_in = set(
        re.findall(r"^!(.+)$", (DEPLOY / "Containerfile.dockerignore").read_text(), flags=re.MULTILINE)
    )
    for word, rest in given[: stages[-1]]:
        for source in rest.split()[:-1] if word == "COPY" else ():
            assert (ROOT / source).exists(), source
            assert source.rstrip("/") in let_in


def test_no_secret_stands_in_what_is_given_away() -> None:
    given = (DEPLOY / "leadscape.env.example").read_text()
    assert re.findall(r"^LEADSCAPE_SECRET_KEY=(.*)$", given, flags=re.MULTILINE) == [""]
    assert "leadscape_service:PASSWORD@" in given
    for value in re.findall(r"(?:PASSWORD|SECRET_KEY): (.+)", (DEPLOY / "compose.yaml").read_text()):
        assert re.fullmatch(r"\$\{\w+:\?\}", value), value


def test_only_what_migrates_and_what_performs_jobs_knows_the_owner() -> None:
    yaml = pytest.importorskip("yaml")
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    ours = {name: one for name, one in services.items() if one["image"] == "leadscape"}
    assert {name for name, one in ours.items() if "LEADSCAPE_OWNER_URL" in one["environment"]} == {
        "migrate",
        "work",
    }
    assert {name for name, one in services.items() if "ports" in one} == {"web"}
    assert ours["work"]["command"] == ["leadscape", "service", "work"]
    # Files of a study lie in memory, of which a container has 64 MB unless it is told otherwise.
    assert ours["work"]["shm_size"] == "2gb"
    for name in ("web", "work"):
        assert (ours[name]["read_only"], ours[name]["cap_drop"]) == (True, ["ALL"])
    units = {path.name: path.read_text() for path in DEPLOY.glob("*.service")}
    assert [name for name, text in units.items() if "leadscape-owner.env" in text.partition("[Unit]")[2]] == [
        "leadscape-work.service"
    ]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd")
def test_units_are_what_systemd_reads(tmp_path: Path) -> None:
    for path in DEPLOY.glob("*.service"):
        # The program itself is not installed here.
        text = re.sub(r"/opt/leadscape/bin/\w+", "/bin/true", path.read_text())
        (tmp_path / path.name).write_text(text)
    read = run("systemd-analyze", "verify", *sorted(tmp_path.glob("*.service")), env=dict(os.environ))
    assert (read.returncode, read.stderr) == (0, "")
