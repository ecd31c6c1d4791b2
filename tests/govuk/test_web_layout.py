"""Around every page: where one may go, for whom one is signed in, what happened, and that the people are invented."""

from __future__ import annotations

from dataclasses import replace

import lxml.html
import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from leadscape_web.govuk import navigation
from leadscape_web.govuk.layout import layout_of
from leadscape_web.govuk.navigation import Entry
from leadscape_web.govuk.panels import Panel
from leadscape_web.govuk.wording import written


class SomeRule:
    def __init__(self, right: str = "", signed_in: bool = True) -> None:
        self.right, self.signed_in = right, signed_in

    def allows(self, accesses) -> bool:
        return not self.right or self.right in {right for right, _ in accesses}


class Somebody:
    is_authenticated = True


@pytest.fixture
def entries(monkeypatch):
    """Only the entries of the test are there."""
    for name in ("_ADDED", "_ACCOUNT", "_FOOTER"):
        monkeypatch.setattr(navigation, name, {})
    navigation.add_entry(Entry("Privacy", "about:privacy", "/privacy/", SomeRule(signed_in=False), 30))
    navigation.add_entry(Entry("Statement", "about:accessibility", "/accessibility/", SomeRule("editor"), 20))
    navigation.add_entry(Entry("Inner", "about:privacy", "/privacy/inner/", SomeRule(), 40))
    navigation.add_entry(Entry("Nowhere", "no:such", "/no/", SomeRule(), 10))


def asked(path: str = "/", right: str = "", signed_in: bool = True):
    request = RequestFactory().get(path)
    request.user = Somebody() if signed_in else AnonymousUser()  # type: ignore[assignment]
    request.accesses = frozenset({(right, "authority")} if right else set())  # type: ignore[attr-defined]
    request.organisation_labels = ("Eastvale", "Northshire")  # type: ignore[attr-defined]
    return request


def drawn(request, source: str = "", **context) -> lxml.html.HtmlElement:
    text = (
        '{% extends "govuk/page.html" %}{% block title %}Try{% endblock %}{% block content %}'
        + source
        + "{% endblock %}"
    )
    return lxml.html.fromstring(engines["jinja2"].from_string(text).render(context, request))


@pytest.mark.parametrize(
    ("right", "signed_in", "labels"),
    [("", False, ["Privacy"]), ("", True, ["Privacy", "Inner"]), ("editor", True, ["Statement", "Privacy", "Inner"]),
     ("reader", True, ["Privacy", "Inner"])],
)  # fmt: skip
def test_what_one_may_not_open_is_not_offered(entries, right, signed_in, labels) -> None:
    frame = layout_of(asked(right=right, signed_in=signed_in))
    assert [link.label for link in frame.navigation] == labels


def test_the_deepest_section_that_holds_the_page_is_the_current_one(entries) -> None:
    def active(path: str) -> list[str]:
        return [link.label for link in layout_of(asked(path)).navigation if link.active]

    assert active("/privacy/") == ["Privacy"]
    assert active("/privacy/inner/deep/") == ["Inner"]
    assert active("/elsewhere/") == []
    tree = drawn(asked("/privacy/"))
    assert tree.xpath("//nav//a[@aria-current='page']")[0].text_content().strip() == "Privacy"


