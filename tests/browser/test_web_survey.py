"""Journeys through the survey: read a leader, add a role-holding, two editors at once; by keyboard and on a phone."""

from __future__ import annotations

import pytest

from tests.support.service_browser import WIDTHS, Journey, needs_browser

pytestmark = needs_browser
WHY = "The school told us by telephone"


class SurveyJourney(Journey):
    """What journeys of the survey say."""

    def given_the_page_of(self, name: str) -> None:
        rows = self.service.query(
            "select l.id from survey_leader l join accounts_personname n on n.person_id = l.person_id"
            " where n.full_name = %s",
            [name],
        )
        self.leader = f"/survey/leader/{rows[0]['id']}/"
        self.when_i_open(self.leader)

    def when_i_fill_the_date(self, legend: str, day: str, month: str, year: str) -> None:
        group = self.page.get_by_role("group", name=legend)
        for label, text in (("Day", day), ("Month", month), ("Year", year)):
            group.get_by_label(label, exact=True).fill(text)

    def then_a_part_of_the_page_is(self, heading: str) -> None:
        assert self.page.get_by_role("heading", name=heading).is_visible()


class TestReadALeader(SurveyJourney):
    def test_a_leader_a_headship_and_a_role_holding_are_three_things(self) -> None:
        self.given_i_am("region.reader")
        self.when_i_open("/survey/leaders/")
        self.when_i_follow("Bob Birch")
        self.then_the_page_is("Bob Birch, leader")
        self.then_a_part_of_the_page_is("Role-holdings: what this leader does beyond their own school")
        self.then_a_part_of_the_page_is("Headships: which schools this person leads")
        self.then_i_see("School improvement partner")
        self.then_i_see("Cedar Lane Primary School")
        self.then_i_do_not_see("Correct")

    @pytest.mark.parametrize("width", WIDTHS)
    def test_the_network_is_a_picture_with_an_equal_table(self, width: int) -> None:
        self.given_i_am("authority.reader", width=width)
        self.given_the_page_of("Alice Ash")
        picture = self.page.get_by_role("img", name="Support network around Ashgrove Primary School")
        assert picture.is_visible()
        table = self.page.get_by_role(
            "table", name="Schools connected with Ashgrove Primary School by support"
        )
        assert "receives support from Ashgrove Primary School: Alice Ash" in table.inner_text()


class TestCorrectALeader(SurveyJourney):
    @pytest.mark.parametrize("javascript", [True, False])
    def test_a_role_holding_is_added_wrong_then_right(self, javascript: bool) -> None:
        role = "Mentor head" if javascript else "Consultant leader"
        self.given_i_am("authority.editor", javascript=javascript)
        self.given_the_page_of("Alice Ash")
        self.when_i_follow("Add a role-holding")
        self.when_i_select("Role", "National leader of education")
        self.when_i_fill_the_date("Started", "1", "9", "2006")
        self.when_i_press("Add the role-holding")
        self.then_i_am_told("Enter the reason")
        self.when_i_fill("Why is this changed?", WHY)
        self.when_i_press("Add the role-holding")
        self.then_i_am_told(
            "This leader already holds this role at that time (from 1 January 2006, no end is known). Two holdings of"
            " one role may not overlap, or the person would count twice. Change the days, or correct the other holding"
            " instead."
        )
        if javascript:
            self.then_it_is_accessible()
        self.when_i_select("Role", role)
        self.when_i_fill_the_date("Ended (optional)", "31", "2", "2007")
        self.when_i_press("Add the role-holding")
        self.then_i_am_told("Ended must be a real date: that month has no such day")
        self.when_i_fill_the_date("Ended (optional)", "28", "2", "2007")
        self.when_i_press("Add the role-holding")
        self.then_the_page_is("Alice Ash, leader")
        self.then_i_see("The role-holding was added.")
        self.then_i_see(role)
        self.then_i_see("28 February 2007")
        self.then_i_see("an editor of this service")

    def test_the_second_of_two_editors_is_told_and_overwrites_nothing(self) -> None:
        self.given_i_am("authority.editor")
        self.given_the_page_of("Alice Ash")
        self.when_i_open(f"{self.leader}name/")
        first = self.page
        self.given_i_am("region.editor", complaints=False)
        self.when_i_open(f"{self.leader}name/")
        second = self.page
        self.page = first
        self.when_i_fill("Name", "Alice Alder")
        self.when_i_fill("Why is this changed?", WHY)
        self.when_i_press("Save the name")
        self.then_i_see("The name was corrected.")
        self.page = second
        self.when_i_fill("Name", "Alice Aspen")
        self.when_i_fill("Why is this changed?", "Read in the newspaper")
        self.when_i_press("Save the name")
        assert self.page.title() == "Error: Changed by somebody else meanwhile – leadscape"
        self.then_i_see("A user of Northshire saved a change on")
        self.then_i_see(WHY)
        for name in ("Alice Ash", "Alice Alder", "Alice Aspen (differs)"):
            self.then_i_see(name)
        self.then_it_is_accessible()
        self.when_i_press("Open the form again")
        assert self.page.get_by_label("Name", exact=True).input_value() == "Alice Alder"
        self.when_i_fill("Name", "Alice Ash")
        self.when_i_fill("Why is this changed?", "The first was right after all")
        self.when_i_press("Save the name")
        self.then_the_page_is("Alice Ash, leader")

    def test_it_goes_by_keyboard_alone(self) -> None:
        self.given_i_am("region.editor")
        self.given_the_page_of("Bob Birch")
        self.when_i_open(f"{self.leader}home-school/")
        field = self.page.get_by_label("Home school", exact=True)
        field.focus()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type("fernhill")
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("Space")
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(WHY)
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("Enter")
        self.page.get_by_role("heading", name="There is a problem").wait_for()
        self.then_the_form_is_refused()
        assert self.page.get_by_role("radio", name="Fernhill Academy").count() == 1
        self.then_it_is_accessible()
