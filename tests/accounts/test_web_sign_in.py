"""Signing in: who gets in, who waits, and what nobody can find out by trying."""

from __future__ import annotations

import re
import time
from types import SimpleNamespace

import pytest
from allauth.account.signals import user_logged_in as allauth_signed_in
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.test import Client

from leadscape_web.accounts.adapter import AccountAdapter
from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import User
from leadscape_web.config.environment import read_environment

from tests.support.signing_in import PASSWORD, code_of, give_password, give_second_factor, sign_in, text_of

pytestmark = pytest.mark.django_db(databases=["default", "counters"])
READER = "authority.reader@leadscape.example"


@pytest.fixture(autouse=True)
def _quick_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _one_half_minute(monkeypatch) -> None:
    """Codes are of one half-minute, however long a test takes."""
    now = time.time()
    clock = SimpleNamespace(time=lambda: now)
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time", clock)
    monkeypatch.setattr("tests.support.signing_in.time", clock)


@pytest.fixture
def reader(user_of):
    return give_password(user_of("authority.reader"))


def test_password_and_code_let_somebody_in(reader) -> None:
    secret = give_second_factor(reader)
    client = Client()
    answer = sign_in(client, READER)
    assert answer["Location"] == "/account/sign-in/code/"
    assert SESSION_KEY not in client.session
    answer = client.post("/account/sign-in/code/", {"code": code_of(secret)})
    assert answer["Location"] == "/"
    assert client.session[SESSION_KEY] == str(reader.pk)
    assert "Your account" in text_of(client.get("/account/"))


def test_the_password_alone_does_not_let_in_who_has_a_second_factor(reader) -> None:
    give_second_factor(reader)
    client = Client()
    sign_in(client, READER)
    for path in ("/account/", "/administration/"):
        assert client.get(path)["Location"].startswith("/account/sign-in/?next=")
    assert "code is not right" in text_of(client.post("/account/sign-in/code/", {"code": "000000"}))


def test_a_code_works_once(reader) -> None:
    secret = give_second_factor(reader)
    code = code_of(secret)
    for expected in (302, 200):
        client = Client()
        sign_in(client, READER)
        assert client.post("/account/sign-in/code/", {"code": code}).status_code == expected


def test_a_code_that_was_used_is_not_taken_again_while_its_time_runs(reader) -> None:
    secret = give_second_factor(reader)
    code = code_of(secret, -1)  # the app's clock is half a minute late
    first = Client()
    sign_in(first, READER)
    assert first.post("/account/sign-in/code/", {"code": code}).status_code == 302
    cache.delete(f"allauth.mfa.totp.used?user={reader.pk}&code={code}")  # forgotten after 30 seconds
    second = Client()
    sign_in(second, READER)
    assert "was used already" in text_of(second.post("/account/sign-in/code/", {"code": code}))


def test_whoever_has_no_second_factor_sets_one_up_before_anything_else(reader) -> None:
    client = Client()
    assert sign_in(client, READER)["Location"] == "/"
    for path in ("/", "/account/", "/administration/", "/account/name/", "/account/keys/new/"):
        assert client.get(path)["Location"].startswith("/account/second-factor/set-up/?next="), path
    page = client.get("/account/second-factor/set-up/?next=/account/")
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page.content.decode())[1]
    answer = client.post("/account/second-factor/set-up/", {"code": code_of(secret)})
    assert answer["Location"] == "/account/second-factor/recovery-codes/"
    codes = re.findall(r"<code>(\d{4}) (\d{4})</code>", client.get(answer["Location"]).content.decode())
    assert len(codes) == 10
    assert "cannot be shown again" in text_of(client.get(answer["Location"]))
    assert client.get("/account/").status_code == 200
    again = Client()
    sign_in(again, READER)
    assert again.post("/account/sign-in/code/", {"code": "".join(codes[0])})["Location"] == "/"


def test_setting_one_up_signs_out_whoever_came_in_with_the_password_alone(reader, user_of) -> None:
    early, owner = Client(), Client()
    sign_in(early, READER)
    sign_in(owner, READER)
    page = owner.get("/account/second-factor/set-up/").content.decode()
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1]
    assert owner.post("/account/second-factor/set-up/", {"code": code_of(secret)}).status_code == 302
    assert owner.get("/account/").status_code == 200
    assert early.get("/account/")["Location"].startswith("/account/sign-in/")
    assert SESSION_KEY not in early.session


