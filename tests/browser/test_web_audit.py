"""The audit as an administrator and a reader use it: narrow, page, download; a record's history; a record on a day."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.service_browser import WIDTHS, Journey, axe, needs_browser, scrolls_sideways

pytestmark = needs_browser


@pytest.fixture
def alice(browser_service: Any) -> str:
    """Id of Alice, whose phase an editor of Northshire corrected."""
    [row] = browser_service.query("select id from survey_leader where key = 'leader-alice'")
    browser_service.query(
        "select set_config('leadscape.user', id::text, true) from accounts_user"
        " where email = 'authority.editor@leadscape.example';"
    )
    browser_service.query("update survey_leader set version = version + 1, phase = 'secondary'"
                          " where key = 'leader-alice'", why="Wrong phase in the return")  # fmt: skip
    return str(row["id"])


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
class TestReadingTheAudit(Journey):
    """An administrator of the nation looks for what was changed, and takes it along."""

    def test_narrow_and_download(self, alice: str, javascript: bool) -> None:
        self.given_i_am("nation.administrator", javascript=javascript)
        self.when_i_open("/audit/")
        self.then_i_see("Changes, newest first")
        self.page.get_by_text("Narrow the list").click()
        self.page.get_by_label("What", exact=True).select_option("survey_leader")
        self.when_i_press("Show")
        self.then_i_see("Wrong phase in the return")
        self.then_i_see("about a person whom your rights do not show")
        self.page.get_by_label("CSV").check()
        self.page.get_by_label("Why do you need this file?").fill("Yearly check of the history")
        with self.page.expect_download() as download:
            self.when_i_press("Download")
        assert download.value.suggested_filename.endswith(".csv")
        self.when_i_open("/audit/?table=audit_export")
        self.then_i_see("Yearly check of the history")

    def test_a_download_without_a_reason_is_told_what_is_missing(self, alice: str, javascript: bool) -> None:
        self.given_i_am("nation.administrator", javascript=javascript)
        self.when_i_open("/audit/")
        self.when_i_press("Download")
        self.then_i_see("Enter why you need this file")
        self.then_the_form_is_refused()


@pytest.mark.parametrize("width", WIDTHS)
def test_days_without_a_record_are_accessible_and_fit(visitor: Any, alice: str, width: int) -> None:
    page = visitor("authority.reader", width=width)
    for path in (
        f"/audit/as-of/survey_leader/{alice}/?on=2020-01-01",
        "/audit/as-of/register_school/?on=2020-01-01",
        "/audit/as-of/register_school/?on=2026-13-01",
    ):
        page.goto(path)
        axe(page)
        assert not scrolls_sideways(page), path


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_found_is_accessible_and_fits(visitor: Any, width: int) -> None:
    page = visitor("nation.administrator", width=width)
    for path in ("/audit/?who=nobody-at-all&from=2020", "/audit/?record=nothing"):
        page.goto(path)
        axe(page)
        assert not scrolls_sideways(page), path
