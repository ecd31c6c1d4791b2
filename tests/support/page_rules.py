"""What holds of every page in a browser: rules of accessibility, and that it fits."""

from __future__ import annotations

import re
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (320, 1280)
PATIENCE_SECONDS = 10


def axe(page: Any) -> None:
    """The page as it is now breaks no rule of WCAG 2.2 AA or of best practice that a program can check."""
    assert violations(page) == []


def violations(page: Any, *, colours: bool = True) -> list[tuple[str, str, list[Any]]]:
    """What :func:`axe` would complain about: rule, what to do, where; without a look at contrast on demand."""
    options = {
        "runOnly": {"type": "tag", "values": WCAG},
        "rules": {"color-contrast": {"enabled": colours}},
        # Nodes that keep the rules are neither gathered nor sent: on a long page they are most of the work.
        "resultTypes": ["violations"],
    }
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    return [(rule["id"], rule["help"], [node["target"] for node in rule["nodes"]][:3]) for rule in found]


def address_has(page: Any, part: str) -> None:
    """The address of the page comes to have ``part`` in it; a browser may still be on its way there."""
    from playwright.sync_api import expect

    expect(page).to_have_url(re.compile(re.escape(part)), timeout=PATIENCE_SECONDS * 1000)


def scrolls_sideways(page: Any) -> bool:
    """Whether the page itself, and not a table in it, is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