class TestGroups:
    """Entries of one word: one place in the navigation, and the pages of it where one is."""

    @pytest.fixture(autouse=True)
    def _grouped(self, entries) -> None:
        for label, url_name, section, right, position in (
            ("Rounds", "about:privacy", "/privacy/", "editor", 31),
            ("Review", "about:accessibility", "/accessibility/", "", 32),
        ):
            navigation.add_entry(
                Entry(label, url_name, section, SomeRule(right), position=position, group="Survey")
            )
        for one in ("Privacy", "Statement", "Inner"):
            del navigation._ADDED[one]
        navigation.add_entry(Entry("Last", "about:privacy", "/last/", SomeRule(), 90))

    def test_a_group_is_one_link_that_leads_to_its_first_page(self) -> None:
        frame = layout_of(asked("/last/", right="editor"))
        assert [(link.label, link.href, link.active) for link in frame.navigation] == [
            ("Survey", "/privacy/", False),
            ("Last", "/privacy/", True),
        ]
        assert frame.section is None

    def test_inside_it_all_of_its_pages_are_offered(self) -> None:
        request = asked("/accessibility/more/", right="editor")
        frame = layout_of(request)
        assert [(link.label, link.active) for link in frame.navigation] == [("Survey", True), ("Last", False)]
        tree = drawn(request)
        links = tree.xpath("//nav[@aria-label='Survey']//a")
        assert [(one.text_content(), one.get("href"), one.get("aria-current")) for one in links] == [
            ("Rounds", "/privacy/", None),
            ("Review", "/accessibility/", "true"),
        ]

    def test_who_may_open_one_of_it_sees_that_one(self) -> None:
        frame = layout_of(asked("/accessibility/", right="reader"))
        assert [link.label for link in frame.navigation] == ["Review", "Last"]
        assert frame.section is None


def test_signed_in_people_see_for_whom_and_can_sign_out_by_a_form(entries, monkeypatch) -> None:
    monkeypatch.setattr("leadscape_web.govuk.layout.address", lambda name: f"/{name}/")
    tree = drawn(asked())
    header = tree.xpath("//header")[0]
    assert "Signed in for Eastvale, Northshire" in header.text_content()
    form = header.xpath(".//form")[0]
    assert (form.get("method"), form.get("action")) == ("post", "/account_logout/")
    assert form.xpath(".//input[@name='csrfmiddlewaretoken']")
    assert "Sign out" not in drawn(asked(signed_in=False)).text_content()


def test_invented_data_say_so(settings) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, demonstration=True)
    assert "people and schools shown are invented" in drawn(asked()).text_content()
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, demonstration=False)
    assert "invented" not in drawn(asked()).text_content()


def test_messages_are_banners_with_a_heading_of_their_own() -> None:
    said = [
        Message(constants.SUCCESS, "Saved"),
        Message(constants.ERROR, "<b>No</b>"),
        Message(constants.INFO, "Note"),
    ]
    request = asked()
    request._messages = said  # type: ignore[attr-defined]
    banners = drawn(request).xpath("//*[contains(@class, 'govuk-notification-banner') and @role]")
    assert [one.get("role") for one in banners] == ["alert", "region", "region"]
    titles = [
        one.xpath(f"//*[@id='{one.get('aria-labelledby')}']")[0].text_content().strip() for one in banners
    ]
    assert titles == ["Success", "There is a problem", "Important"]
    assert "<b>No</b>" in banners[1].text_content()


def test_the_title_says_where_one_is_and_when_something_is_wrong() -> None:
    from leadscape_web.govuk import fields
    from leadscape_web.govuk.forms import GovukForm

    class Asked(GovukForm):
        name = fields.TextField()

    def title(**context) -> str:
        return drawn(asked(), **context).xpath("//title")[0].text_content()

    assert title() == title(form=Asked()) == title(form=Asked({"name": "x"})) == "Try – leadscape"
    assert title(form=Asked({})) == title(has_errors=True) == "Error: Try – leadscape"


def test_a_script_of_the_page_itself_carries_the_nonce() -> None:
    request = asked()
    request.csp_nonce = "abc"  # type: ignore[attr-defined]
    tree = drawn(request)
    inline = [one for one in tree.xpath("//script") if not one.get("src")]
    assert [one.get("nonce") for one in inline] == ["abc"]


