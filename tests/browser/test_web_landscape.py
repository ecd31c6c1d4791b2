"""The landscape as people meet it: the first page, a question, a table, the report; by keyboard, small, on paper."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.own_database import own_database
from tests.support.published import TITLE, publish
from tests.support.service_browser import (
    BrowserService,
    Journey,
    address_has,
    needs_browser,
    serving,
)

pytestmark = needs_browser


@pytest.fixture(scope="module")
def browser_service(
    service_server: Any,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[BrowserService]:
    """The service over a copy of the world in which a study has been published."""
    with own_database(service_server, django_db_blocker, "landscape"):
        publish()
    with serving(service_server, "landscape", tmp_path_factory.mktemp("landscape-service")) as service:
        yield service


class TestAtAGlance(Journey):
    """Somebody opens the service in the morning."""

    def test_a_visitor_learns_what_it_is_and_where_to_sign_in(self) -> None:
        self.given_i_am("")
        self.when_i_open("/")
        self.then_the_page_is("Who leads improvement beyond their own school?")
        self.then_i_do_not_see(TITLE)
        self.then_it_is_accessible()
        self.page.locator("main").get_by_role("button", name="Sign in").click()
        self.then_the_address_has("/account/")

    def test_a_reader_sees_their_area_beside_the_whole(self) -> None:
        self.given_i_am("authority.reader")
        self.when_i_open("/")
        self.then_the_page_is("The landscape at a glance")
        self.then_i_see("Your area: Northshire")
        self.then_i_see("You can see 1 leader by name here.")
        self.then_i_see("What is not known")
        table = self.page.get_by_role(
            "table", name="Published figures of Northshire, North, The whole system"
        )
        assert table.get_by_role("row", name="Role-holdings reported").is_visible()

    def test_find_is_one_box_away(self) -> None:
        self.given_i_am("authority.reader")
        self.when_i_open("/")
        self.when_i_fill("Find a school, leader, authority or trust", "Ashgrove")
        self.when_i_press("Find")
        self.then_the_address_is("/find/?q=Ashgrove")

    def test_a_finding_leads_to_how_it_was_made(self) -> None:
        self.given_i_am("nation.reader")
        self.when_i_open("/")
        self.when_i_follow("How the estimates are made, and what must be true for them to hold")
        self.then_i_see("How many may there be in all, and how sure are we?")
        self.then_i_see("What must be true")


class TestAQuestion(Journey):
    """An analyst follows a question down to the numbers."""

    def test_from_the_overview_to_an_authority(self) -> None:
        self.given_i_am("nation.reader")
        self.when_i_open("/landscape/")
        self.when_i_follow("Where do they lead, and how evenly are they spread?")
        self.when_i_select("Region", "South")
        self.when_i_press("Filter")
        self.then_the_address_has("region=South")
        self.then_i_see("1 row of 40 match")
        self.when_i_follow("Southport")
        self.then_i_see("Published figures")
        self.then_i_see("Suppressed")

    def test_the_download_is_the_filtered_list(self) -> None:
        self.given_i_am("nation.reader")
        self.when_i_open("/landscape/table/authorities/?region=North")
        with self.page.expect_download() as begun:
            self.page.get_by_role("link", name="Download as CSV").click()
        text = Path(begun.value.path()).read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(line for line in io.StringIO(text) if not line.startswith("#")))
        assert {row["Region"] for row in rows} == {"North"}
        assert {row["All"] for row in rows if row["Authority"] == "Eastvale"} == {"Not known"}

    def test_every_chart_is_seen_and_has_its_words(self) -> None:
        self.given_i_am("nation.reader")
        self.when_i_open("/landscape/extent/")
        self.page.wait_for_load_state("networkidle")
        drawn = self.page.locator("main figure img")
        assert drawn.count() == 1
        assert drawn.first.evaluate("e => e.naturalWidth") > 0
        assert "same figures are in the table" in (drawn.first.get_attribute("alt") or "")

    def test_another_wave_is_one_choice_away(self) -> None:
        self.given_i_am("nation.reader")
        self.when_i_open("/landscape/quality/")
        self.when_i_select("Wave", "An invented system, 30 June 2006")
        self.when_i_press("Show this wave")
        self.then_the_address_has("wave=")
        self.then_i_see("An invented system")
        self.then_i_see("No list of respondents was given")


class TestTheReport(Journey):
    """Somebody reads the report, and takes it away."""

    def test_it_is_shown_with_its_own_style(self) -> None:
        self.given_i_am("nation.reader")
        self.when_i_open("/landscape/report/")
        self.page.get_by_role("button", name="Read the report").click()
        self.page.wait_for_url("**/landscape/file/report.html")
        heading = self.page.locator("h1")
        assert heading.is_visible()
        # Its own style holds, which only the hash in its policy allows.
        assert "Charter" in heading.evaluate("e => getComputedStyle(e).fontFamily")

    def test_nothing_runs_in_it(self) -> None:
        self.given_i_am("nation.reader", complaints=False)
        self.when_i_open("/landscape/file/report.html")
        self.page.add_script_tag(content="document.title = 'run'")
        assert self.page.title() not in ("", "run")

    def test_the_workbook_is_handed_over(self) -> None:
        self.given_i_am("nation.reader")
        self.when_i_open("/landscape/report/")
        with self.page.expect_download() as begun:
            self.when_i_follow("Download landscape.xlsx")
        assert begun.value.suggested_filename == "landscape.xlsx"


def test_without_javascript_everything_is_there(visitor) -> None:
    page = visitor("authority.reader", javascript=False)
    page.goto("/landscape/distribution/")
    page.get_by_label("Response").select_option("did not answer")
    page.get_by_role("button", name="Filter").click()
    address_has(page, "response=did")
    assert page.get_by_role("link", name="Eastvale").is_visible()


def test_by_keyboard_alone(visitor) -> None:
    page = visitor("authority.reader")
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main-content"
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.name"))
    assert {
        "q",
        "Find",
        "Open the map",
        "All questions of the landscape",
        "Northshire in the register",
    } <= reached


def test_on_paper_the_figures_stay_and_the_controls_go(visitor) -> None:
    page = visitor("nation.reader")
    page.goto("/landscape/distribution/")
    page.emulate_media(media="print")
    assert page.get_by_role("table", name="Role-holdings by authority").is_visible()
    assert page.locator("figure img").first.is_visible()
    assert not page.get_by_role("button", name="Filter").is_visible()
    assert not page.locator(".leadscape-rooms").is_visible()
