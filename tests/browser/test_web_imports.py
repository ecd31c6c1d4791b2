"""Journeys of an editor of the nation who refreshes the register: with and without JavaScript, on a phone, undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.import_files import register_csv
from tests.support.service_browser import WIDTHS, WorkedJourney, needs_browser

pytestmark = needs_browser
FIRST = ("register_2026-10-01.csv", {})
NEXT = ("register_2026-11-01.csv", {"100003": {"EstablishmentName": "Cedar Street School"}, "100008": None})


class TestRefreshTheRegister(WorkedJourney):
    """From the file to the database and back."""

    @pytest.fixture(autouse=True)
    def _with_a_folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def when_i_bring(self, name: str, changes: dict[str, Any]) -> None:
        """Choose a file and send the form."""
        path = self.folder / name
        path.write_bytes(register_csv(changes))
        self.page.locator("input[type=file]").set_input_files(path)
        self.when_i_press("Check the files")

    @pytest.mark.parametrize("javascript", [True, False])
    def test_a_month_is_brought_in_and_undone(self, javascript: bool) -> None:
        self.given_i_am("nation.editor", javascript=javascript)
        for name, changes in (FIRST, NEXT):
            self.when_i_open("/imports/register/")
            self.when_i_bring(name, changes)
            self.then_i_see("It waits for its turn")
            self.work()
            self.page.reload()
            if changes:
                self.then_i_see("1 open school is not in the files")
                self.when_i_press("Answer for the schools that are missing")
                self.when_i_choose("Keep it as it is")
                self.when_i_press("Save the answer")
            self.then_i_see("Nothing was changed yet")
            self.when_i_press("Confirm and store")
            self.then_i_see("waits for its turn")
            self.work()
            self.page.reload()
            self.then_i_see("It is stored.")
        self.when_i_press("Undo this import")
        self.when_i_fill("Why is it undone?", "The extract was of the wrong month")
        self.when_i_press("Undo it")
        self.work()
        self.page.reload()
        self.then_i_see("It was stored and then undone")

    @pytest.mark.parametrize("width", WIDTHS)
    def test_the_pages_are_accessible_with_mistakes_in_them(self, width: int) -> None:
        self.given_i_am("nation.editor", width=width)
        self.when_i_open("/imports/register/")
        self.when_i_press("Check the files")
        self.then_i_am_told("Choose at least one file")
        self.then_it_fits_and_is_accessible()
        self.when_i_open("/imports/returns/")
        self.then_it_fits_and_is_accessible()
        self.when_i_open("/imports/")
        self.then_it_fits_and_is_accessible()

    def test_a_file_that_is_too_large_is_told_before_it_is_sent(self) -> None:
        self.given_i_am("nation.editor")
        self.when_i_open("/imports/register/")
        self.page.evaluate("document.querySelector('input[type=file]').dataset.leadscapeMostBytes = 10")
        path = self.folder / "register_2026-11-01.csv"
        path.write_bytes(register_csv())
        self.page.locator("input[type=file]").set_input_files(path)
        self.then_i_see("register_2026-11-01.csv is too large")
        self.when_i_press("Check the files")
        assert self.page.url.endswith("/imports/register/")
