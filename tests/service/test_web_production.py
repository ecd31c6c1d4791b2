"""Production starts only as it should be, and says what is wrong otherwise."""

from __future__ import annotations

import html
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.test import Client

from leadscape.core.errors import ServiceBlocked
from leadscape_web.config.checks import check_environment, lacking, refuse_unfit, unfit
from leadscape_web.config.environment import DEVELOPMENT_KEY, Environment, read_environment
from leadscape_web.config.messages import message_settings
from leadscape_web.config.readiness import plain_role
from leadscape_web.config.work_folder import PREFIX

from tests.service.conftest import ROOT, Answer, Production, ask, free_port, run

TILES = "https://tiles.example.org/{z}/{x}/{y}.png"
FIT = Environment(
    database_url="postgresql://leadscape_service@db/leadscape",
    owner_url="postgresql://leadscape_owner@db/leadscape",
    secret_key="a key of production, as long as one should be: 7hJ2k9Qm4xV8",
    hosts=("leadscape.example.org",),
    production=True,
    demonstration=False,
    second_factor="required",
    tile_url="",
    email_url="smtp://mail.example.org",
)


@pytest.fixture
def collected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "staticfiles.json").write_text("{}")
    monkeypatch.setattr(settings, "STATIC_ROOT", tmp_path)
    roles = {"default": {"USER": "leadscape_service"}, "owner": {"USER": "leadscape_owner"}}
    monkeypatch.setattr(settings, "DATABASES", roles)


@pytest.mark.usefixtures("collected")
class TestWhatProductionRefuses:
    def test_a_fit_environment_is_taken(self) -> None:
        assert unfit(FIT) == lacking(FIT) == []

    @pytest.mark.parametrize(
        ("change", "number"),
        [
            ({"secret_key": DEVELOPMENT_KEY}, "leadscape.E001"),
            ({"database_url": ""}, "leadscape.E002"),
            ({"hosts": ()}, "leadscape.E004"),
            ({"hosts": ("*",)}, "leadscape.E004"),
            ({"hosts": ("127.0.0.1", "localhost")}, "leadscape.E004"),
            ({"demonstration": True}, "leadscape.E005"),
        ],
    )
    def test_an_unfit_one_is_not(self, change: dict[str, object], number: str) -> None:
        (found,) = unfit(replace(FIT, **change))
        assert found.id == number
        assert found.hint

    def test_one_role_for_both_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        one = {"USER": "leadscape_owner"}
        monkeypatch.setattr(settings, "DATABASES", {"default": one, "owner": one})
        assert [found.id for found in unfit(FIT)] == ["leadscape.E003"]

    def test_what_is_lacking_is_told(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(settings, "STATIC_ROOT", tmp_path / "none")
        assert [found.id for found in lacking(replace(FIT, email_url=""))] == [
            "leadscape.W001",
            "leadscape.E006",
        ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEADSCAPE_SECOND_FACTOR", "optional"),
        ("LEADSCAPE_WORKERS", "many"),
        ("LEADSCAPE_THREADS", "0"),
        ("LEADSCAPE_PROXIES", "a-proxy"),
        ("LEADSCAPE_PROXIES", "0.0.0.0/40"),
        ("LEADSCAPE_TILE_URL", "tiles.example.org"),
        ("LEADSCAPE_TILE_URL", "https://tiles.example.org/background.png"),
        ("LEADSCAPE_TILE_URL", "https://tiles.example.org; script-src x/{z}/{x}/{y}.png"),
    ],
)
def test_a_variable_that_cannot_be_meant_is_refused(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ServiceBlocked, match=re.escape(value)):
        read_environment()


def test_a_background_whose_maker_is_not_named_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADSCAPE_TILE_URL", TILES)
    monkeypatch.setattr(settings, "ENVIRONMENT", read_environment())
    assert [found.id for found in check_environment()] == ["leadscape.W004"]
    monkeypatch.setenv("LEADSCAPE_TILE_ATTRIBUTION", " The Map Makers of Northshire ")
    monkeypatch.setattr(settings, "ENVIRONMENT", read_environment())
    assert check_environment() == []


@pytest.mark.django_db
def test_the_maker_of_the_background_is_named_on_the_map(
    monkeypatch: pytest.MonkeyPatch, client_of: Callable[[str], Client]
) -> None:
    client = client_of("authority.reader")
    maker = "The Map Makers of Northshire & Eastvale"
    monkeypatch.setenv("LEADSCAPE_TILE_ATTRIBUTION", maker)
    monkeypatch.setattr(settings, "ENVIRONMENT", read_environment())
    assert "Background:" not in client.get("/landscape/map/").content.decode()
    monkeypatch.setenv("LEADSCAPE_TILE_URL", TILES)
    monkeypatch.setattr(settings, "ENVIRONMENT", read_environment())
    page = client.get("/landscape/map/").content.decode()
    assert f'data-tiles="{TILES}"' in page
    # Within what the script shows when there is a map, so that nobody is named for what is not there.
    within = page[page.index("data-map hidden") : page.index("leadscape-map__plain")]
    assert f"Background: {html.escape(maker)}</p>" in within