@pytest.mark.parametrize("demanded", ["required", "offered"])
def test_a_session_of_the_password_alone_neither_passes_nor_removes_what_is_set_up_later(
    reader, settings, demanded
) -> None:
    settings.SECOND_FACTOR = demanded
    client = Client()
    sign_in(client, READER)
    secret = give_second_factor(reader)
    first = ("/account/second-factor/remove/", "/account/second-factor/recovery-codes/",
             "/account/second-factor/recovery-codes/new/", "/account/keys/new/")  # fmt: skip
    if demanded == "required":
        first = ("/account/", *first)
    for path in first:
        assert client.get(path)["Location"].startswith("/account/confirm/code/?next="), path
    for path in (path for path in first[-4:] if not path.endswith("recovery-codes/")):
        assert client.post(path)["Location"].startswith("/account/confirm/code/?next="), path
    client.post("/account/confirm/", {"password": PASSWORD})
    assert client.post("/account/second-factor/remove/")["Location"].startswith("/account/confirm/code/")
    asked = "/account/confirm/code/?next=/account/"
    assert "not right" in text_of(client.post(asked, {"code": "000000"}))
    assert client.post(asked, {"code": code_of(secret)}).status_code == 302
    assert client.get("/account/").status_code == 200
    assert client.get("/account/second-factor/remove/").status_code == 200


def test_the_code_of_setting_up_does_not_sign_anybody_in(reader) -> None:
    client = Client()
    sign_in(client, READER)
    page = client.get("/account/second-factor/set-up/").content.decode()
    code = code_of(re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1])
    assert client.post("/account/second-factor/set-up/", {"code": code}).status_code == 302
    onlooker = Client()
    sign_in(onlooker, READER)
    assert "was used already" in text_of(onlooker.post("/account/sign-in/code/", {"code": code}))
    assert SESSION_KEY not in onlooker.session


def test_where_it_is_offered_a_second_factor_can_wait(reader, settings) -> None:
    settings.SECOND_FACTOR = "offered"
    client = Client()
    assert sign_in(client, READER)["Location"] == "/account/second-factor/offer/?next=%2F"
    assert "Later" in text_of(client.get("/account/second-factor/offer/?next=/account/"))
    away = client.get("/account/second-factor/offer/?next=https://elsewhere.example/")
    assert "elsewhere.example" not in away.content.decode()
    assert client.get("/account/").status_code == 200


def test_the_secret_of_a_second_factor_is_stored_under_a_lock(reader) -> None:
    from allauth.mfa.models import Authenticator

    secret = give_second_factor(reader)
    with acting(reader):
        assert secret not in str(Authenticator.objects.get(user=reader).data)


def test_five_wrong_passwords_make_an_address_wait_even_with_the_right_one(reader) -> None:
    for _ in range(5):
        assert "not right" in text_of(sign_in(Client(REMOTE_ADDR="192.0.2.1"), READER, "wrong"))
    elsewhere = Client(REMOTE_ADDR="192.0.2.2")
    said = text_of(sign_in(elsewhere, READER))
    assert "Wait 5 minutes" in said
    assert SESSION_KEY not in elsewhere.session
    assert "Wait 5 minutes" not in text_of(sign_in(elsewhere, "nobody@leadscape.example", "wrong"))


def test_ten_wrong_attempts_in_a_minute_make_a_place_wait() -> None:
    client = Client(REMOTE_ADDR="192.0.2.3")
    said = [text_of(sign_in(client, f"somebody{number}@leadscape.example", "wrong")) for number in range(11)]
    assert "Wait" not in said[9]
    assert "Wait 5 minutes" in said[10]


