"""The frame of every page, statements and refusals, as people meet them in a browser."""

from __future__ import annotations

import pytest

from tests.support.service_browser import WIDTHS, axe, needs_browser, scrolls_sideways

pytestmark = needs_browser


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/accessibility/", "/privacy/"])
def test_statements_are_accessible(visitor, path: str, width: int) -> None:
    page = visitor("authority.reader", width=width)
    page.goto(path)
    axe(page)
    assert not scrolls_sideways(page)


def test_the_first_stop_of_the_keyboard_skips_to_the_content(visitor) -> None:
    page = visitor()
    page.goto("/privacy/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"