def test_an_address_of_a_mail_server_is_read_and_a_wrong_one_is_not_repeated() -> None:
    made = message_settings("smtp+tls://me:p%40ss@mail.example.org")
    assert (made["EMAIL_HOST"], made["EMAIL_PORT"]) == ("mail.example.org", 587)
    assert (made["EMAIL_HOST_PASSWORD"], made["EMAIL_USE_TLS"], made["EMAIL_USE_SSL"]) == (
        "p@ss",
        True,
        False,
    )
    assert message_settings("smtps://mail.example.org")["EMAIL_USE_SSL"] is True
    assert message_settings("file:///tmp/a%20b")["EMAIL_FILE_PATH"] == "/tmp/a b"
    with pytest.raises(ServiceBlocked) as told:
        message_settings("mail.example.org:hunter2")
    assert "hunter2" not in str(told.value)


def test_the_check_of_production_is_clean(production: Production) -> None:
    done = run(
        sys.executable, "-m", "leadscape_web", "check", "--deploy", "--database", "default", "--fail-level", "WARNING",
        env=production.commands,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("role", "told"),
    [("leadscape_service", ""), ("leadscape_owner", "owns tables"), ("postgres", "is a superuser")],
)
def test_only_a_plain_role_may_serve(role: str, told: str, production: Production) -> None:
    with psycopg.connect(production.url_of(role)) as connection:
        found = plain_role(connection.cursor())
    assert (told in found[0]) if told else (found == [])


def _ask(port: int, path: str, **headers: str) -> Answer:
    return ask(port, path, **{"Host": "leadscape.example.org", **headers})


def _folders(place: Path) -> list[Path]:
    return sorted(place.glob(f"{PREFIX}*"))


def _wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(900):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it does not come about")


def test_gunicorn_serves_production_and_stops(production: Production, tmp_path: Path) -> None:
    port = free_port()
    killed = tmp_path / f"{PREFIX}999999999-x"
    killed.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "python:leadscape_web.config.gunicorn"],
        env={**production.serving, "LEADSCAPE_BIND": f"127.0.0.1:{port}", "LEADSCAPE_WORKERS": "1",
             "TMPDIR": str(tmp_path)},
        cwd=ROOT, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            for _ in range(900):
                try:
                    answer = _ask(port, "/ready")
                    break
                except OSError:
                    time.sleep(0.1)
            assert answer.status == 200, answer.body
            # By HTTP a reader is sent to HTTPS; what the proxy says came by HTTPS is answered.
            assert _ask(port, "/account/sign-in/").status == 301
            page = _ask(port, "/no/such/page", **{"X-Forwarded-Proto": "https"})
            assert page.status in (302, 404)
            assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
            assert page.headers["X-Frame-Options"] == "DENY"
            assert page.headers["X-Content-Type-Options"] == "nosniff"
            assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
            assert (
                _ask(port, "/no/such/page", **{"X-Forwarded-Proto": "https", "Host": "evil.example"}).status
                == 400
            )
            style = _ask(
                port, "/static/leadscape.css", **{"X-Forwarded-Proto": "https", "Accept-Encoding": "gzip"}
            )
            assert style.status in (200, 404)
            # What somebody sends lies in the worker's own folder; of one that is killed nothing is left.
            [folder] = _folders(tmp_path)
            (folder / "returns.csv").write_text("Alice Ash")
            os.kill(int(folder.name.removeprefix(PREFIX).split("-")[0]), signal.SIGKILL)
            _wait_until(lambda: len(_folders(tmp_path)) == 1 and not folder.exists())
        finally:
            process.terminate()
            said = process.communicate(timeout=40)[1]
    assert process.returncode == 0, said
    assert _folders(tmp_path) == []


def test_gunicorn_does_not_start_with_the_development_key(production: Production) -> None:
    without = {name: value for name, value in production.serving.items() if name != "LEADSCAPE_SECRET_KEY"}
    done = run(
        sys.executable, "-m", "gunicorn", "--config", "python:leadscape_web.config.gunicorn",
        env={**without, "LEADSCAPE_BIND": f"127.0.0.1:{free_port()}", "LEADSCAPE_WORKERS": "1"},
    )  # fmt: skip
    assert done.returncode != 0
    assert "LEADSCAPE_SECRET_KEY is not set." in done.stderr


def test_the_key_of_the_code_is_refused_under_a_name_that_others_can_reach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = replace(FIT, production=False, secret_key=DEVELOPMENT_KEY, hosts=("127.0.0.1", "localhost"))
    monkeypatch.setattr(settings, "ENVIRONMENT", here)
    assert check_environment() == []
    monkeypatch.setattr(settings, "ENVIRONMENT", replace(here, hosts=("leadscape.council.example",)))
    assert [message.id for message in check_environment()] == ["leadscape.E001"]
    with pytest.raises(ServiceBlocked, match="LEADSCAPE_SECRET_KEY"):
        refuse_unfit()