def test_a_proxy_is_believed_and_nobody_else(settings) -> None:
    for number in range(10):
        sign_in(Client(REMOTE_ADDR="127.0.0.1"), f"a{number}@leadscape.example", "wrong", )  # fmt: skip
    known = Client(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.9")
    assert "Wait" not in text_of(sign_in(known, "b@leadscape.example", "wrong"))
    liar = Client(REMOTE_ADDR="192.0.2.10")
    for number in range(10):
        liar.post("/account/sign-in/", {"login": f"c{number}@leadscape.example", "password": "wrong"},
                  HTTP_X_FORWARDED_FOR=f"192.0.2.{100 + number}")  # fmt: skip
    said = liar.post("/account/sign-in/", {"login": "d@leadscape.example", "password": "wrong"},
                     HTTP_X_FORWARDED_FOR="192.0.2.200")  # fmt: skip
    assert "Wait" in text_of(said)


@pytest.mark.parametrize(
    ("hop", "forwarded", "place"),
    [
        ("172.18.0.1", "192.0.2.9", "192.0.2.9"),  # through a network of proxies
        ("::ffff:172.18.0.1", "192.0.2.9", "192.0.2.9"),
        ("", "192.0.2.9", "192.0.2.9"),  # through a local socket
        ("192.0.2.10", "198.51.100.1", "192.0.2.10"),  # a stranger, who names somebody else
        ("172.32.0.1", "198.51.100.1", "172.32.0.1"),  # just outside the network
        ("172.18.0.1", "198.51.100.1, 192.0.2.10", "192.0.2.10"),  # the same, through the proxy
        ("172.18.0.1", "198.51.100.1, 192.0.2.9, 10.0.0.7, 172.18.0.2:4711", "192.0.2.9"),  # several hops
        ("172.18.0.1", "198.51.100.1, rubbish", "unknown"),
        ("172.18.0.1", "", "172.18.0.1"),
        ("2001:db8::1", "2001:db8:1:2:3::9", "2001:db8:1:2::"),  # the network, not each address in it
        ("2001:db8:1:2:ffff::1", "", "2001:db8:1:2::"),
        ("::ffff:192.0.2.10", "", "192.0.2.10"),  # of IPv4, however it is written
    ],
)
def test_a_proxy_may_be_one_of_a_network(rf, settings, monkeypatch, hop, forwarded, place) -> None:
    monkeypatch.setenv("LEADSCAPE_PROXIES", "172.16.0.0/12, 10.0.0.7,2001:db8::1")
    settings.ENVIRONMENT = read_environment()
    request = rf.get("/", REMOTE_ADDR=hop, HTTP_X_FORWARDED_FOR=forwarded)
    assert AccountAdapter(request).get_client_ip(request) == place


def test_an_office_is_one_place_whatever_addresses_of_ipv6_it_uses() -> None:
    for number in range(11):
        said = Client(REMOTE_ADDR=f"2001:db8:5:6::{number + 1:x}").post(
            "/account/sign-in/", {"login": f"f{number}@leadscape.example", "password": "wrong"}
        )
    assert "Wait" in text_of(said)


def test_people_behind_one_proxy_do_not_share_a_limit(settings, monkeypatch) -> None:
    monkeypatch.setenv("LEADSCAPE_PROXIES", "172.16.0.1/12")
    settings.ENVIRONMENT = read_environment()
    proxy = Client(REMOTE_ADDR="172.18.0.1")
    for number in range(11):
        said = proxy.post("/account/sign-in/", {"login": f"e{number}@leadscape.example", "password": "wrong"},
                          HTTP_X_FORWARDED_FOR=f"192.0.2.{50 + number}")  # fmt: skip
        assert "Wait" not in text_of(said)


def test_a_refused_request_does_not_take_its_count_back(client_of) -> None:
    client = client_of("authority.reader")
    codes = [client.post("/account/confirm/", {}).status_code for _ in range(3)]
    assert codes == [403] * 3  # nothing to confirm with: refused, and rolled back
    answers = [
        Client(REMOTE_ADDR="192.0.2.4").get(f"/account/invitation/{'x' * 20}{n}/").status_code
        for n in range(3)
    ]
    assert answers == [404] * 3
    posted = [
        Client(REMOTE_ADDR="192.0.2.4").post(f"/account/invitation/{'x' * 20}{n}/").status_code
        for n in range(22)
    ]
    assert posted.count(404) == 20
    assert posted[-1] == 429


def test_attempts_are_not_washed_out_by_many_others() -> None:
    assert cache._max_entries >= 100_000


def test_a_known_and_an_unknown_address_get_the_same_answer(reader) -> None:
    known = text_of(sign_in(Client(), READER, "wrong"))
    unknown = text_of(sign_in(Client(), "unknown@leadscape.example", "wrong"))
    assert known == unknown


def test_a_known_and_an_unknown_address_cost_the_same_work(reader, user_of, monkeypatch) -> None:
    """What takes time is making the sum of a password: once, whether or not there is an account, or a password."""
    made: list[str] = []
    real = MD5PasswordHasher.encode

    def counted(self, password, salt):
        made.append(password)
        return real(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    for address in (READER, "unknown@leadscape.example", "nobody@leadscape.example"):
        made.clear()
        sign_in(Client(), address, "wrong")
        assert len(made) == 1, address


def test_signing_in_changes_the_key_of_the_session(reader) -> None:
    client = Client()
    client.get("/account/sign-in/")
    session = client.session
    session["planted"] = "before"
    session.save()
    client.cookies["sessionid"] = session.session_key
    sign_in(client, READER)
    assert client.session.session_key != session.session_key
    stranger = Client()
    stranger.cookies["sessionid"] = session.session_key
    assert stranger.get("/account/").status_code == 302


def test_a_session_ends_after_an_hour_without_use_and_after_half_a_day(client_of) -> None:
    for key, ago, says in (
        ("seen_at", 61 * 60, "nothing was asked"),
        ("started_at", 12 * 3600 + 1, "half a day"),
    ):
        client = client_of("authority.reader")
        assert client.get("/account/").status_code == 200
        session = client.session
        session[key] = time.time() - ago
        session.save()
        answer = client.get("/account/")
        assert answer.status_code == 302
        assert says in text_of(client.get(answer["Location"]))


def test_use_keeps_a_session_but_not_beyond_half_a_day(client_of) -> None:
    client = client_of("authority.reader")
    client.get("/account/")
    started = client.session["started_at"]
    session = client.session
    session["seen_at"] = time.time() - 30 * 60
    session.save()
    client.get("/account/")
    assert time.time() - client.session["seen_at"] < 5
    assert client.session["started_at"] == started


def test_signing_out_needs_a_form_of_ours(client_of) -> None:
    client = client_of("authority.reader")
    assert "Sign out" in text_of(client.get("/account/sign-out/"))
    assert client.get("/account/").status_code == 200
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post("/account/sign-out/").status_code == 403
    assert client.post("/account/sign-out/")["Location"] == "/account/sign-in/"
    assert client.get("/account/").status_code == 302


def test_whoever_is_switched_off_is_out_at_once_and_stays_out(client_of, reader) -> None:
    client, administrator = client_of("authority.reader"), client_of("authority.administrator")
    assert client.get("/account/").status_code == 200
    page = administrator.get(f"/administration/user/{reader.pk}/switch-off/").content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    administrator.post(f"/administration/user/{reader.pk}/switch-off/", {"why": "Has left", "seen": seen})
    assert client.get("/account/").status_code == 302
    assert SESSION_KEY not in client.session
    answer = sign_in(Client(), READER)
    assert answer["Location"] == "/account/sign-in/switched-off/"
    assert "not right" in text_of(sign_in(Client(), READER, "wrong"))


def test_a_session_from_before_does_not_come_back_with_the_account(client_of, reader) -> None:
    client, administrator = client_of("authority.reader"), client_of("authority.administrator")
    assert client.get("/account/").status_code == 200
    for what in ("switch-off", "switch-on"):
        path = f"/administration/user/{reader.pk}/{what}/"
        seen = re.search(r'name="seen" value="(\w+)"', administrator.get(path).content.decode())[1]
        assert administrator.post(path, {"why": "By mistake", "seen": seen}).status_code == 302
    assert client.get("/account/").status_code == 302


def test_from_the_moment_of_signing_in_nobody_else_is_looked_up(reader, settings) -> None:
    settings.SECOND_FACTOR = "offered"
    found: list[int] = []

    def look(**_) -> None:
        found.append(User.objects.count())

    allauth_signed_in.connect(look)
    try:
        sign_in(Client(), READER)
    finally:
        allauth_signed_in.disconnect(look)
    assert found == [1]


def test_a_session_of_somebody_switched_off_acts_for_nobody(client_of, user_of) -> None:
    client = client_of("authority.reader")
    reader = user_of("authority.reader")
    with acting(user_of("authority.administrator"), why="Has left"):
        assert User.objects.filter(pk=reader.pk).update(is_active=False) == 1
    assert client.get("/account/sign-in/").status_code == 200
    assert SESSION_KEY not in client.session


def test_addresses_that_are_not_offered_do_not_exist() -> None:
    for path in (
        "signup/",
        "sign-up/",
        "email/",
        "password/set/",
        "confirm-email/",
        "login/code/",
        "phone/change/",
    ):
        assert Client().get(f"/account/{path}").status_code in (404,), path


def test_next_leads_nowhere_else(reader, settings) -> None:
    settings.SECOND_FACTOR = "offered"
    client = Client()
    answer = client.post(
        "/account/sign-in/", {"login": READER, "password": PASSWORD, "next": "https://elsewhere.example/"}
    )
    assert "elsewhere" not in answer["Location"]


def test_only_signing_in_looks_up_accounts(client_of) -> None:
    from leadscape_web.accounts.context import SIGN_IN_PATHS

    assert SIGN_IN_PATHS == ("/account/sign-in/", "/account/new-password/")
