"""The frame of every page, forms, lists and refusals, as people meet them in a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest
from django.template import engines
from django.test import RequestFactory

from leadscape_web.govuk import fields
from leadscape_web.govuk.forms import GovukForm
from leadscape_web.govuk.listing import Column, Filter, Listing, show_listing

from tests.support.service_browser import WIDTHS, address_has, axe, needs_browser, scrolls_sideways

pytestmark = needs_browser


class Asked(GovukForm):
    name = fields.TextField(label="Full name", help_text="As on a letter")
    began_on = fields.DateField(label="Start date", latest=date(2026, 11, 25))
    role = fields.RadiosField(choices=[("a", "Adviser"), ("m", "Mentor")], label="Role")
    kinds = fields.CheckboxesField(choices=[("a", "One"), ("b", "Two")], label="Kinds")
    secret = fields.PasswordField(label="Password")
    region = fields.SelectField(choices=[("n", "North")], empty="Choose a region", label="Region")
    why = fields.TextareaField(label="Reason")


FORM = """{% extends "govuk/page.html" %}{% block title %}Ask{% endblock %}
{% block content %}{{ form.error_summary() }}<h1 class="govuk-heading-l">Ask</h1>
<form method="post" novalidate>{{ form.draw() }}<button class="govuk-button">Save</button></form>{% endblock %}"""
LIST = """{% extends "govuk/page.html" %}{% from "govuk/listing.html" import show_listing %}
{% block title %}List{% endblock %}
{% block content %}<h1 class="govuk-heading-l">List</h1>{{ show_listing(listing) }}{% endblock %}"""
ROWS = pl.DataFrame(
    {
        "name": [f"School {number} of a name that is rather long" for number in range(120)],
        "pupils": [None if number % 7 == 0 else number for number in range(120)],
        "opened_on": [date(1990, 1, 1)] * 120,
        **{f"more_{number}": ["some words"] * 120 for number in range(5)},
    }
)
COLUMNS = (
    Column("name", "School", href="/privacy/"),
    Column("pupils", "Pupils", "number"),
    Column("opened_on", "Opened", "date"),
    *(Column(f"more_{number}", f"More {number}") for number in range(5)),
)


@pytest.fixture
def shown(visitor: Callable[..., Any]) -> Callable[..., Any]:
    """``shown(draw, width=…)``: a page that only the test has, at ``/try/`` of the real service."""

    def show(draw: Callable[[Any], str], **how: Any) -> Any:
        page = visitor("", **how)

        def answer(route: Any) -> None:
            asked = RequestFactory().get(route.request.url.replace(route.request.url.split("/try/")[0], ""))
            route.fulfill(body=draw(asked), content_type="text/html; charset=utf-8")

        page.route("**/try/**", answer)
        page.goto("/try/")
        return page

    return show


def drawn(template: str, request: Any, **context: Any) -> str:
    return engines["jinja2"].from_string(template).render(context, request)


def wrong_form(request: Any) -> str:
    typed = {"name": "", "began_on-day": "31", "began_on-month": "", "began_on-year": "2006"}
    return drawn(FORM, request, form=Asked(typed))


def a_list(request: Any) -> str:
    made = Listing(
        "schools", "Schools", "One row is a school.", COLUMNS, ROWS, "The register", as_of=date(2006, 6, 30),
        filters=(Filter("name", "Name", "text"), Filter("pupils", "Pupils")),
    )  # fmt: skip
    return drawn(LIST, request, listing=show_listing(request, made))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("draw", [wrong_form, a_list], ids=["form", "list"])
def test_forms_and_lists_are_accessible(shown, draw, width) -> None:
    page = shown(draw, width=width)
    axe(page)
    assert not scrolls_sideways(page)


def test_errors_as_a_screen_reader_meets_them(shown) -> None:
    page = shown(wrong_form)
    assert page.title() == "Error: Ask – leadscape"
    summary = page.locator(".govuk-error-summary")
    assert summary.evaluate("e => e === document.activeElement")
    assert page.locator("main > *").first.evaluate("e => e.className") == "govuk-error-summary"
    for link in summary.get_by_role("link").all():
        link.press("Enter")
        focused = page.evaluate("document.activeElement.id")
        assert f"#{focused}" == link.get_attribute("href")
    page.get_by_role("link", name="Start date must include a month").press("Enter")
    assert page.evaluate("document.activeElement.name") == "began_on-month"
    assert page.get_by_label("Full name").get_attribute("aria-describedby") == "id_name-hint id_name-error"


def test_a_form_without_javascript_says_the_same(shown) -> None:
    page = shown(wrong_form, javascript=False)
    assert page.get_by_role("alert").get_by_role("link").count() == 7
    page.get_by_role("link", name="Enter full name").click()
    address_has(page, "#id_name")
    assert page.get_by_role("button", name="Show password").count() == 0


def test_a_password_is_shown_on_demand(shown) -> None:
    page = shown(wrong_form)
    page.locator("#id_secret").fill("correct horse")
    page.get_by_role("button", name="Show password").click()
    assert page.locator("#id_secret").get_attribute("type") == "text"


def test_a_list_is_sorted_and_filtered_by_keyboard_alone(shown) -> None:
    page = shown(a_list)
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("11")
    page.keyboard.press("Enter")
    page.wait_for_url("**name=11**")
    assert "11 rows of 120 match" in page.locator("main").inner_text()
    page.get_by_role("link", name="Pupils").press("Enter")
    page.wait_for_url("**sort=pupils**")
    assert page.get_by_role("columnheader", name="Pupils").get_attribute("aria-sort") == "ascending"
    assert page.get_by_role("rowheader").first.inner_text().startswith("School 11 ")
    page.get_by_role("link", name="Clear filters").press("Enter")
    page.wait_for_url(lambda url: "name=" not in url)
    assert "1 to 50 of 120 rows" in page.locator("main").inner_text()


def test_a_list_works_without_javascript(shown) -> None:
    page = shown(a_list, javascript=False)
    page.get_by_role("link", name="Next page").click()
    assert "51 to 100 of 120 rows" in page.locator("main").inner_text()
    page.get_by_label("Pupils", exact=True).select_option("Not known")
    page.get_by_role("button", name="Filter").click()
    assert "18 rows of 120 match" in page.locator("main").inner_text()


def test_a_wide_table_scrolls_by_itself_and_by_keyboard(shown) -> None:
    page = shown(a_list, width=320)
    region = page.get_by_role("region", name="Schools")
    assert region.evaluate("e => e.scrollWidth > e.clientWidth")
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.leadscape-scroll').scrollLeft > 0")


def test_on_paper_menus_are_gone_and_the_table_is_there(shown) -> None:
    page = shown(a_list)
    page.emulate_media(media="print")
    assert page.locator("table").is_visible()
    for gone in (".leadscape-footer", ".leadscape-filter", ".leadscape-downloads", ".govuk-pagination"):
        assert not page.locator(gone).is_visible(), gone


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/accessibility/", "/privacy/"])
def test_statements_are_accessible(visitor, path: str, width: int) -> None:
    page = visitor("authority.reader", width=width)
    page.goto(path)
    axe(page)
    assert not scrolls_sideways(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_about_a_fault_is_accessible(shown, width) -> None:
    said = {
        "title": "Something went wrong",
        "what": "A fault.",
        "why": "Nothing was saved.",
        "next_step": "Try again.",
    }
    page = shown(
        lambda request: drawn('{% extends "govuk/500.html" %}', request, number="7", **said), width=width
    )
    axe(page)
    assert page.get_by_role("navigation").count() == 0


def test_the_first_stop_of_the_keyboard_skips_to_the_content(visitor) -> None:
    page = visitor()
    page.goto("/privacy/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"


def test_the_menu_opens_on_a_phone_and_is_open_without_javascript(visitor) -> None:
    page = visitor("nation.editor", width=320)
    page.goto("/privacy/")
    link = page.get_by_role("navigation", name="Service").get_by_role("link").first
    assert not link.is_visible()
    page.get_by_role("button", name="Menu").click()
    assert link.is_visible()
    plain = visitor("nation.editor", width=320, javascript=False)
    plain.goto("/privacy/")
    assert plain.get_by_role("navigation", name="Service").get_by_role("link").first.is_visible()


def test_signing_out_needs_no_javascript(visitor) -> None:
    page = visitor("authority.reader", javascript=False)
    page.goto("/privacy/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/privacy/")
    assert page.get_by_role("button", name="Sign out").count() == 0
    assert page.get_by_role("link", name="Sign in").is_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_pages_of_a_group_are_reached_by_keyboard(visitor, javascript) -> None:
    page = visitor("nation.editor", javascript=javascript)
    page.goto("/privacy/")
    page.get_by_role("navigation", name="Service").get_by_role("link", name="Survey").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/rounds/")
    group = page.get_by_role("navigation", name="Survey")
    assert group.get_by_role("link").all_inner_texts() == ["Rounds", "Review", "Imports", "Studies"]
    group.get_by_role("link", name="Rounds").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/")
    assert group.get_by_role("link", name="Review").get_attribute("aria-current") == "page"
