"""Signing in with an account elsewhere: who gets in, what is refused, and what is kept."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.conf import settings as configured
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import Access, Identity, Invitation, PersonName, User
from leadscape_web.accounts.openid import client as relying
from leadscape_web.accounts.openid.identities import bodies_in
from leadscape_web.accounts.openid.providers import Provider
from leadscape_web.accounts.second_factor import PROVED

from tests.accounts.test_web_invitations import GUEST, invite, link_in
from tests.support.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider, rsa_key, running_provider
from tests.support.signing_in import code_of, give_password, give_second_factor, sign_in, text_of

pytestmark = pytest.mark.django_db(databases=["default", "counters"])
READER = "authority.reader@leadscape.example"
START = "/account/sign-in/with/entra/"
BACK = f"{START}back/"
LONG_AGO = date(2026, 1, 2)


@pytest.fixture(scope="module")
def listening() -> Iterator[OpenIdProvider]:
    with running_provider("/tenant/v2.0") as provider:
        yield provider


@pytest.fixture
def provider(listening: OpenIdProvider, settings) -> OpenIdProvider:
    """A provider of the shape of Microsoft Entra that knows the reader of Northshire."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    fresh = OpenIdProvider(issuer=listening.issuer, key=listening.key)
    listening.__dict__.update(fresh.__dict__)
    listening.claims = {
        "sub": "subject-1", "oid": "object-1", "tid": "tenant", "name": "Authority Reader", "email": READER,
        "preferred_username": READER, "amr": ["pwd"],
    }  # fmt: skip
    relying.forget_providers()
    configure(settings, Provider(
        name="entra", label="Microsoft", issuer=listening.issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET,
        vouches=True,
    ))  # fmt: skip
    return listening


def configure(settings: Any, *providers: Provider) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, openid_providers=providers)


def adjust(settings: Any, **changes: Any) -> None:
    configure(settings, replace(settings.ENVIRONMENT.openid_providers[0], **changes))


def go(client: Client, provider: OpenIdProvider, start: str = START) -> Any:
    """To the provider and back, as a browser goes."""
    sent = client.get(start)
    assert sent.status_code == 302, text_of(sent)
    return client.get(provider.authorise(sent["Location"]).removeprefix("http://testserver"))


def identities(user: Any) -> list[Identity]:
    with acting(user):
        return list(Identity.objects.filter(user=user).order_by("linked_at"))


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


def test_no_token_and_no_secret_is_kept(provider, user_of) -> None:
    client = Client()
    go(client, provider)
    kept = str(dict(client.session.items()))
    assert "openid_asked" not in kept or client.session["openid_asked"] == []
    with connection.cursor() as cursor:
        cursor.execute(
            "select column_name from information_schema.columns where table_name = 'accounts_identity'"
        )
        columns = {name for (name,) in cursor.fetchall()}
    assert columns == {
        "id",
        "user_id",
        "provider",
        "issuer",
        "subject",
        "linked_at",
        "unlinked_at",
        "last_used_on",
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "somebody-else"},
        {"aud": [CLIENT_ID, "somebody-else"], "azp": "somebody-else"},
        {"iss": "https://login.example/other/v2.0"},
        {"exp": int(time.time()) - 120},
        {"exp": None},
        {"iat": None},
        {"nbf": int(time.time()) + 600},
        {"nonce": "of another attempt"},
        {"nonce": None},
        {"sub": None},
        {"sub": " "},
    ],
)
def test_a_token_that_does_not_hold_lets_nobody_in(changed, provider) -> None:
    provider.changed = changed
    client = Client()
    answer = go(client, provider)
    assert answer.status_code == 403
    assert "could not be trusted" in text_of(answer)
    assert SESSION_KEY not in client.session


@pytest.mark.parametrize("algorithm", ["HS256", "none", "RS512"])
def test_only_the_providers_own_signature_counts(algorithm, provider) -> None:
    provider.algorithm = algorithm
    assert go(Client(), provider).status_code == 403


