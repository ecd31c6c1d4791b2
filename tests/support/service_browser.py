"""The whole service in a browser: a real server process over a database of its own, and Chromium.

Write a test in ``tests/browser/test_web_<topic>.py``; its fixtures are there by themselves::

    from tests.support.service_browser import WIDTHS, Journey, axe, needs_browser

    pytestmark = needs_browser

    @pytest.mark.parametrize("width", WIDTHS)
    def test_the_page_is_accessible(visitor, width):
        page = visitor("authority.reader", width=width)
        page.goto("/find/")
        axe(page)

``visitor(who, width=1280, javascript=True)`` opens a page signed in as ``authority.reader`` and the like (``""`` signed
out), with addresses from the root of the service. At the end of the test it fails if the browser complained (console
errors, failed requests, content security policy); ``visitor(..., complaints=False)`` where an error page is meant.

The database is a copy of the world of ``tests/support/service.py`` that the tests of one process share, and what is
written stays: change what only your test looks at. ``browser_service.query("select …")`` asks it as a superuser;
``browser_service.messages()`` are the e-mails sent so far.

A journey is a class with sentences as methods::

    class TestFindASchool(Journey):
        def test_by_a_former_name(self):
            self.given_i_am("authority.reader")
            self.when_i_open("/find/")
            self.when_i_fill("Search", "Fernhill Comprehensive")
            self.when_i_press("Find")
            self.then_i_see("Fernhill Academy")

Screenshots to look at: ``LEADSCAPE_SCREENSHOTS=/tmp/pictures`` keeps one of the last page of every visitor.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (320, 1280)
# A machine without a screen draws the map by software.
CHROMIUM_FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
DATABASE = "browser"
START_SECONDS = 60
PATIENCE_SECONDS = 10
needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]


@dataclass(frozen=True)
class BrowserService:
    """A running service: where it is, its database as a superuser sees it, and the e-mails it sent."""

    address: str
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


@pytest.fixture(scope="session")
def browser_service(
    service_server: Any, django_db_setup: None, tmp_path_factory: Any
) -> Iterator[BrowserService]:
    """The service as a process of its own, over a copy of the world."""
    copy_world(service_server, DATABASE)
    with serving(service_server, DATABASE, tmp_path_factory.mktemp("browser-service")) as service:
        yield service


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
        f"http://127.0.0.1:{port}", server.url("postgres", database), folder / "messages", log
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


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A running Chromium, of one module, so that its event loop is in nobody else's way."""
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as driver:
        # Django takes the loop of the driver for that of an asynchronous view.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        started = driver.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield started
        started.close()


