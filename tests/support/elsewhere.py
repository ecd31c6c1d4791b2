"""A provider of accounts on this machine, as the service is set up for it in a test, and the way there and back.

In a test of the service::

    def test_a_way_in(provider):
        assert go(Client(), provider).status_code == 302

Its fixtures stand in ``tests/accounts/conftest.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import Identity
from leadscape_web.accounts.openid import fetching
from leadscape_web.accounts.openid.providers import Provider

from tests.support.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider, running_provider
from tests.support.signing_in import text_of

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
    fetching.forget_providers()
    configure(settings, Provider(
        name="entra", label="Microsoft", issuer=listening.issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET,
        vouches=True,
    ))  # fmt: skip
    return listening


def configure(settings: Any, *providers: Provider) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, openid_providers=providers)


def adjust(settings: Any, **changes: Any) -> None:
    configure(settings, replace(settings.ENVIRONMENT.openid_providers[0], **changes))


def adjust_first(settings: Any, **changes: Any) -> None:
    first, *others = settings.ENVIRONMENT.openid_providers
    configure(settings, replace(first, **changes), *others)


def go(client: Client, provider: OpenIdProvider, start: str = START) -> Any:
    """To the provider and back, as a browser goes."""
    sent = client.get(start)
    assert sent.status_code == 302, text_of(sent)
    return client.get(provider.authorise(sent["Location"]).removeprefix("http://testserver"))


def linked(client: Client, provider: OpenIdProvider) -> None:
    """Link the account elsewhere of whoever is signed in here."""
    assert go(client, provider, "/account/link/entra/").status_code == 302


def identities(user: Any) -> list[Identity]:
    with acting(user):
        return list(Identity.objects.filter(user=user).order_by("linked_at"))
