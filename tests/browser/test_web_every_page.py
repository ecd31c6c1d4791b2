"""Every page there is, as different people open it: accessible, fit for a phone, with a title and a heading of its own.

The pages come from the addresses of the service. A new address needs an example of what stands in it
(``tests/support/every_address.py``); without one the first test fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lxml.html
import pytest

from tests.support.every_address import ADDRESSES, Address, example, path_of
from tests.support.every_record import A_ROUND, TO_BEGIN_WITH
from tests.support.openid_provider import running_provider, settings_for
from tests.support.service_browser import (
    WIDTHS,
    BrowserService,
    Complaints,
    copy_world,
    needs_browser,
    scrolls_sideways,
    serving,
    sign_in,
    violations,
)

# In one process: titles are compared with each other, and the service is filled once.
pytestmark = needs_browser
USERS = ("nation.editor", "nation.administrator", "nation.researcher", "authority.reader", "")
"""Whoever gets a page with something on it that nobody before had has it checked."""

ELSEWHERE = frozenset(
    {
        "mfa_authenticate",
        "accounts:openid",
        "accounts:link_openid",
        "accounts:join_with_openid",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "account_change_password",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "landscape:table",
    }
)
"""Pages that send these users elsewhere, as they are meant to: on the way through signing in or behind a password asked
for again (looked at in test_web_accounts), and the table that its own screen shows."""

# The rows of a long table are alike, and looking at the colours of each takes most of the time.
FEWER_ROWS = """
for (const row of document.querySelectorAll("tbody > tr:nth-child(n + 9)")) row.remove();
for (const option of document.querySelectorAll("option:nth-child(n + 20)")) option.remove();
"""
# One page that two addresses answer with: whoever is signed in can take up neither link.
SAME_TITLE = frozenset({frozenset({"accounts:answer_invitation", "accounts:first_administrator"})})


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda one: one.name)
def test_an_example_is_given(address: Address) -> None:
    lacking = [part for part in address.parts if not example(address.name, part)]
    assert not lacking, (
        f"Say in PARTS of tests/support/every_address.py what {lacking} of {address.name} may be."
    )


@pytest.fixture(scope="module")
def everything(
    service_server: Any, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserService]:
    """The service with the world of the tests, and the small demonstration loaded beside it."""
    from leadscape_web.config.embedded import OWNER, SERVICE

    copy_world(service_server, "everything")
    urls = {
        "DATABASE_URL": service_server.url(SERVICE, "everything"),
        "LEADSCAPE_OWNER_URL": service_server.url(OWNER, "everything"),
        "DJANGO_SETTINGS_MODULE": "leadscape_web.config.settings",
    }
    command = [sys.executable, "-m", "django", "load_demo", "small", "--verbosity", "0"]
    subprocess.run(command, env={**os.environ, **urls}, check=True, stdout=subprocess.DEVNULL)
    folder = tmp_path_factory.mktemp("everything")
    with (
        running_provider() as provider,
        serving(service_server, "everything", folder, settings_for(provider)) as service,
    ):
        service.query(TO_BEGIN_WITH)
        service.query(A_ROUND)
        yield service


@dataclass(frozen=True)
class Visitor:
    """A user with a browser of their own: one page, in which one address after the other is opened."""

    who: str
    page: Any
    complaints: Complaints


@pytest.fixture(scope="module")
def visitors(chromium: Any, everything: BrowserService) -> Iterator[list[Visitor]]:
    """Every user of ``USERS``."""
    made: list[Visitor] = []
    for who in USERS:
        context = chromium.new_context(base_url=everything.address, reduced_motion="reduce")
        if who:
            sign_in(context, everything, who)
        made.append(Visitor(who, context.new_page(), Complaints()))
        made[-1].complaints.listen(made[-1].page)
    yield made
    for one in made:
        one.page.context.close()


@pytest.fixture(scope="module")
def titles() -> dict[str, str]:
    """Title to the page that has it."""
    return {}


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda one: one.name)
def test_every_page(
    address: Address, visitors: list[Visitor], everything: BrowserService, titles: dict[str, str]
) -> None:
    path = path_of(address, everything)
    seen: set[tuple[str, str]] = set()
    reached = False
    for visitor in visitors:
        answer = visitor.page.context.request.get(path, max_redirects=0)
        assert answer.status < 500, f"{path} as {visitor.who or 'nobody'}: {answer.text()[:2000]}"
        reached = reached or answer.status == 200 or (answer.status < 400 and address.name in ELSEWHERE)
        # Whoever was not sent to the provider from here is refused, when they come from there (see test_web_openid).
        reached = reached or (answer.status == 403 and address.name == "accounts:openid_back")
        if (
            answer.status >= 300
            or not answer.headers["content-type"].startswith("text/html")
            or answer.headers.get("content-disposition", "").startswith("attachment")
            or not _ours(answer)
        ):
            continue
        shape = shape_of(answer.text())
        if shape <= seen:
            continue
        _check(visitor, path, address, titles, first=not seen)
        seen |= shape
    assert reached, f"{path} answers to none of {USERS}"


def shape_of(text: str) -> frozenset[tuple[str, str]]:
    """What a page is made of: which kind of element stands in which, however often and with whatever text."""

    def kind(element: Any) -> str:
        return f"{element.tag} {element.get('class', '')} {element.get('type', '')} {element.get('role', '')}"

    main = lxml.html.fromstring(text).xpath("//main")[0]
    return frozenset((kind(one.getparent()), kind(one)) for one in main.iter() if isinstance(one.tag, str))


def _ours(answer: Any) -> bool:
    """A page, and not a document that a study published."""
    return "sandbox" not in answer.headers.get("content-security-policy", "")


def _check(visitor: Visitor, path: str, address: Address, titles: dict[str, str], *, first: bool) -> None:
    page, who = visitor.page, visitor.who
    visitor.complaints.forget()
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.goto(path)
    assert page.locator("h1").count() == 1
    title = page.title()
    assert title.endswith(" – leadscape")
    assert len(title) > len(" – leadscape")
    assert page.locator("html").get_attribute("lang") == "en-GB"
    owner = titles.setdefault(title, address.name)
    assert owner == address.name or frozenset({owner, address.name}) in SAME_TITLE, f"{title} is also {owner}"
    for width in reversed(WIDTHS):
        page.set_viewport_size({"width": width, "height": 900})
        assert not scrolls_sideways(page), f"{path} as {who or 'nobody'} at {width} px"
        _picture(page, address, who, width)
    page.evaluate(FEWER_ROWS)
    for width in WIDTHS if first else WIDTHS[:1]:
        page.set_viewport_size({"width": width, "height": 900})
        # Colours are those of the styles at every width, and looking at them takes most of the time.
        found = violations(page, colours=width == WIDTHS[0])
        assert found == [], f"{path} as {who or 'nobody'} at {width} px"
    assert visitor.complaints.heard() == []


def _picture(page: Any, address: Address, who: str, width: int) -> None:
    folder = os.environ.get("LEADSCAPE_SCREENSHOTS", "")
    if folder:
        name = f"{address.name.replace(':', '-')}-{who or 'nobody'}-{width}.png"
        page.screenshot(path=os.path.join(folder, name), full_page=True)


def test_a_page_that_is_not_there(visitors: list[Visitor]) -> None:
    for page in (visitor.page for visitor in visitors if visitor.who in ("authority.reader", "")):
        answer = page.goto("/no/such/page/")
        assert answer.status == 404
        assert violations(page) == []
