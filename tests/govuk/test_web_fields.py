"""Fields draw themselves as the design system wants them, and say what to do, as a screen reader meets it."""

from __future__ import annotations

from datetime import date

import lxml.html
import pytest
from django import forms

from leadscape_web.govuk import fields
from leadscape_web.govuk.drawing import draw_field, draw_summary
from leadscape_web.govuk.forms import GovukForm

COLOURS = [("r", "Red"), ("g", "Green")]


class Everything(GovukForm):
    full_name = fields.TextField(help_text="As on a letter", width=20, autocomplete="name")
    urn = fields.TextField(label="URN", required=False, inputmode="numeric")
    address = fields.EmailField(label="E-mail address")
    secret = fields.PasswordField(label="Password", autocomplete="new-password")
    started_on = fields.DateField(label="Start date", earliest=date(1990, 1, 1), latest=date(2026, 11, 25))
    colour = fields.RadiosField(choices=COLOURS, hints={"r": "As blood"})
    colours = fields.CheckboxesField(choices=COLOURS)
    role = fields.SelectField(choices=COLOURS, empty="Choose one")
    reason = fields.TextareaField(rows=3)
    asked = fields.ConfirmField(label="I have asked them")
    ended_on = fields.DateField(label="The day it ended", depends=True)
    letter = fields.FileField(accept=(".csv", ".xlsx"), depends=True)
    version = fields.HiddenField(initial="7")


def drawn(html: str) -> lxml.html.HtmlElement:
    return lxml.html.fromstring(f"<div>{html}</div>")


def named(html: str, name: str) -> lxml.html.HtmlElement:
    found = drawn(html).xpath(f"//*[@name='{name}']")
    assert len(found) == 1
    return found[0]


def described(html: str, name: str) -> str:
    """All that a screen reader reads out with an input besides its label."""
    tree = drawn(html)
    element = tree.xpath(f"//*[@name='{name}']")[0]
    ids = element.get("aria-describedby", "").split()
    for group in element.xpath("ancestor::fieldset"):
        ids += group.get("aria-describedby", "").split()
    return " ".join(" ".join(tree.xpath(f"//*[@id='{one}']")[0].text_content().split()) for one in ids)


def given(**data: object) -> Everything:
    return Everything(data)


def good() -> dict[str, object]:
    return {
        "full_name": "Alice Ash", "address": "alice@school.example", "secret": "x", "started_on-day": "1",
        "started_on-month": "9", "started_on-year": "2005", "colour": "r", "colours": ["g"], "role": "g",
        "reason": "why", "asked": "on", "version": "7",
    }  # fmt: skip


def test_every_input_has_a_label_or_legend_of_its_own() -> None:
    tree = drawn(Everything().draw())
    for element in tree.xpath("//input[@type!='hidden'] | //select | //textarea"):
        assert tree.xpath(f"//label[@for='{element.get('id')}']"), element.get("name")
    assert [one.text_content().strip() for one in tree.xpath("//legend")] == [
        "Start date",
        "Colour",
        "Colours",
        "The day it ended",
    ]


def test_ids_are_unique_and_every_reference_leads_somewhere() -> None:
    tree = drawn(given().draw())
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    wanted = {one for text in tree.xpath("//@aria-describedby") for one in text.split()}
    assert wanted <= set(ids)


def test_a_good_form_gives_values() -> None:
    form = given(**good())
    assert form.is_valid(), form.errors
    assert form.cleaned_data["started_on"] == date(2005, 9, 1)
    assert form.cleaned_data["colours"] == ["g"]
    assert form.cleaned_data["asked"] is True
    assert form.error_summary() == ""


def test_an_empty_form_says_what_to_do_for_each_field() -> None:
    form = given()
    listed = [one.text_content().strip() for one in drawn(form.error_summary()).xpath("//li")]
    assert listed == [
        "Enter full name", "Enter e-mail address", "Enter password", "Enter start date", "Select colour",
        "Select colours", "Select role", "Enter reason", "Tick “I have asked them” to go on", "This field is required.",
    ]  # fmt: skip


def test_each_error_links_to_the_input_that_puts_it_right() -> None:
    form = given(**{**good(), "full_name": "", "colour": "", "started_on-month": ""})
    tree = drawn(form.error_summary() + form.draw())
    links = tree.xpath("//ul[contains(@class, 'error-summary')]//a/@href")
    assert links == ["#id_full_name", "#id_started_on-month", "#id_colour"]
    for link in links:
        assert tree.xpath(f"//*[@id='{link[1:]}']")[0].tag in {"input", "select", "textarea"}


def test_hint_and_error_are_read_out_with_the_input() -> None:
    assert described(given().draw(), "full_name") == "As on a letter Error: Enter full name"
    assert "Error: Enter start date" in described(given().draw(), "started_on-day")
    assert "Error: Select colour" in drawn(given()["colour"].govuk()).text_content()


def test_what_was_typed_stays_but_a_password_does_not() -> None:
    html = given(**{**good(), "full_name": "Bob", "role": "g", "reason": "since", "address": "wrong"}).draw()
    assert named(html, "full_name").get("value") == "Bob"
    assert named(html, "reason").text_content().strip() == "since"
    assert drawn(html).xpath("//select/option[@selected]/@value") == ["g"]
    assert drawn(html).xpath("//input[@name='colours'][@checked]/@value") == ["g"]
    assert named(html, "secret").get("value") is None
    assert named(html, "secret").get("autocomplete") == "new-password"


