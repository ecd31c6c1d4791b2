"""What a session holds and how long it is kept: no addresses, and nothing of somebody who only looked for long."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client

from leadscape_web.accounts.context import acting
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.kinds import kind_of

from tests.support.elsewhere import START
from tests.support.jobs import run_jobs
from tests.support.own_database import own_database
from tests.support.signing_in import code_of, give_password, give_second_factor, sign_in, text_of

both = pytest.mark.django_db(databases=["default", "counters"])
READER = "authority.reader@leadscape.example"


def kept(client: Client) -> str:
    """Everything that the session holds, as text."""
    return str(dict(client.session.items()))


@both
def test_a_session_names_its_user_by_id_and_holds_no_address(user_of, settings) -> None:
    settings.SECOND_FACTOR = "offered"
    reader = give_password(user_of("authority.reader"))
    client = Client()
    sign_in(client, READER)
    assert client.session[SESSION_KEY] == str(reader.pk)
    assert "@" not in kept(client)


@both
def test_nor_does_it_while_a_code_is_waited_for(user_of) -> None:
    reader = give_password(user_of("authority.reader"))
    secret = give_second_factor(reader)
    client = Client()
    sign_in(client, READER)
    assert SESSION_KEY not in client.session
    assert "account_login" in client.session
    assert "@" not in kept(client)
    client.post("/account/sign-in/code/", {"code": code_of(secret)})
    assert client.session[SESSION_KEY] == str(reader.pk)
    assert "@" not in kept(client)


@both
def test_whoever_only_went_to_a_provider_leaves_nothing_for_long(provider, user_of) -> None:
    client = Client()
    sent = client.get(START)
    assert client.session.get_expiry_age() == 600
    # Signed in, the session lasts as long as any other.
    client.get(provider.authorise(sent["Location"]).removeprefix("http://testserver"))
    assert client.session[SESSION_KEY] == str(user_of("authority.reader").pk)
    assert client.session.get_expiry_age() == configured.SESSION_COOKIE_AGE


@both
def test_nobody_makes_sessions_without_end(provider, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "openid": "2/m/ip"}
    client = Client()
    assert client.get(START).status_code == 302
    invented = Client()
    invented.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    assert invented.get(START).status_code == 302
    rows = Session.objects.count()
    answer = Client().get(START)
    assert (answer.status_code, "Too many" in text_of(answer)) == (429, True)
    assert Session.objects.count() == rows
    # Whoever has one already adds none.
    assert client.get(START).status_code == 302


@both
def test_attempts_are_counted_under_hashes(user_of) -> None:
    sign_in(Client(REMOTE_ADDR="192.0.2.77"), READER, "wrong")
    with connections["counters"].cursor() as cursor:
        cursor.execute("select cache_key from accounts_cache")
        keys = [key for (key,) in cursor.fetchall()]
    assert keys
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in keys)


def test_what_is_over_is_deleted_every_day(
    service_server: Any, django_db_setup: None, django_db_blocker: Any
) -> None:
    kind = kind_of("service.clear")
    assert kind is not None
    assert kind.daily is not None
    with own_database(service_server, django_db_blocker, f"clearing_{uuid.uuid4().hex[:8]}"):
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "insert into django_session (session_key, session_data, expire_date) values"
                " ('over', 'x', now() - interval '1 second'), ('open', 'x', now() + interval '1 hour')"
            )
            cursor.execute(
                "insert into accounts_cache (cache_key, value, expires) values"
                " ('over', 'x', now() - interval '1 second'), ('open', 'x', now() + interval '1 hour')"
            )
        with acting(using="owner", why="As every day"):
            ask_for("service.clear", asked_by=None, using="owner")
        assert run_jobs() == [("service.clear", "done")]
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "select session_key from django_session union all select cache_key from accounts_cache"
            )
            assert cursor.fetchall() == [("open",), ("open",)]
