"""The truth table: every address, asked as every kind of user with every method; and what the reference says of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch

from leadscape_web.accounts.addresses import Address, addresses, outcome
from leadscape_web.accounts.rules import METHODS

from tests.support.own_database import owner_cursor
from tests.support.programs import client_with, key_for
from tests.support.service import AREAS, RIGHTS
from tests.support.service_urls import EXAMPLES, Example, path_of, records_of_the_world

pytestmark = pytest.mark.django_db(databases=["default", "counters"])
ADDRESSES = addresses()
KINDS_OF_USER = ("", "nobody", *(f"{kind}.{right}" for kind in AREAS for right in RIGHTS))
THROUGH = 299
BEFORE_THE_GATE = frozenset({"health", "ready"})
"""Answered before anything else, so that they also answer when nothing else does."""


class PassedTheGate:
    """The last middleware of the truth table: says that everything before it let the request through."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse:
        return HttpResponse(status=THROUGH)


@pytest.fixture
def records(db: None) -> dict[str, str]:
    with owner_cursor(connections) as cursor:
        return records_of_the_world(cursor)


@pytest.fixture
def gate_only(settings, monkeypatch) -> None:
    """Everything up to the view, in thousands of requests; what a refusal looks like is tested elsewhere."""
    for module in ("leadscape_web.config.errors", "leadscape_web.accounts.gate"):
        monkeypatch.setattr(f"{module}.render_to_string", lambda *_: "")
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.PassedTheGate"]
    sys.modules.setdefault(__name__, sys.modules[PassedTheGate.__module__])


def accesses_of(who: str) -> frozenset[tuple[str, str]] | None:
    if not who:
        return None
    kind, _, right = who.partition(".")
    return frozenset({(right, kind)}) if right else frozenset()


def of_every_kind() -> list[Address]:
    """One address of every set of rules: the gate knows nothing else of an address but whether programs use it."""
    alike = {
        (frozenset(address.rules.items()), address.api, address.name in BEFORE_THE_GATE): address
        for address in ADDRESSES
    }
    return list(alike.values())


def addresses_for(who: str) -> list[Address]:
    """Every address; for areas below the nation's, between which no rule tells, one of every kind."""
    kind = who.partition(".")[0]
    return of_every_kind() if kind in AREAS and kind != "nation" else list(ADDRESSES)


def first_right(address: Address, method: str) -> str | None:
    """The first right that the rule lets in on behalf of the nation; empty for none at all."""
    for right in (*RIGHTS, ""):
        who = f"nation.{right}" if right else "nobody"
        if outcome(address.rules, method, accesses_of(who)) == "allowed":
            return right
    return None


def met(response: Any, address: Address) -> str:
    """What a response is, in the words of the truth table."""
    if response.status_code == 405:
        return "no such method"
    if response.status_code == 401 and address.api:
        return "sign in"
    if response.status_code == 302 and response["Location"].startswith("/account/sign-in/"):
        return "sign in"
    return {403: "refused"}.get(response.status_code, "allowed")


def keys_only(address: Address, method: str) -> bool:
    """Whether only a key of the interface may ask: a signed-in browser writes by the pages."""
    return bool(address.api) and method not in ("GET", "HEAD")


def asked_by(address: Address, method: str, client: Client, program: Client) -> Client:
    """Who asks: the browser of a user, or the user's program where only a key may."""
    return program if keys_only(address, method) else client


def ask(client: Client, method: str, path: str) -> Any:
    """A request whose effects are undone."""
    with transaction.atomic():
        response = client.generic(method, path)
        transaction.set_rollback(True)
    return response


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.route)
def test_every_address_has_a_rule_a_name_and_an_example(address: Address, records) -> None:
    assert address.rules, f"/{address.route} has no rule: who may see it?"
    assert address.name, f"/{address.route} has no name"
    try:
        path_of(address.name, records)
    except NoReverseMatch as missing:
        raise AssertionError(
            f"/{address.route} has no example: add {address.name} to tests/support/service_urls.py"
        ) from missing


def test_every_example_is_of_an_address() -> None:
    assert set(EXAMPLES) <= {address.name for address in ADDRESSES}


