"""Signing in with an account elsewhere: who gets in, what is refused, and what is kept."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as configured
from django.contrib.auth import SESSION_KEY
from django.test import Client

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import Identity, User
from leadscape_web.accounts.openid.identities import bodies_in
from leadscape_web.accounts.openid.providers import Provider
from leadscape_web.accounts.second_factor import PROVED

from tests.support.elsewhere import (
    BACK,
    LONG_AGO,
    READER,
    START,
    adjust,
    configure,
    go,
    identities,
    linked,
)
from tests.support.openid_provider import CLIENT_ID, CLIENT_SECRET
from tests.support.signing_in import code_of, give_password, give_second_factor, sign_in, text_of

pytestmark = pytest.mark.django_db(databases=["default", "counters"])


def count_users() -> int:
    with acting(purpose="sign-in"):
        return User.objects.count()


def test_an_account_with_the_verified_address_is_opened_and_linked(provider, user_of, mailoutbox) -> None:
    reader = user_of("authority.reader")
    client = Client()
    assert "Sign in with Microsoft" in text_of(client.get("/account/sign-in/?next=/find/"))
    answer = go(client, provider, f"{START}?next=/find/")
    assert answer["Location"] == "/find/"
    assert client.session[SESSION_KEY] == str(reader.pk)
    [identity] = identities(reader)
    assert (identity.provider, identity.issuer, identity.subject) == ("entra", provider.issuer, "subject-1")
    assert "Microsoft opens your account" in mailoutbox[-1].subject
    assert mailoutbox[-1].to == [READER]
    # The provider's subject counts from now on, whatever the address there becomes.
    provider.claims["email"] = "renamed@leadscape.example"
    again = Client()
    assert go(again, provider)["Location"] in ("/", "/account/second-factor/offer/?next=%2F")
    assert again.session[SESSION_KEY] == str(reader.pk)
    assert len(identities(reader)) == 1


def test_the_session_is_another_after_signing_in(provider) -> None:
    client = Client()
    sent = client.get(START)
    before = client.session.session_key
    client.get(provider.authorise(sent["Location"]).removeprefix("http://testserver"))
    assert client.session[SESSION_KEY]
    assert client.session.session_key != before
    stale = Client()
    stale.cookies[configured.SESSION_COOKIE_NAME] = before
    assert SESSION_KEY not in stale.session


@pytest.mark.parametrize(
    ("told", "vouches", "status"),
    [
        ({}, True, 302),
        ({}, False, 403),
        ({"email_verified": False}, False, 403),
        ({"email_verified": True}, False, 302),
        ({"email_verified": "true"}, False, 302),
        ({"email": None}, True, 403),
        ({"email": "stranger@leadscape.example"}, True, 403),
    ],
)
def test_only_a_verified_address_of_an_account_opens_it(told, vouches, status, provider, settings) -> None:
    adjust(settings, vouches=vouches)
    provider.changed = told
    before = count_users()
    answer = go(Client(), provider)
    assert answer.status_code == status
    if told.get("email"):
        assert "by invitation" in text_of(answer)
    assert count_users() == before


def test_a_second_account_does_not_take_over_an_address_that_was_given_to_somebody_else(provider) -> None:
    go(Client(), provider)
    provider.claims["sub"] = "subject-2"
    answer = go(Client(), provider)
    assert answer.status_code == 403
    assert "Another account of Microsoft is linked" in text_of(answer)


def test_whoever_is_switched_off_stays_out(provider, user_of) -> None:
    reader = user_of("authority.reader")
    go(Client(), provider)
    with acting(user_of("nation.administrator"), why="Left"):
        User.objects.filter(pk=reader.pk).update(is_active=False)
    client = Client()
    assert go(client, provider)["Location"] == "/account/sign-in/switched-off/"
    assert SESSION_KEY not in client.session


def test_our_second_factor_is_asked_for_unless_the_providers_counts(
    provider, user_of, client_of, settings
) -> None:
    reader = user_of("authority.reader")
    linked(client_of("authority.reader"), provider)
    secret = give_second_factor(reader)
    provider.claims["amr"] = ["pwd", "mfa"]
    client = Client()
    assert go(client, provider)["Location"] == "/account/sign-in/code/"
    assert SESSION_KEY not in client.session
    assert client.post("/account/sign-in/code/", {"code": code_of(secret)}).status_code == 302
    assert client.session[SESSION_KEY]

    adjust(settings, second_factor=frozenset({"mfa", "phr"}))
    again = Client()
    assert go(again, provider)["Location"] == "/"
    assert again.get("/account/").status_code == 200
    provider.claims["amr"] = ["pwd"]
    assert go(Client(), provider)["Location"] == "/account/sign-in/code/"
    provider.claims |= {"amr": None, "acr": "phr"}
    provider.told = {}
    assert go(Client(), provider)["Location"] == "/"


def test_a_second_factor_that_only_the_userinfo_endpoint_tells_does_not_count(provider, settings) -> None:
    settings.SECOND_FACTOR = "required"
    go(Client(), provider)  # is linked from here on
    adjust(settings, second_factor=frozenset({"mfa"}))
    provider.told = {"email": READER, "amr": ["mfa"]}
    provider.claims |= {"email": None, "amr": None}
    client = Client()
    go(client, provider)
    assert client.get("/account/")["Location"].startswith("/account/second-factor/set-up/")


def test_the_providers_second_factor_opens_what_demands_one(provider, settings) -> None:
    settings.SECOND_FACTOR = "required"
    client = Client()
    go(client, provider)
    assert client.get("/account/")["Location"].startswith("/account/second-factor/set-up/")
    adjust(settings, second_factor=frozenset({"mfa"}))
    provider.claims["amr"] = ["mfa"]
    client = Client()
    go(client, provider)
    assert client.get("/account/").status_code == 200
    assert client.session[PROVED]


def test_what_was_begun_with_a_provider_and_ended_with_a_password_notes_nothing(
    provider, user_of, client_of
) -> None:
    """Nor does it count as a use of the link: whoever began may have been somebody else."""
    reader = give_password(user_of("authority.reader"))
    linked(client_of("authority.reader"), provider)
    secret = give_second_factor(reader)
    client = Client()
    assert go(client, provider)["Location"] == "/account/sign-in/code/"
    with acting(reader, why="Long ago"):
        Identity.objects.filter(user=reader).update(last_used_on=LONG_AGO)
    session = client.session
    del session["account_login"]  # not gone on with for a quarter of an hour
    session.save()
    assert sign_in(client, READER)["Location"] == "/account/sign-in/code/"
    client.post("/account/sign-in/code/", {"code": code_of(secret)})
    assert client.session[SESSION_KEY]
    assert [one.last_used_on for one in identities(reader)] == [LONG_AGO]


DFE = {
    "id": "23F20E54-79EA-4146-8E39-18197576F023", "name": "Ashgrove Primary School",
    "category": {"id": "001", "name": "Establishment"}, "urn": "100001", "uid": None,
    "localAuthority": {"id": "x", "code": "101", "name": "Northshire"},
}  # fmt: skip


def test_the_shape_of_dfe_sign_in(provider, settings, user_of) -> None:
    """Address and name from the userinfo endpoint, the organisation in the token, secrets in the header."""
    configure(settings, Provider(
        name="entra", label="DfE Sign-in", issuer=provider.issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET,
        scopes=("openid", "profile", "email", "organisation"), vouches=True, own_organisation=True,
    ))  # fmt: skip
    provider.methods = ("client_secret_basic",)
    provider.claims = {"sub": "dfe-1", "organisation": DFE}
    provider.told = {
        "email": "school.reader@leadscape.example",
        "given_name": "School",
        "family_name": "Reader",
    }
    client = Client()
    sent = client.get(START)["Location"]
    assert parse_qs(urlsplit(sent).query)["scope"] == ["openid profile email organisation"]
    assert client.get(provider.authorise(sent).removeprefix("http://testserver")).status_code == 302
    assert client.session[SESSION_KEY] == str(user_of("school.reader").pk)
    # Another organisation than one's own opens nothing, even once linked.
    provider.claims["organisation"] = {**DFE, "urn": "100005"}
    answer = go(Client(), provider)
    assert (answer.status_code, "none that you act for" in text_of(answer)) == (403, True)
    # Told about somebody else.
    provider.claims["organisation"] = DFE
    provider.told["sub"] = "dfe-2"
    assert go(Client(), provider).status_code == 403


def test_bodies_that_a_claim_names() -> None:
    assert bodies_in(DFE) == {("school", "100001")}
    assert bodies_in({"category": {"id": "010"}, "uid": "T1"}) == {("trust", "T1")}
    assert bodies_in({"category": {"id": "002"}, "establishmentNumber": "101"}) == {("authority", "101")}
    assert bodies_in({}) == set()


def test_who_cancels_is_told_so_and_a_provider_that_is_not_configured_is_not_there(provider) -> None:
    client = Client()
    state = parse_qs(urlsplit(client.get(START)["Location"]).query)["state"][0]
    answer = client.get(BACK, {"state": state, "error": "access_denied"})
    assert (answer.status_code, "did not sign in at Microsoft" in text_of(answer)) == (403, True)
    assert Client().get("/account/sign-in/with/nobody/").status_code == 404


def test_where_one_goes_afterwards_is_here(provider) -> None:
    client = Client()
    assert go(client, provider, f"{START}?next=https://evil.example/")["Location"].startswith("/")
    assert not go(Client(), provider, f"{START}?next=//evil.example/")["Location"].startswith("//")