def test_a_secret_that_two_share_is_no_signature(provider, settings, monkeypatch) -> None:
    """Even where a provider publishes one among its keys: whoever reads the list could sign with it."""
    secret = b"a secret that stands in a list of keys"
    published = {"kty": "oct", "alg": "HS256", "k": base64.urlsafe_b64encode(secret).rstrip(b"=").decode()}
    monkeypatch.setattr(relying, "_key", lambda *_: jwt.PyJWK(published))
    now, [entra] = int(time.time()), settings.ENVIRONMENT.openid_providers
    claims = {"iss": entra.issuer, "aud": CLIENT_ID, "sub": "x", "iat": now, "exp": now + 60, "nonce": "n"}
    with pytest.raises(relying.NotTrusted, match="InvalidAlgorithm"):
        relying._checked(entra, {"jwks_uri": ""}, jwt.encode(claims, secret, "HS256"), "n")


def test_another_key_than_the_published_one_is_refused_whatever_it_calls_itself(provider) -> None:
    provider.signs = rsa_key()
    assert go(Client(), provider).status_code == 403
    provider.kid = "unknown"
    assert go(Client(), provider).status_code == 403


def test_a_key_that_is_new_is_asked_for_again(provider, user_of, monkeypatch) -> None:
    assert go(Client(), provider).status_code == 302
    provider.key = rsa_key()
    assert go(Client(), provider).status_code == 403
    # What is remembered is older than a minute now.
    monkeypatch.setattr(relying, "ASKED_AGAIN_SECONDS", -1)
    provider.kid = "second"
    assert go(Client(), provider).status_code == 403
    provider.kid = "first"
    monkeypatch.setattr(relying, "KEPT_SECONDS", -1)
    assert go(Client(), provider).status_code == 302


def test_the_answer_must_be_for_this_session_and_counts_once(provider) -> None:
    client, other = Client(), Client()
    back = provider.authorise(client.get(START)["Location"]).removeprefix("http://testserver")
    other.get(START)
    assert other.get(back).status_code == 403
    assert SESSION_KEY not in other.session
    assert client.get(back.replace("state=", "state=x")).status_code == 403
    assert client.get(back).status_code == 302
    fresh = Client()
    fresh.cookies = client.cookies
    fresh.post("/account/sign-out/")
    assert fresh.get(back).status_code == 403


def test_an_answer_that_comes_too_late_or_from_another_provider_is_refused(provider, settings) -> None:
    client = Client()
    back = provider.authorise(client.get(START)["Location"]).removeprefix("http://testserver")
    session = client.session
    session["openid_asked"] = [{**one, "at": one["at"] - 601} for one in session["openid_asked"]]
    session.save()
    assert client.get(back).status_code == 403
    back = provider.authorise(client.get(START)["Location"]).removeprefix("http://testserver")
    [entra] = settings.ENVIRONMENT.openid_providers
    configure(settings, entra, replace(entra, name="other"))
    provider.asked.clear()
    assert client.get(back.replace("/entra/", "/other/")).status_code == 403
    assert provider.asked == [], "a code of one provider is not shown to another"
    back = provider.authorise(client.get(START)["Location"]).removeprefix("http://testserver")
    assert client.get(back.replace("iss=http", "iss=https")).status_code == 403


def test_a_code_without_its_verifier_is_worth_nothing(provider) -> None:
    client = Client()
    back = provider.authorise(client.get(START)["Location"]).removeprefix("http://testserver")
    session = client.session
    for one in session["openid_asked"]:
        one["secrets"]["verifier"] = "stolen code, other browser"
    session.save()
    assert client.get(back).status_code == 403


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


def count_users() -> int:
    with acting(purpose="sign-in"):
        return User.objects.count()


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


def linked(client: Client, provider: OpenIdProvider) -> None:
    """Link the account elsewhere of whoever is signed in here."""
    assert go(client, provider, "/account/link/entra/").status_code == 302


