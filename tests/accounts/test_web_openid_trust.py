"""What a provider answers is trusted only where every check holds: tokens, keys, sessions, and the provider itself."""

from __future__ import annotations

import base64
import time
from dataclasses import replace

import jwt
import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client

from leadscape_web.accounts.openid import claims as reading
from leadscape_web.accounts.openid import client as relying
from leadscape_web.accounts.openid import fetching

from tests.support.elsewhere import (
    READER,
    START,
    adjust,
    configure,
    go,
)
from tests.support.openid_provider import CLIENT_ID, rsa_key
from tests.support.signing_in import text_of

pytestmark = pytest.mark.django_db(databases=["default", "counters"])


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
    monkeypatch.setattr(relying, "key_of", lambda *_: jwt.PyJWK(published))
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
    monkeypatch.setattr(fetching, "ASKED_AGAIN_SECONDS", -1)
    provider.kid = "second"
    assert go(Client(), provider).status_code == 403
    provider.kid = "first"
    monkeypatch.setattr(fetching, "KEPT_SECONDS", -1)
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


def test_an_address_that_only_looks_like_another_opens_nothing(provider, settings) -> None:
    """The small letter of the sign for kelvin is a k: what somebody verified there would be another's here."""
    [entra] = settings.ENVIRONMENT.openid_providers
    for address, taken in (
        ("Mark@leadscape.example", "mark@leadscape.example"),
        ("mar\u212a@leadscape.example", ""),
    ):
        assert reading.claims_in(entra, {"sub": "x", "email": address}, {}).address == taken


def test_a_provider_that_sends_elsewhere_or_says_too_much_signs_nobody_in(
    provider, settings, monkeypatch
) -> None:
    client = Client()
    back = provider.authorise(client.get(START)["Location"]).removeprefix("http://testserver")
    # Its authorize page answers with a way on. A code and a secret are not carried there.
    provider.published = {"token_endpoint": f"{provider.issuer}/elsewhere"}
    fetching.forget_providers()
    provider.asked.clear()
    assert client.get(back).status_code == 503
    assert [path for path in provider.asked if path.endswith("/token")] == []
    provider.published = {}
    fetching.forget_providers()
    monkeypatch.setattr(fetching, "LARGEST_BYTES", 100)
    assert Client().get(START).status_code == 503


def test_a_provider_that_lies_about_itself_or_is_gone_signs_nobody_in(provider, settings, caplog) -> None:
    for published in (
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": ""},
    ):
        provider.published = published
        fetching.forget_providers()
        answer = Client().get(START)
        assert (answer.status_code, "does not answer" in text_of(answer)) == (503, True)
    adjust(settings, issuer="http://127.0.0.1:9/")
    assert Client().get(START).status_code == 503
    assert READER not in caplog.text


def test_the_log_names_the_check_and_nobody(provider, caplog) -> None:
    provider.changed = {"nonce": "x"}
    go(Client(), provider)
    assert "nonce" in caplog.text
    assert READER not in caplog.text
    assert "subject-1" not in caplog.text
