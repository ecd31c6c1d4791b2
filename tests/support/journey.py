"""Sentences of journeys through the service in a browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.complaints import Complaints
from tests.support.jobs import run_jobs
from tests.support.page_rules import PATIENCE_SECONDS, address_has, axe, scrolls_sideways
from tests.support.running_service import BrowserService
from tests.support.service import point_at


class Journey:
    """Sentences of journeys. A test class extends it; what it does not say yet, the class adds."""

    page: Any
    service: BrowserService
    _visitor: Callable[..., Any]
    _complaints: Complaints

    @pytest.fixture(autouse=True)
    def _begin(
        self, visitor: Callable[..., Any], browser_service: BrowserService, complaints: Complaints
    ) -> None:
        self._visitor = visitor
        self.service = browser_service
        self._complaints = complaints

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

    def when_i_move_to(self, name: str) -> None:
        """A link, button or field, by the tabulator key alone."""
        for _ in range(80):
            self.page.keyboard.press("Tab")
            said = self.page.evaluate(
                "(e => (e.getAttribute('aria-label') || (e.labels && e.labels[0] && e.labels[0].innerText)"
                " || e.innerText || '').trim())(document.activeElement)"
            )
            if said.startswith(name):
                return
        raise AssertionError(f"the tabulator key does not lead to {name}")

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

    def then_the_form_is_refused(self) -> None:
        """It comes again and says what is wrong with it."""
        from playwright.sync_api import expect

        expect(self.page).to_have_title(re.compile("^Error: "))
        self._complaints.expect_form_error(self.page)

    def then_i_am_told(self, *errors: str) -> None:
        """As a screen reader meets it: focus in a summary that comes first, each error linked to its input."""
        self.then_the_form_is_refused()
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

    def then_it_fits_and_is_accessible(self) -> None:
        self.then_it_is_accessible()
        assert not scrolls_sideways(self.page), self.page.url


class WorkedJourney(Journey):
    """A journey on which jobs are performed: by the process of the tests, beside the service."""

    @pytest.fixture(autouse=True)
    def _with_a_worker(self, service_server: Any, django_db_blocker: Any) -> None:
        self._server, self._blocker = service_server, django_db_blocker

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Django of this process stands on the database of the service."""
        with self._blocker.unblock():
            point_at(self._server, self.service.database)
            try:
                yield
            finally:
                point_at(self._server, "world")

    def work(self) -> list[tuple[str, str]]:
        """As the worker would; kind and state of each job, in order."""
        with self.beside():
            return run_jobs()
