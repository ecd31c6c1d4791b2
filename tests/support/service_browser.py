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
errors, failed requests, content security policy). Where a form is meant to say what is wrong with it, say so:
``complaints.expect_form_error(page)`` (a journey that is told of errors says it by itself); where an error page is
meant, ``visitor(..., complaints=False)``.

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

A journey on which jobs are performed extends ``WorkedJourney`` and says ``self.work()``.

Screenshots to look at: ``LEADSCAPE_SCREENSHOTS=/tmp/pictures`` keeps one of the last page of every visitor.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.complaints import Complaints
from tests.support.journey import Journey, WorkedJourney
from tests.support.page_rules import WIDTHS, address_has, axe, scrolls_sideways, violations
from tests.support.running_service import BrowserService, copy_world, serving

__all__ = [
    "WIDTHS",
    "BrowserService",
    "Complaints",
    "Journey",
    "WorkedJourney",
    "address_has",
    "axe",
    "copy_world",
    "needs_browser",
    "scrolls_sideways",
    "serving",
    "sign_in",
    "violations",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
# A machine without a screen draws the map by software, and everything else faster without that.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-compositing",
    "--disable-gpu-rasterization",
]
needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]


@pytest.fixture(scope="session")
def browser_service(
    service_server: Any, django_db_setup: None, tmp_path_factory: Any
) -> Iterator[BrowserService]:
    """The service as a process of its own, over a copy of the world."""
    copy_world(service_server, "browser")
    with serving(service_server, "browser", tmp_path_factory.mktemp("browser-service")) as service:
        yield service


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
def complaints() -> Iterator[Complaints]:
    """What the browsers of the test complain about; in the end nothing that was not meant."""
    made = Complaints()
    yield made
    assert made.heard() == []


@pytest.fixture
def visitor(
    chromium: Any, browser_service: BrowserService, complaints: Complaints, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Any]]:
    """``visitor(who, width=1280, javascript=True, complaints=True)``: a page in a browser of its own."""
    contexts: list[Any] = []
    pictures = os.environ.get("LEADSCAPE_SCREENSHOTS", "")

    heard = complaints

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
            heard.listen(page)
        return page

    yield come
    for number, context in enumerate(contexts):
        if pictures and context.pages:
            Path(pictures).mkdir(parents=True, exist_ok=True)
            name = re.sub(r"[^\w.-]+", "-", request.node.name)
            context.pages[-1].screenshot(path=f"{pictures}/{name}-{number}.png", full_page=True)
        context.close()


def sign_in(context: Any, service: BrowserService, who: str) -> None:
    """Let a browser context be signed in as ``who``."""
    from django.conf import settings

    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": service.session_key(who), "url": service.address}
    context.add_cookies([cookie])
