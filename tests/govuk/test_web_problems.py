"""Refusals and faults say what happened, why and what to do, and never cause the next fault."""

from __future__ import annotations

import lxml.html
import pytest
from django.test import RequestFactory

from leadscape_web.config import errors
from leadscape_web.config.about import urlpatterns

PAGES = (errors.bad_request, errors.refused, errors.not_found, errors.failed, errors.forgery_refused)


class Boom:
    """Whoever asks it for anything finds the database gone."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_each_says_what_why_and_what_next(page) -> None:
    answer = page(RequestFactory().get("/nowhere/"))
    tree = lxml.html.fromstring(answer.content.decode())
    assert answer.status_code >= 400
    assert len(tree.xpath("//h1")) == 1
    assert tree.xpath("//title")[0].text_content() == f"{tree.xpath('//h1')[0].text_content()} – leadscape"
    assert len(tree.xpath("//main//p")) >= 3
    assert tree.xpath("//link[@rel='stylesheet']")


def test_a_page_about_a_fault_asks_nobody_for_anything() -> None:
    request = RequestFactory().get("/x/")
    for name in ("user", "accesses", "organisation_labels", "_messages", "session"):
        setattr(request, name, Boom())
    text = errors.failed(request).content.decode()
    assert "leadscape.css" in text  # the page itself, and not the plain one that stands in for it


@pytest.mark.django_db
def test_a_refusal_names_the_organisations_one_is_signed_in_for(client_of, monkeypatch) -> None:
    from django.core.exceptions import PermissionDenied

    def refuse(request: object) -> None:
        raise PermissionDenied("Administrators only")

    view = urlpatterns[0]
    refuse.leadscape_rules = view.callback.leadscape_rules  # type: ignore[attr-defined, union-attr]
    monkeypatch.setattr(view, "callback", refuse)
    answer = client_of("authority.reader").get("/accessibility/")
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "Who may: Administrators only" in text
    assert "You are signed in for Northshire" in text


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["", "authority.reader", "nobody"])
@pytest.mark.parametrize("path", ["/accessibility/", "/privacy/"])
def test_statements_are_for_anybody_in_few_queries(
    client_of, who, path, django_assert_max_num_queries
) -> None:
    client = client_of(who)
    with django_assert_max_num_queries(8):
        answer = client.get(path)
    assert answer.status_code == 200
    assert path in answer.content.decode()  # each page links to both


@pytest.mark.django_db
def test_statements_say_whom_to_write_to(client, settings) -> None:
    from dataclasses import replace

    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, contact="team@leadscape.example")
    for path in ("/accessibility/", "/privacy/"):
        assert "mailto:team@leadscape.example" in client.get(path).content.decode()


@pytest.mark.django_db
def test_only_the_cookies_that_are_told_are_set(client_of) -> None:
    client = client_of("authority.reader")
    answer = client.get("/privacy/")
    assert set(answer.cookies) | set(client.cookies) <= {"sessionid", "csrftoken", "messages"}
    for name in client.cookies:
        assert name in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["", "authority.reader"])
def test_a_method_that_is_not_meant_gets_a_page_too(client_of, who) -> None:
    answer = client_of(who).post("/privacy/")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"
    tree = lxml.html.fromstring(answer.content.decode())
    assert [one.text_content() for one in tree.xpath("//h1")] == ["This page cannot be used like that"]