@pytest.mark.parametrize("way", ["password", "second factor", "account elsewhere"])
def test_an_address_alone_links_nothing_to_who_can_prove_it_otherwise(
    way, provider, user_of, settings
) -> None:
    reader = user_of("authority.reader")
    if way == "password":
        give_password(reader)
    elif way == "second factor":
        give_second_factor(reader)
    else:
        [entra] = settings.ENVIRONMENT.openid_providers
        configure(
            settings, entra, replace(entra, name="other", label="Other", issuer="https://other.example")
        )
        with acting(reader, why="Linked by its owner"):
            Identity.objects.create(
                user=reader, provider="other", issuer="https://other.example", subject="x",
                last_used_on=timezone.localdate(),
            )  # fmt: skip
    adjust_first(settings, second_factor=frozenset({"mfa"}))
    provider.claims["amr"] = ["mfa"]
    client = Client()
    answer = go(client, provider, f"{START}?next=/find/")
    assert (answer.status_code, "is not linked to your account here yet" in text_of(answer)) == (403, True)
    assert SESSION_KEY not in client.session
    assert [one.provider for one in identities(reader)] == (["other"] if way == "account elsewhere" else [])
    assert [key for key in dict(client.session.items()) if key.startswith("openid")] in ([], ["openid_asked"])


def adjust_first(settings: Any, **changes: Any) -> None:
    first, *others = settings.ENVIRONMENT.openid_providers
    configure(settings, replace(first, **changes), *others)


def test_an_account_that_no_provider_of_today_knows_is_no_way_in(provider, user_of) -> None:
    reader = user_of("authority.reader")
    with acting(reader, why="Linked by its owner"):
        Identity.objects.create(
            user=reader, provider="gone", issuer="https://gone.example", subject="x",
            last_used_on=timezone.localdate(),
        )  # fmt: skip
    assert go(Client(), provider).status_code == 302


def test_who_is_asked_to_sign_in_once_is_led_on_to_the_link(provider, user_of, settings) -> None:
    settings.SECOND_FACTOR = "offered"
    reader = give_password(user_of("authority.reader"))
    client = Client()
    page = go(client, provider, f"{START}?next=/find/").content.decode()
    [path] = re.findall(r'href="([^"]+)">Sign in once, then link', page)
    onward = parse_qs(urlsplit(path).query)["next"][0]
    assert onward == "/account/link/entra/?next=%2Ffind%2F"
    assert sign_in(client, READER, next=onward)["Location"] == onward
    # Signing in alone has linked nothing: whoever began may have been somebody else.
    assert identities(reader) == []
    assert go(client, provider, onward)["Location"] == "/find/"
    assert len(identities(reader)) == 1
    assert go(Client(), provider).status_code == 302
    evil = go(client, provider, "/account/link/entra/?next=https://evil.example/")
    assert evil["Location"] == "/account/"


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


def test_the_providers_second_factor_does_not_count_in_the_sign_in_that_links(provider, settings) -> None:
    settings.SECOND_FACTOR = "required"
    adjust(settings, second_factor=frozenset({"mfa"}))
    provider.claims["amr"] = ["mfa"]
    first, second = Client(), Client()
    go(first, provider)
    assert first.get("/account/")["Location"].startswith("/account/second-factor/set-up/")
    go(second, provider)
    assert second.get("/account/").status_code == 200


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


def test_an_account_is_linked_and_unlinked_by_its_owner(provider, user_of, client_of) -> None:
    reader = give_password(user_of("authority.reader"))
    client, elsewhere = client_of("authority.reader"), client_of("authority.reader")
    assert "Link your account of Microsoft" in text_of(client.get("/account/"))
    assert go(client, provider, "/account/link/entra/")["Location"] == "/account/"
    assert "Microsoft: linked on" in text_of(client.get("/account/"))
    [identity] = identities(reader)
    # Nobody else's.
    path = f"/account/linked/{identity.pk}/unlink/"
    assert client_of("authority.editor").post(path).status_code == 404
    assert client.post(path)["Location"] == "/account/"
    assert elsewhere.get("/account/").status_code == 302
    [identity] = identities(reader)
    assert identity.unlinked_at
    # An address alone does not link it again, for whoever has no password either; its owner does.
    answer = go(Client(), provider)
    assert (answer.status_code, "was unlinked" in text_of(answer)) == (403, True)
    assert go(client, provider, "/account/link/entra/").status_code == 302
    assert go(Client(), provider).status_code == 302


