"""What a declared rule lets through, before any view runs."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from ninja import NinjaAPI

from leadscape_web.accounts.gate import GateMiddleware
from leadscape_web.accounts.rules import ANY_RIGHT, ANYONE, EDITS, SEES_PEOPLE, SIGNED_IN, allow, rules_of


class Somebody:
    is_authenticated = True


def through_the_gate(view, method="GET", *, rights=frozenset(), signed_in=True):
    gate = GateMiddleware(lambda request: HttpResponse())
    request = getattr(RequestFactory(), method.lower())("/somewhere/")
    request.user = Somebody() if signed_in else AnonymousUser()
    request.accesses = rights
    request.session = {"second_factor": True}
    return gate.process_view(request, view, (), {})


def test_a_view_without_a_rule_is_refused_to_everybody() -> None:
    with pytest.raises(PermissionDenied, match="no rule"):
        through_the_gate(lambda request: HttpResponse())


def test_a_rule_is_for_reading_unless_it_says_otherwise() -> None:
    view = allow(SIGNED_IN)(lambda request: HttpResponse())
    assert through_the_gate(view) is None
    assert through_the_gate(view, "HEAD") is None
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = through_the_gate(view, method)
        assert answer.status_code == 405
        assert answer["Allow"] == "GET, HEAD"


def test_a_method_that_is_not_declared_is_refused_before_asking_who_calls() -> None:
    assert through_the_gate(allow(EDITS)(lambda request: None), "POST", signed_in=False).status_code == 405


def test_reading_and_writing_may_have_different_rules() -> None:
    view = allow(SEES_PEOPLE)(allow(EDITS, methods=("POST",))(lambda request: HttpResponse()))
    reader, editor = frozenset({("reader", "authority")}), frozenset({("editor", "authority")})
    assert through_the_gate(view, rights=reader) is None
    assert through_the_gate(view, "POST", rights=editor) is None
    with pytest.raises(PermissionDenied, match="Editors"):
        through_the_gate(view, "POST", rights=reader)


def test_a_method_has_one_rule_and_a_rule_a_known_method() -> None:
    with pytest.raises(ValueError, match="two rules"):
        allow(ANYONE)(allow(SIGNED_IN)(lambda request: None))
    with pytest.raises(ValueError, match="no such method"):
        allow(ANYONE, methods=("FETCH",))
    with pytest.raises(ValueError, match="some method"):
        allow(ANYONE, methods=())


def test_whoever_is_signed_out_is_sent_to_sign_in(settings) -> None:
    settings.LOGIN_URL = "/somewhere/sign-in/"
    answer = through_the_gate(allow(SIGNED_IN)(lambda request: None), signed_in=False)
    assert answer.status_code == 302
    assert answer["Location"].endswith("next=/somewhere/")
    assert through_the_gate(allow(ANYONE)(lambda request: None), signed_in=False) is None


def test_a_national_rule_needs_the_nation() -> None:
    from leadscape_web.accounts.rules import ADMINISTERS_NATION

    view = allow(ADMINISTERS_NATION)(lambda request: None)
    assert through_the_gate(view, rights=frozenset({("administrator", "nation")})) is None
    with pytest.raises(PermissionDenied):
        through_the_gate(view, rights=frozenset({("administrator", "region")}))


def test_operations_of_the_api_carry_their_own_rules() -> None:
    api = NinjaAPI(urls_namespace="rules of a test")

    @api.get("/things")
    @allow(ANY_RIGHT)
    def read(request):
        return {}

    @api.post("/things")
    @allow(EDITS)
    def write(request):
        return {}

    @api.get("/forgotten")
    def forgotten(request):
        return {}

    views = {str(pattern.pattern): pattern.callback for pattern in api.urls[0]}
    assert rules_of(views["things"]) == {"GET": ANY_RIGHT, "POST": EDITS}
    assert not rules_of(views["forgotten"])
    assert not rules_of(views["docs"])
    assert through_the_gate(views["things"], signed_in=False).status_code == 401
    with pytest.raises(PermissionDenied, match="no rule"):
        through_the_gate(views["forgotten"])