def test_only_what_is_not_needed_says_so() -> None:
    labels = [" ".join(one.text_content().split()) for one in drawn(Everything().draw()).xpath("//label")]
    assert "URN (optional)" in labels
    assert sum("(optional)" in label for label in labels) == 1


def test_what_another_answer_makes_needed_is_not_called_optional() -> None:
    assert "(optional)" not in Everything()["ended_on"].govuk() + Everything()["letter"].govuk()
    assert given(**good()).is_valid()


def test_a_box_is_quoted_by_its_label_whatever_messages_call_it() -> None:
    class Asked(GovukForm):
        sure = fields.ConfirmField(label="I am sure", called="that you are sure")

    assert Asked({}).errors["sure"] == ["Tick “I am sure” to go on"]


def test_a_file_may_be_dropped_where_there_are_scripts_and_chosen_where_there_are_none() -> None:
    tree = drawn(Everything()["letter"].govuk())
    (chosen,) = tree.xpath("//*[@data-module='govuk-file-upload']/input[@type='file']")
    assert chosen.get("accept") == ".csv,.xlsx"
    assert tree.xpath(f"//label[@for='{chosen.get('id')}']")


@pytest.mark.parametrize("evil", ['<script>alert("x")</script>', '"><img src=x onerror=y>', "{{ 7*7 }}"])
def test_text_of_users_is_never_markup(evil: str) -> None:
    class Hostile(GovukForm):
        name = fields.TextField(label=evil, help_text=evil, required=False)
        choice = fields.RadiosField(choices=[(evil, evil)], hints={evil: evil})
        several = fields.CheckboxesField(choices=[(evil, evil)])
        select = fields.SelectField(choices=[(evil, evil)])
        long = fields.TextareaField(label=evil)

    form = Hostile({"name": evil, "long": evil, "choice": evil, "select": evil})
    form.add_error("name", evil)
    form.add_error(None, evil)
    html = form.error_summary() + form.draw()
    tree = drawn(html)
    assert not tree.xpath("//script | //img")
    assert evil in tree.text_content()


@pytest.mark.parametrize(
    ("day", "month", "year", "message", "parts"),
    [
        ("", "9", "2005", "Start date must include a day", ["day"]),
        ("", "", "2005", "Start date must include a day and a month", ["day", "month"]),
        ("1", "Sept", "2005", "Start date: the month must be a number", ["month"]),
        ("31", "2", "2005", "Start date must be a real date: that month has no such day", ["day"]),
        ("1", "13", "2005", "Start date: the month must be from 1 to 12", ["month"]),
        ("1", "9", "05", "Start date: the year must have 4 numbers, like 2006", ["year"]),
        ("1", "9", "1989", "Start date must be 1 January 1990 or later", ["day", "month", "year"]),
        ("1", "9", "2027", "Start date must be 25 November 2026 or earlier", ["day", "month", "year"]),
        ("²", "9", "2005", "Start date: the day must be a number", ["day"]),
    ],
)
def test_an_error_of_a_date_names_its_part(day, month, year, message, parts) -> None:
    form = given(**{**good(), "started_on-day": day, "started_on-month": month, "started_on-year": year})
    assert form.errors["started_on"] == [message]
    wrong = drawn(form.draw()).xpath("//input[contains(@class, 'govuk-input--error')]/@name")
    assert wrong == [f"started_on-{part}" for part in parts]


def test_a_date_that_is_known_fills_its_parts_and_tells_a_change() -> None:
    form = Everything(initial={"started_on": date(2006, 6, 30)})
    values = drawn(form["started_on"].govuk()).xpath("//input/@value")
    assert values == ["30", "6", "2006"]
    same = {**good(), "started_on-day": "30", "started_on-month": "6", "started_on-year": "2006"}
    assert "started_on" not in Everything(same, initial={"started_on": date(2006, 6, 30)}).changed_data
    assert "started_on" in Everything(good(), initial={"started_on": date(2006, 6, 30)}).changed_data


def test_a_date_that_may_be_left_out() -> None:
    class Optional(GovukForm):
        ended_on = fields.DateField(required=False)

    form = Optional({"ended_on-day": "", "ended_on-month": "", "ended_on-year": ""})
    assert form.is_valid()
    assert form.cleaned_data["ended_on"] is None
    assert Optional({}).is_valid()


def test_a_label_may_be_the_heading_of_the_page() -> None:
    assert drawn(Everything()["full_name"].govuk(heading="page")).xpath("//h1//label")
    assert drawn(Everything()["colour"].govuk(heading="page")).xpath("//legend/h1")


def test_a_form_of_somebody_else_is_drawn_too() -> None:
    class Theirs(forms.Form):
        login = forms.EmailField(
            widget=forms.EmailInput(attrs={"autocomplete": "username", "maxlength": "5"})
        )
        password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
        remember = forms.BooleanField(required=False)

    form = Theirs({"login": "x"})
    html = draw_summary(form) + "".join(draw_field(form[name]) for name in form.fields)
    assert named(html, "login").get("autocomplete") == "username"
    assert (
        named(html, "login").get("maxlength") is None
    )  # an input that swallows what is too long says nothing
    assert named(html, "password").get("type") == "password"
    assert named(html, "remember").get("type") == "checkbox"
    assert drawn(html).xpath("//a/@href") == ["#id_login", "#id_password"]


def test_a_message_of_ones_own_stays() -> None:
    class Own(GovukForm):
        name = fields.TextField(error_messages={"required": "Say who it is"})

    assert Own({}).errors["name"] == ["Say who it is"]