def test_nobody_links_an_account_for_another_address_or_of_another_user(provider, client_of) -> None:
    editor = client_of("authority.editor")
    answer = go(editor, provider, "/account/link/entra/")
    assert (answer.status_code, "is not for" in text_of(answer)) == (403, True)
    go(Client(), provider)
    provider.claims["email"] = "authority.editor@leadscape.example"
    assert go(editor, provider, "/account/link/entra/").status_code == 403


def test_a_link_that_one_began_is_not_ended_by_another(provider, client_of, user_of) -> None:
    """Somebody sends the address of their own coming back: nothing is linked to whoever opens it."""
    client, victim = client_of("authority.reader"), client_of("authority.editor")
    provider.claims["email"] = "authority.editor@leadscape.example"
    back = provider.authorise(client.get("/account/link/entra/")["Location"]).removeprefix(
        "http://testserver"
    )
    assert victim.get(back).status_code == 403
    assert identities(user_of("authority.editor")) == []
    # Nor in a browser in which somebody else is signed in by now.
    session = victim.session
    session["openid_asked"] = client.session["openid_asked"]
    session.save()
    assert victim.get(back).status_code == 403
    assert identities(user_of("authority.editor")) == []


def test_an_invitation_is_accepted_without_a_password(provider, client_of) -> None:
    link = link_in(invite(client_of("authority.administrator")))
    guest = Client()
    assert "Accept with Microsoft" in text_of(guest.get(link))
    provider.claims |= {"email": GUEST, "name": "Grace Grove", "sub": "grace"}
    page = go(guest, provider, f"{link}with/entra/")
    assert (page.status_code, 'value="Grace Grove"' in page.content.decode()) == (200, True)
    # Coming back alone accepts nothing, and nobody else's browser can.
    with acting(purpose="sign-in"):
        assert not User.objects.filter(email=GUEST).exists()
    assert "Grace" not in str(dict(guest.session.items()))
    assert Client().post(f"{START}join/", {"full_name": "Grace Grove"}).status_code == 403
    assert guest.post(f"{START}join/", {"full_name": ""}).status_code == 422
    assert guest.post(f"{START}join/", {"full_name": "Grace Grove"})["Location"] == "/account/"
    with acting(purpose="sign-in"):
        user = User.objects.get(email=GUEST)
    assert guest.session[SESSION_KEY] == str(user.pk)
    assert not user.has_usable_password()
    with acting(user):
        assert [one.full_name for one in PersonName.objects.filter(person=user.person_id)] == ["Grace Grove"]
        assert [(one.right, one.organisation.key) for one in Access.objects.filter(user=user)] == [
            ("reader", "101")
        ]
    assert len(identities(user)) == 1
    assert go(Client(), provider).status_code == 302
    # The link works once, and so does having proved the address.
    assert guest.post(f"{START}join/", {"full_name": "Grace Grove"}).status_code == 403
    assert Client().get(f"{link}with/entra/")["Location"] == link


def test_an_invitation_is_for_the_invited_address_only(provider, client_of, settings) -> None:
    link = link_in(invite(client_of("authority.administrator")))
    guest = Client()
    answer = go(guest, provider, f"{link}with/entra/")
    assert (answer.status_code, "not know you by the address" in text_of(answer)) == (403, True)
    provider.claims |= {"email": GUEST, "sub": "grace"}
    adjust(settings, vouches=False)
    assert go(guest, provider, f"{link}with/entra/").status_code == 403
    with acting(purpose="sign-in"):
        assert not User.objects.filter(email=GUEST).exists()
    assert SESSION_KEY not in guest.session