@pytest.fixture
def visitor(
    chromium: Any, browser_service: BrowserService, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Any]]:
    """``visitor(who, width=1280, javascript=True, complaints=True)``: a page in a browser of its own."""
    contexts: list[Any] = []
    heard: list[str] = []
    pictures = os.environ.get("LEADSCAPE_SCREENSHOTS", "")

    def come(who: str = "", *, width: int = 1280, javascript: bool = True, complaints: bool = True) -> Any:
        context = chromium.new_context(
            base_url=browser_service.address,
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        if who:
            sign_in(context, browser_service, who)
        page = context.new_page()
        if complaints:
            listen(page, heard)
        return page

    yield come
    for number, context in enumerate(contexts):
        if pictures and context.pages:
            Path(pictures).mkdir(parents=True, exist_ok=True)
            name = re.sub(r"[^\w.-]+", "-", request.node.name)
            context.pages[-1].screenshot(path=f"{pictures}/{name}-{number}.png", full_page=True)
        context.close()
    assert heard == []


def listen(page: Any, heard: list[str]) -> None:
    """Add to ``heard`` whatever the browser complains about from now on: console, scripts, answers of 400 or more.

    Not a fault of a page: a form that says what is wrong with it (422), and how a graphics driver does without a
    graphics card.
    """

    def hear(said: Any) -> None:
        if (
            said.type in ("error", "warning")
            and "WebGL" not in said.text
            and "status of 422" not in said.text
        ):
            heard.append(said.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on(
        "response",
        lambda answer: (
            heard.append(f"{answer.status} {answer.url}")
            if answer.status >= 400 and answer.status != 422
            else None
        ),
    )


def sign_in(context: Any, service: BrowserService, who: str) -> None:
    """Let a browser context be signed in as ``who``."""
    from django.conf import settings

    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": service.session_key(who), "url": service.address}
    context.add_cookies([cookie])


def axe(page: Any) -> None:
    """The page as it is now breaks no rule of WCAG 2.2 AA or of best practice that a program can check."""
    assert violations(page) == []


def violations(page: Any, *, colours: bool = True) -> list[tuple[str, str, list[Any]]]:
    """What :func:`axe` would complain about: rule, what to do, where; without a look at contrast on demand."""
    from axe_playwright_python.sync_playwright import Axe

    options = {
        "runOnly": {"type": "tag", "values": WCAG},
        "rules": {"color-contrast": {"enabled": colours}},
    }
    found = Axe().run(page, options=options).response["violations"]
    return [(rule["id"], rule["help"], [node["target"] for node in rule["nodes"]][:3]) for rule in found]


def address_has(page: Any, part: str) -> None:
    """The address of the page comes to have ``part`` in it; a browser may still be on its way there."""
    from playwright.sync_api import expect

    expect(page).to_have_url(re.compile(re.escape(part)), timeout=PATIENCE_SECONDS * 1000)


def scrolls_sideways(page: Any) -> bool:
    """Whether the page itself, and not a table in it, is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


class Journey:
    """Sentences of journeys. A test class extends it; what it does not say yet, the class adds."""

    page: Any
    service: BrowserService
    _visitor: Callable[..., Any]

    @pytest.fixture(autouse=True)
    def _begin(self, visitor: Callable[..., Any], browser_service: BrowserService) -> None:
        self._visitor = visitor
        self.service = browser_service

    def given_i_am(self, who: str, **how: Any) -> None:
        """A visitor: ``who`` and ``how`` as for the fixture ``visitor``."""
        self.page = self._visitor(who, **how)

    def when_i_open(self, path: str) -> None:
        self.page.goto(path)

    def when_i_fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def when_i_choose(self, label: str) -> None:
        """A radio button or a checkbox."""
        self.page.get_by_label(label, exact=True).check()

    def when_i_select(self, label: str, option: str) -> None:
        self.page.get_by_label(label, exact=True).select_option(option)

    def when_i_press(self, name: str) -> None:
        """A button."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def when_i_follow(self, name: str) -> None:
        """A link."""
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def then_the_page_is(self, title: str) -> None:
        """Its title, without the name of the service."""
        from playwright.sync_api import expect

        expect(self.page).to_have_title(f"{title} – leadscape")

    def then_the_address_is(self, path: str) -> None:
        """The whole of it, from the root of the service."""
        from playwright.sync_api import expect

        expect(self.page).to_have_url(f"{self.service.address}{path}", timeout=PATIENCE_SECONDS * 1000)

    def then_the_address_has(self, part: str) -> None:
        """A browser may still be on its way there."""
        address_has(self.page, part)

    def then_i_see(self, text: str) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        # What a button led to may still be on its way.
        while text not in (said := self.page.locator("main").inner_text()) and time.monotonic() < until:
            time.sleep(0.05)
        assert text in said

    def then_i_do_not_see(self, text: str) -> None:
        assert text not in self.page.locator("main").inner_text()

    def then_i_am_told(self, *errors: str) -> None:
        """As a screen reader meets it: focus in a summary that comes first, each error linked to its input."""
        from playwright.sync_api import expect

        expect(self.page).to_have_title(re.compile("^Error: "))
        summary = self.page.locator(".govuk-error-summary")
        assert summary.get_by_role("listitem").all_inner_texts() == list(errors)
        if self.page.evaluate("document.body.classList.contains('js-enabled')"):
            assert summary.evaluate("e => e === document.activeElement")
        for link in summary.get_by_role("link").all():
            aim = self.page.locator(link.get_attribute("href"))
            described = aim.evaluate(
                "e => [e, e.closest('fieldset')].filter(Boolean)"
                ".flatMap(e => (e.getAttribute('aria-describedby') || '').split(' '))"
                ".map(id => id && document.getElementById(id)).filter(Boolean).map(e => e.textContent).join(' ')"
            )
            assert link.inner_text() in described

    def then_it_is_accessible(self) -> None:
        axe(self.page)
