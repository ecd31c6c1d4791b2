"""The register's pages as people use them: with a mouse, by keyboard, on a phone, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.service_browser import WIDTHS, Journey, axe, needs_browser, scrolls_sideways

pytestmark = needs_browser
PAGES = (
    "/register/school/100006/",
    "/register/school/100007/",
    "/register/school/100008/",
    "/register/schools/?name=school&sort=-pupils",
)
"""Schools that closed, opened and followed others, and a list that is narrowed; the rest is in test_web_every_page."""


class Register(Journey):
    """What one does with the register."""

    def when_i_press_tab_until(self, name: str, most: int = 60) -> None:
        """The keyboard reaches a link or field of that name."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            now = self.page.evaluate("document.activeElement.innerText || document.activeElement.name || ''")
            if now.strip() == name:
                return
        pytest.fail(f"{most} presses of Tab do not reach {name!r}")

    def when_i_type(self, keys: str) -> None:
        self.page.keyboard.type(keys)

    def when_i_press_key(self, key: str) -> None:
        self.page.keyboard.press(key)

    def then_the_rows_are(self, *names: str) -> None:
        """First cells of the list, in order."""
        from playwright.sync_api import expect

        expect(self.page.locator("table tbody th")).to_have_text(list(names))


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
class TestFromAListToASchoolAndOn(Register):
    """A list, a school that closed, the one that followed it, its trust, its authority."""

    def test_a_school_that_closed(self, javascript: bool) -> None:
        self.given_i_am("region.reader", javascript=javascript)
        self.when_i_open("/register/schools/")
        self.when_i_fill("Name", "fernhill")
        self.when_i_select("Status", "Closed")
        self.when_i_press("Filter")
        self.then_the_rows_are("Fernhill School")
        self.when_i_follow("Fernhill School")
        self.then_the_page_is("Fernhill School")
        self.then_i_see("This school closed on 31 August 2005.")
        self.when_i_follow("Fernhill Academy")
        self.then_i_see("Schools that this one followed")
        self.then_i_see("Fernhill Comprehensive")
        self.when_i_follow("Riverside Trust")
        self.then_i_see("Authorities in which it has schools now")
        self.when_i_follow("Northshire")
        self.then_the_page_is("Northshire")
        self.then_i_see("100.0 % of 2")

    def test_a_head_in_my_area_and_one_outside_it(self, javascript: bool) -> None:
        self.given_i_am("authority.reader", javascript=javascript)
        self.when_i_open("/register/school/100002/")
        self.then_i_see("Dora Dunn")
        self.when_i_open("/register/school/100004/")
        self.then_i_do_not_see("Edgar Elm")
        self.then_i_see("outside the area whose people you see")

    def test_a_list_is_taken_along_as_it_is_shown(self, javascript: bool) -> None:
        self.given_i_am("school.reader", javascript=javascript)
        self.when_i_open("/register/schools/?phase=Secondary&sort=-name")
        self.then_the_rows_are("Fernhill School", "Fernhill Academy", "Beechwood Secondary School")
        with self.page.expect_download() as waiting:
            self.page.get_by_role("link", name="Download as CSV").click()
        told = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
        places = [
            told.index(name) for name in ("Fernhill School", "Fernhill Academy", "Beechwood Secondary School")
        ]
        assert places == sorted(places)
        assert "Ashgrove" not in told


class TestByKeyboard(Register):
    """Nothing needs a mouse."""

    def test_filter_and_open(self) -> None:
        self.given_i_am("nation.reader")
        self.when_i_open("/register/schools/")
        self.when_i_press_tab_until("name")
        self.when_i_type("elmfield")
        self.when_i_press_key("Enter")
        self.page.wait_for_url("**name=elmfield**")
        self.when_i_press_tab_until("Elmfield Primary School")
        self.when_i_press_key("Enter")
        self.page.wait_for_url("**/register/school/100005/")
        self.then_the_page_is("Elmfield Primary School")

    def test_contents_lead_to_their_part(self) -> None:
        self.given_i_am("nation.reader")
        self.when_i_open("/register/school/100006/")
        self.when_i_press_tab_until("Before and after")
        self.when_i_press_key("Enter")
        self.then_the_address_is("/register/school/100006/#lineage")


class TestWhatIsNotThere(Register):
    """A number that nobody has."""

    def test_an_unknown_number_says_what_to_do(self) -> None:
        self.given_i_am("nation.reader", complaints=False)
        self.when_i_open("/register/school/123456/")
        self.then_the_page_is("No school with this number")
        self.then_i_see("one wrong digit is another school")
        self.then_it_is_accessible()
        self.when_i_follow("all schools")
        self.then_the_page_is("Schools")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible_and_fit_a_phone(visitor: Callable[..., Any], path: str, width: int) -> None:
    page = visitor("nation.reader", width=width)
    page.goto(path)
    axe(page)
    assert not scrolls_sideways(page)
    assert page.locator("h1").count() == 1