def test_the_link_of_an_invitation_is_not_kept_in_the_session(provider, client_of) -> None:
    link = link_in(invite(client_of("authority.administrator")))
    guest = Client()
    guest.get(f"{link}with/entra/")
    assert link.rstrip("/").rpartition("/")[2] not in str(dict(guest.session.items()))


def test_a_name_that_is_not_known_is_asked_for(provider, client_of) -> None:
    link = link_in(invite(client_of("authority.administrator")))
    provider.claims |= {"email": GUEST, "name": GUEST, "sub": "grace"}
    guest = Client()
    page = go(guest, provider, f"{link}with/entra/")
    assert 'name="full_name"' in page.content.decode()
    assert f'value="{GUEST}"' not in page.content.decode()


def test_proving_the_address_lasts_ten_minutes_and_no_longer_than_the_invitation(provider, client_of) -> None:
    administrator = client_of("authority.administrator")
    link = link_in(invite(administrator))
    provider.claims |= {"email": GUEST, "name": "Grace Grove", "sub": "grace"}
    guest = Client()
    go(guest, provider, f"{link}with/entra/")
    session = guest.session
    session["openid_joining"] = {**session["openid_joining"], "at": time.time() - 601}
    session.save()
    assert guest.post(f"{START}join/", {"full_name": "Grace Grove"}).status_code == 403
    go(guest, provider, f"{link}with/entra/")
    with acting(user_named("authority.administrator"), why="Withdrawn"):
        Invitation.objects.filter(email=GUEST).update(withdrawn_at=timezone.now())
    assert guest.post(f"{START}join/", {"full_name": "Grace Grove"}).status_code == 403


def user_named(name: str) -> Any:
    with acting(purpose="sign-in"):
        return User.objects.get(email=f"{name}@leadscape.example")


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


def test_an_address_that_only_looks_like_another_opens_nothing(provider, settings) -> None:
    """The small letter of the sign for kelvin is a k: what somebody verified there would be another's here."""
    [entra] = settings.ENVIRONMENT.openid_providers
    for address, taken in (
        ("Mark@leadscape.example", "mark@leadscape.example"),
        ("mar\u212a@leadscape.example", ""),
    ):
        assert relying._claims(entra, {"sub": "x", "email": address}, {}).address == taken


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


def test_a_provider_that_sends_elsewhere_or_says_too_much_signs_nobody_in(
    provider, settings, monkeypatch
) -> None:
    client = Client()
    back = provider.authorise(client.get(START)["Location"]).removeprefix("http://testserver")
    # Its authorize page answers with a way on. A code and a secret are not carried there.
    provider.published = {"token_endpoint": f"{provider.issuer}/elsewhere"}
    relying.forget_providers()
    provider.asked.clear()
    assert client.get(back).status_code == 503
    assert [path for path in provider.asked if path.endswith("/token")] == []
    provider.published = {}
    relying.forget_providers()
    monkeypatch.setattr(relying, "LARGEST_BYTES", 100)
    assert Client().get(START).status_code == 503


def test_a_provider_that_lies_about_itself_or_is_gone_signs_nobody_in(provider, settings, caplog) -> None:
    for published in (
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": ""},
    ):
        provider.published = published
        relying.forget_providers()
        answer = Client().get(START)
        assert (answer.status_code, "does not answer" in text_of(answer)) == (503, True)
    adjust(settings, issuer="http://127.0.0.1:9/")
    assert Client().get(START).status_code == 503
    assert READER not in caplog.text


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


def test_the_log_names_the_check_and_nobody(provider, caplog) -> None:
    provider.changed = {"nonce": "x"}
    go(Client(), provider)
    assert "nonce" in caplog.text
    assert READER not in caplog.text
    assert "subject-1" not in caplog.text
