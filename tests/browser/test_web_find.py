"""Journeys to a school, a leader or a trust by its name: with slips, on a phone, by keyboard, without JavaScript."""

from __future__ import annotations

import pytest

from tests.support.service_browser import WIDTHS, Journey, needs_browser, scrolls_sideways

pytestmark = needs_browser
BOX = "Find a school, leader, authority or trust"


class FindJourney(Journey):
    """What journeys of finding say."""

    def when_i_look_for(self, text: str) -> None:
        self.when_i_fill(BOX, text)
        self.when_i_press("Find")

    def then_the_first_result_is(self, name: str) -> None:
        assert self.page.locator("main ol h3").first.inner_text() == name


class TestFind(FindJourney):
    @pytest.mark.parametrize("width", WIDTHS)
    @pytest.mark.parametrize("javascript", [True, False])
    def test_a_school_by_a_former_name_with_a_slip(self, width: int, javascript: bool) -> None:
        self.given_i_am("authority.reader", width=width, javascript=javascript)
        self.when_i_open("/find/")
        self.when_i_look_for("fernhil comprehensive")
        self.then_the_page_is("fernhil comprehensive – Find")
        self.then_the_first_result_is("Fernhill Academy")
        self.then_i_see("Former name: Fernhill Comprehensive")
        self.when_i_follow("Fernhill Academy")
        self.then_the_page_is("Fernhill Academy")

    @pytest.mark.parametrize("width", WIDTHS)
    def test_a_school_that_closed_leads_to_the_one_that_followed(self, width: int) -> None:
        self.given_i_am("nation.researcher", width=width)
        self.when_i_open("/find/?q=fernhill+school")
        self.then_i_see("Closed 31 August 2005. Followed by Fernhill Academy.")
        self.then_it_is_accessible()
        assert not scrolls_sideways(self.page)

    def test_a_leader_is_found_in_ones_area_only(self) -> None:
        self.given_i_am("authority.reader")
        self.when_i_open("/find/")
        self.when_i_look_for("alice ahs")
        self.then_the_first_result_is("Alice Ash")
        self.when_i_look_for("charlie cedar")
        self.then_i_do_not_see("Charlie Cedar")

    def test_nothing_found_says_what_to_do(self) -> None:
        self.given_i_am("authority.reader", width=320)
        self.when_i_open("/find/")
        self.when_i_look_for("xqzxqzxq")
        self.then_i_see("No results for “xqzxqzxq”")
        self.then_i_see("check the spelling")
        self.then_i_see("in your own area only")
        self.then_it_is_accessible()

    def test_one_kind_only_keeps_the_question(self) -> None:
        self.given_i_am("nation.reader")
        self.when_i_open("/find/?q=cedar")
        self.when_i_follow("People (1)")
        self.then_the_first_result_is("Charlie Cedar")
        assert self.page.get_by_label(BOX).input_value() == "cedar"

    def test_by_keyboard(self) -> None:
        self.given_i_am("authority.reader")
        self.when_i_open("/find/")
        self.page.get_by_label(BOX).focus()
        self.page.keyboard.type("ashgrove")
        self.page.keyboard.press("Enter")
        self.then_the_first_result_is("Ashgrove Primary School")
        self.page.get_by_label(BOX).focus()
        for _ in range(12):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.textContent") == "Ashgrove Primary School":
                break
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/register/school/100001/")


class TestDescription(Journey):
    @pytest.mark.parametrize("width", WIDTHS)
    def test_the_page_for_programs_can_be_read_by_people(self, width: int) -> None:
        self.given_i_am("", width=width)
        self.when_i_open("/api/")
        self.then_the_page_is("For programs: the API")
        self.then_i_see("GET /api/v1/schools/{urn}")
        self.then_it_is_accessible()
        assert not scrolls_sideways(self.page)