@pytest.mark.parametrize("who", KINDS_OF_USER, ids=lambda who: who or "signed out")
def test_every_address_lets_in_whom_its_rule_says(who: str, client_of, records, gate_only) -> None:
    client = client_of(who)
    wrong = []
    for address in addresses_for(who):
        path = path_of(address.name, records)
        for method in [method for method in ("GET", "POST") if method in address.rules]:
            response = ask(client, method, path)
            expected = outcome(address.rules, method, accesses_of(who))
            if expected == "allowed" and keys_only(address, method):
                expected = "refused"
            through = response.status_code == THROUGH or address.name in BEFORE_THE_GATE
            if met(response, address) != expected or through != (expected == "allowed"):
                wrong.append((method, path, expected, response.status_code))
    assert not wrong


@pytest.mark.parametrize("who", ["", "nation.administrator"], ids=lambda who: who or "signed out")
def test_a_method_that_is_not_declared_is_refused_to_everybody(
    who: str, client_of, records, gate_only
) -> None:
    client = client_of(who)
    for address in ADDRESSES if who else of_every_kind():
        for method in ("POST", "DELETE") if who else METHODS:
            if method not in address.rules and not (address.api and method == "HEAD"):
                response = ask(client, method, path_of(address.name, records))
                assert response.status_code == 405, (method, address.route)


@pytest.mark.parametrize("right", [*RIGHTS, ""])
def test_whoever_is_let_in_gets_an_answer(right: str, client_of, user_of, records, settings) -> None:
    """Every view really runs, as a user of the nation: it answers, or says what is missing in a form."""
    who = f"nation.{right}" if right else "nobody"
    settings.SECOND_FACTOR = "offered"  # a program's user has to have set one up, which the world's have not
    client, program = client_of(who), client_with(key_for(user_of(who))[1])
    wrong = []
    for address in ADDRESSES:
        example = EXAMPLES.get(address.name, Example())
        for method in [method for method in ("GET", "POST") if method in address.rules]:
            if first_right(address, method) != right:
                continue  # refused, or asked as another right already
            asker = asked_by(address, method, client, program)
            status = ask(asker, method, path_of(address.name, records)).status_code
            if status == 405 or status >= 500 or (status in (401, 403, 404) and example.present):
                wrong.append((method, address.route, status))
    assert not wrong


BY_AREA = [
    address for address in ADDRESSES if len(EXAMPLES.get(address.name, Example()).seen_by) < len(AREAS)
]


@pytest.mark.parametrize("right", ["reader", "editor", "administrator"])
@pytest.mark.parametrize("kind", AREAS)
def test_a_record_outside_the_area_is_not_found(
    kind: str, right: str, client_of, user_of, records, settings
) -> None:
    who = f"{kind}.{right}"
    settings.SECOND_FACTOR = "offered"  # a program's user has to have set one up, which the world's have not
    client, program = client_of(who), client_with(key_for(user_of(who))[1])
    wrong = []
    for address in BY_AREA:
        example = EXAMPLES[address.name]
        for method in [method for method in ("GET", "POST") if method in address.rules]:
            if outcome(address.rules, method, accesses_of(f"{kind}.{right}")) != "allowed":
                continue
            asker = asked_by(address, method, client, program)
            status = ask(asker, method, path_of(address.name, records)).status_code
            # A rule for everybody with a right lets administrators in as well, who see no leaders anywhere.
            sees = kind in example.seen_by and not (
                right == "administrator" and "leader" in str(example.kwargs)
            )
            # What an empty body lacks is told before the record is looked for; bodies are in test_web_api_writes.py.
            if keys_only(address, method) and status == 422:
                continue
            if (status == 404) == sees or status in (401, 403, 405) or status >= 500:
                wrong.append((method, address.route, status, sees))
    assert not wrong


def test_the_reference_says_what_the_code_says() -> None:
    docs = Path(__file__).parents[2] / "docs"
    sys.path.insert(0, str(docs))
    try:
        from permissions_page import permissions_page
    finally:
        sys.path.remove(str(docs))
    page = permissions_page("")
    for address in ADDRESSES:
        assert f"`/{address.route}`" in page
    assert "**no rule**" not in page
