"""The map as people meet it: drawn, clicked, by keyboard, without a picture."""

from __future__ import annotations

import pytest

from tests.support.service_browser import WIDTHS, Journey, axe, needs_browser

pytestmark = needs_browser
DRAWN = "[data-map][data-drawn]"


class TestReadTheMap(Journey):
    """Somebody looks for who leads near them."""

    def test_it_is_drawn_and_a_school_leads_to_its_page(self) -> None:
        self.given_i_am("authority.reader")
        self.when_i_open("/landscape/map/")
        self.page.wait_for_selector(DRAWN)
        self.then_i_see("1 leader in your sight")
        for layer in ("Schools", "Who supports whom", "Home schools of leaders"):
            assert self.page.get_by_label(layer, exact=True).is_checked()
        # The only home school in sight, found where the map draws it.
        canvas = self.page.locator("[data-canvas] canvas")
        box = canvas.bounding_box()
        assert box is not None
        canvas.scroll_into_view_if_needed()
        spot = self.page.evaluate("document.querySelector('[data-map]').where('100001')")
        canvas.click(position={"x": spot["x"], "y": spot["y"]})
        popup = self.page.locator(".leadscape-map__popup")
        assert "1 leader: National leader" in popup.inner_text()
        popup.get_by_role("link", name="Ashgrove Primary School").click()
        self.page.wait_for_url("**/register/school/100001/")

    def test_a_filter_is_in_the_address_and_narrows_map_and_table(self) -> None:
        self.given_i_am("nation.reader")
        self.when_i_open("/landscape/map/")
        self.page.get_by_text("Choose what the map shows").click()
        self.page.get_by_label("Phase of the school").select_option("Primary")
        self.when_i_press("Show on the map")
        self.then_the_address_has("phase=primary")
        self.page.wait_for_selector(DRAWN)
        self.then_i_see("3 schools open by the latest register")

    def test_what_is_not_understood_is_told_and_left_out(self) -> None:
        self.given_i_am("nation.reader")
        self.when_i_open("/landscape/map/?on=soon")
        self.then_i_am_told("“soon” is not a date, so the latest is shown. Enter one such as 30 June 2006")

    def test_layers_are_switched_by_keyboard(self) -> None:
        self.given_i_am("nation.reader")
        self.when_i_open("/landscape/map/")
        self.page.wait_for_selector(DRAWN)
        box = self.page.get_by_label("Schools", exact=True)
        box.focus()
        self.page.keyboard.press("Space")
        assert not box.is_checked()


@pytest.mark.parametrize("width", WIDTHS)
def test_it_passes_wcag_2_2_aa_and_fits(visitor, width: int) -> None:
    page = visitor("nation.reader", width=width)
    page.goto("/landscape/map/")
    page.wait_for_selector(DRAWN)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_javascript_the_table_holds_everything(visitor) -> None:
    page = visitor("nation.reader", javascript=False)
    page.goto("/landscape/map/")
    assert page.get_by_text("The picture needs JavaScript").is_visible()
    assert not page.locator("[data-canvas]").is_visible()
    table = page.get_by_role("table", name="Schools on the map")
    assert table.get_by_role("link", name="Ashgrove Primary School").is_visible()


def test_without_people_in_sight_the_map_says_why(visitor) -> None:
    page = visitor("nation.researcher")
    page.goto("/landscape/map/")
    page.wait_for_selector(DRAWN)
    assert page.get_by_text("your rights do not show people").is_visible()
    assert not page.get_by_label("Home schools of leaders").count()