def test_facts_carry_their_source_and_date_and_say_what_is_missing() -> None:
    from datetime import date

    source = '{% from "govuk/parts.html" import facts %}{{ facts(rows) }}'
    rows = [
        {"label": "Phase", "value": "<i>Primary</i>", "source": "Register", "on": date(2006, 6, 30)},
        {"label": "Pupils", "value": 0},
        {"label": "Free meals", "value": None, "missing": "Suppressed"},
        {"label": "Head", "value": ""},
        {"label": "Trust", "value": "Riverside Trust", "href": "/register/trust/T1/"},
        {"label": "Former", "value": ["Old", {"label": "Older", "href": "/x/"}], "note": "In order"},
        {"label": "Roles", "value": []},
    ]
    tree = drawn(asked(), source, rows=rows)
    values = [" ".join(one.text_content().split()) for one in tree.xpath("//dd")]
    assert values == [
        "<i>Primary</i> Source: Register, 30 June 2006", "0", "Suppressed", "Not known", "Riverside Trust",
        "OldOlder In order", "Not known",
    ]  # fmt: skip
    assert [one.get("href") for one in tree.xpath("//dd//a")] == ["/register/trust/T1/", "/x/"]


def test_a_table_has_a_caption_scopes_and_words_for_nothing() -> None:
    head = '["Area", {"text": "Rate", "number": true}]'
    source = f'{{% from "govuk/parts.html" import table %}}{{{{ table("Rates", {head}, rows) }}}}'
    tree = drawn(asked(), source, rows=[[{"text": "North", "href": "/n/"}, 1234.5], ["South", None]])
    assert tree.xpath("//caption")[0].text_content() == "Rates"
    assert [one.get("scope") for one in tree.xpath("//main//th")] == ["col", "col", "row", "row"]
    assert [one.text_content() for one in tree.xpath("//td")] == ["1,234.5", "Not known"]
    region = tree.xpath("//*[@role='region']")[0]
    assert (region.get("tabindex"), region.get("aria-label")) == ("0", "Rates")


def test_a_table_that_is_stacked_keeps_its_roles_and_says_headings_with_its_cells() -> None:
    head = '["Area", {"text": "Rate", "number": true}]'
    source = (
        f'{{% from "govuk/parts.html" import table %}}{{{{ table("Rates", {head}, rows, stacked=STACKED) }}}}'
    )
    rows = [["North", 1], ["South", None]]
    tree = drawn(asked(), source.replace("STACKED", "true"), rows=rows)
    assert [one.get("data-heading") for one in tree.xpath("//main//td")] == ["Rate", "Rate"]
    said = {one.tag: one.get("role") for one in tree.xpath("//main//table | //main//table//*[@role]")}
    assert said == {
        "table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "th": "rowheader", "td": "cell",
    }  # fmt: skip
    numbered = drawn(asked(), source.replace("STACKED", "true"), rows=[[7, 1]])
    assert [one.get("data-heading") for one in numbered.xpath("//main//tbody//*")] == [None, "Area", "Rate"]
    plain = drawn(asked(), source.replace("STACKED", "false"), rows=rows)
    assert not plain.xpath("//main//table//*[@role or @data-heading]")


def test_panels_are_sections_named_by_their_heading() -> None:
    source = (
        '{% from "govuk/parts.html" import show_panels, panel_contents %}'
        "{{ panel_contents(panels) }}{{ show_panels(panels, request) }}"
    )
    panels = [
        Panel("Roles held", "govuk/problem.html", {"title": "x"}),
        Panel("History", "govuk/problem.html", {"title": "y"}),
    ]
    tree = drawn(asked(), source, panels=panels)
    sections = tree.xpath("//section[@aria-labelledby]")
    assert [one.get("id") for one in sections if one.get("id")] == ["roles-held", "history"]
    assert tree.xpath("//nav[@aria-label='On this page']//a/@href") == ["#roles-held", "#history"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "Not known"), (True, "Yes"), (False, "No"), (0, "0"), (1234567, "1,234,567"), (0.0, "0"), (12.34, "12.3"),
     (float("nan"), "Not known"), ("x", "x")],
)  # fmt: skip
def test_values_are_written_as_they_are_read(value, text) -> None:
    assert written(value) == text


def test_a_page_without_a_request_can_be_drawn() -> None:
    assert "leadscape" in render_to_string(
        "govuk/problem.html", {"title": "T", "what": "w", "why": "y", "next_step": "n"}
    )
