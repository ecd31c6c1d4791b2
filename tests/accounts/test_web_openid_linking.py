"""Linking an account elsewhere, and joining with one: by whom, to what, and what else must be proved."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import Access, Identity, Invitation, PersonName, User

from tests.accounts.test_web_invitations import GUEST, invite, link_in
from tests.support.elsewhere import (
    READER,
    START,
    adjust,
    adjust_first,
    configure,
    go,
    identities,
)
from tests.support.signing_in import give_password, give_second_factor, sign_in, text_of

pytestmark = pytest.mark.django_db(databases=["default", "counters"])


def user_named(name: str) -> Any:
    with acting(purpose="sign-in"):
        return User.objects.get(email=f"{name}@leadscape.example")


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


def test_the_providers_second_factor_does_not_count_in_the_sign_in_that_links(provider, settings) -> None:
    settings.SECOND_FACTOR = "required"
    adjust(settings, second_factor=frozenset({"mfa"}))
    provider.claims["amr"] = ["mfa"]
    first, second = Client(), Client()
    go(first, provider)
    assert first.get("/account/")["Location"].startswith("/account/second-factor/set-up/")
    go(second, provider)
    assert second.get("/account/").status_code == 200


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
    assert not any(word in str(dict(guest.session.items())) for word in ("Grace", GUEST))
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
