"""Signing in with an account elsewhere, as people do it in a browser; the provider is a program on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.openid_provider import OpenIdProvider, running_provider, settings_for
from tests.support.service_browser import (
    WIDTHS,
    BrowserService,
    axe,
    copy_world,
    needs_browser,
    scrolls_sideways,
    serving,
)

pytestmark = needs_browser
READER = "authority.reader@leadscape.example"
EDITOR = "authority.editor@leadscape.example"


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[OpenIdProvider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def service(
    service_server: Any, django_db_setup: None, tmp_path_factory: Any, elsewhere: OpenIdProvider
) -> Iterator[BrowserService]:
    copy_world(service_server, "openid_journey")
    folder = tmp_path_factory.mktemp("openid-journey")
    with serving(service_server, "openid_journey", folder, settings_for(elsewhere)) as found:
        yield found


@pytest.mark.parametrize("width", WIDTHS)
def test_somebody_signs_in_and_unlinks(
    width: int, chromium: Any, service: BrowserService, elsewhere: Any
) -> None:
    elsewhere.claims = {"sub": f"reader {width}", "email": READER, "name": "Authority Reader", "amr": ["mfa"]}
    context = chromium.new_context(
        base_url=service.address, viewport={"width": width, "height": 900}, java_script_enabled=True
    )
    page = context.new_page()
    try:
        page.goto("/account/sign-in/?next=/account/")
        axe(page)
        assert not scrolls_sideways(page)
        # By keyboard alone: it is a link, so it works without scripts and under the policy for forms.
        page.get_by_role("button", name="Sign in with Microsoft").focus()
        page.keyboard.press("Enter")
        # The word of an account that is being linked does not stand for a second factor; from then on it does.
        page.wait_for_url("**/account/second-factor/set-up/**")
        context.clear_cookies()
        page.goto("/account/sign-in/?next=/account/")
        page.get_by_role("button", name="Sign in with Microsoft").click()
        page.wait_for_url("**/account/")
        assert page.get_by_role("heading", level=1).inner_text() == "Your account"
        assert page.get_by_text("Microsoft: linked on").is_visible()
        axe(page)
        page.get_by_role("link", name="Unlink Microsoft").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Unlink Microsoft"
        axe(page)
        assert not scrolls_sideways(page)
        page.get_by_role("button", name="Unlink").click()
        assert page.get_by_text("Microsoft does not open your account any more.").is_visible()
        # Whoever is known elsewhere by no address of ours is told what to do.
        context.clear_cookies()
        elsewhere.claims |= {"sub": f"stranger {width}", "email": "stranger@leadscape.example"}
        page.goto("/account/sign-in/")
        page.get_by_role("button", name="Sign in with Microsoft").click()
        assert page.title().startswith("Error: You are not signed in")
        assert page.get_by_text(
            "Ask an administrator of your organisation to invite that address"
        ).is_visible()
        axe(page)
        # Whoever can prove it otherwise does so first, and is led on to the link.
        elsewhere.claims |= {"sub": f"editor {width}", "email": EDITOR}
        service.query(
            "update accounts_user set password = 'x' where email = %s", [EDITOR], why="A password for a test"
        )
        page.goto("/account/sign-in/")
        page.get_by_role("button", name="Sign in with Microsoft").click()
        assert page.get_by_text("is not linked to your account here yet").is_visible()
        axe(page)
        assert not scrolls_sideways(page)
        page.get_by_role("link", name="Sign in once, then link").click()
        assert page.url.endswith("/account/sign-in/?next=%2Faccount%2Flink%2Fentra%2F")
    finally:
        context.close()
