"""One's own account: name, password, sessions, second factor, keys for programs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import ApiToken, PersonName, User
from leadscape_web.accounts.tokens import hash_of, known_token, make_token
from leadscape_web.audit.models import Event

from tests.support.signing_in import PASSWORD, code_of, give_password, give_second_factor, sign_in, text_of

pytestmark = pytest.mark.django_db(databases=["default", "counters"])
READER = "authority.reader@leadscape.example"
NEW = "a quite different long password"


@pytest.fixture(autouse=True)
def _quick_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SECOND_FACTOR = "offered"


@pytest.fixture
def reader(user_of):
    return give_password(user_of("authority.reader"))


@pytest.fixture
def signed_in(reader):
    """Two browsers of one user."""
    browsers = Client(), Client()
    for browser in browsers:
        sign_in(browser, READER)
    return browsers


def test_the_account_says_who_one_is_and_what_one_may(client_of, django_assert_max_num_queries) -> None:
    client = client_of("authority.reader")
    client.get("/account/")
    with django_assert_max_num_queries(14):
        said = text_of(client.get("/account/"))
    for words in ("Authority Reader", READER, "Reader Northshire (authority) Sees leaders"):
        assert words in said
    assert "You have no right yet" in text_of(client_of("nobody").get("/account/"))


def test_a_new_name_stands_beside_the_former_one(client_of, user_of) -> None:
    client, user = client_of("authority.reader"), user_of("authority.reader")
    assert client.post("/account/name/", {"full_name": "  Grace   Grove "})["Location"] == "/account/"
    with acting(user):
        names = PersonName.objects.filter(person_id=user.person_id).order_by("recorded_at")
        assert [(one.full_name, one.superseded_at is None) for one in names] == [
            ("Authority Reader", False),
            ("Grace Grove", True),
        ]
    assert "Enter your full name" in text_of(client.post("/account/name/", {"full_name": " "}))


def test_a_name_is_not_kept_in_the_history(client_of, user_of) -> None:
    client_of("authority.reader").post("/account/name/", {"full_name": "Grace Grove"})
    with acting(user_of("authority.reader")):
        events = Event.objects.filter(table="accounts_personname").order_by("-id")[:2]
        assert {event.why for event in events} == {"Name changed by its owner"}
        assert "Grace" not in str([(event.before, event.after) for event in events])


def test_a_new_password_ends_all_other_sessions(signed_in) -> None:
    here, there = signed_in
    answer = here.post("/account/password/", {"oldpassword": PASSWORD, "password1": NEW})
    assert answer["Location"] == "/account/"
    assert "signed out everywhere else" in text_of(here.get("/account/"))
    assert there.get("/account/").status_code == 302
    assert sign_in(Client(), READER).status_code == 200
    assert sign_in(Client(), READER, NEW).status_code == 302


def test_a_new_password_needs_the_present_one_and_must_be_good(signed_in, mailoutbox) -> None:
    here = signed_in[0]
    for given, says in (
        ({"oldpassword": "wrong", "password1": NEW}, "not your present one"),
        ({"oldpassword": PASSWORD, "password1": "short"}, "at least 12 characters"),
        ({"oldpassword": PASSWORD, "password1": "authority.reader"}, "too similar"),
        ({"oldpassword": PASSWORD, "password1": "passwordpassword1"}, None),
    ):
        if says:
            assert says in text_of(here.post("/account/password/", given))
    assert not mailoutbox
    here.post("/account/password/", {"oldpassword": PASSWORD, "password1": NEW})
    assert "was changed" in mailoutbox[0].subject
    assert mailoutbox[0].to == [READER]


def test_a_password_that_was_changed_is_dated_in_the_history(signed_in, user_of) -> None:
    signed_in[0].post("/account/password/", {"oldpassword": PASSWORD, "password1": NEW})
    with acting(user_of("nation.administrator")):
        event = Event.objects.filter(table="accounts_user").latest("id")
        assert event.why == "Password changed by its owner"
        assert event.actor == user_of("authority.reader").pk
        assert "md5" not in str(event.after)


def test_signing_out_everywhere_ends_every_session(signed_in) -> None:
    here, there = signed_in
    assert here.post("/account/sign-out-everywhere/")["Location"] == "/account/sign-in/"
    for browser in signed_in:
        assert browser.get("/account/").status_code == 302
    assert sign_in(there, READER).status_code == 302


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(reader, mailoutbox) -> None:
    lasting = Client()
    sign_in(lasting, READER)
    for _ in range(6):
        locked = sign_in(Client(), READER, "wrong")
    assert "Wait" in text_of(locked)
    client = Client()
    assert (
        client.post("/account/new-password/", {"email": READER})["Location"] == "/account/new-password/sent/"
    )
    link = re.search(r"http://testserver(\S+)", mailoutbox[-1].body)[1]
    shown = client.get(link)
    assert shown["Location"].endswith("-set-password/")
    assert "Choose a new password" in text_of(client.get(shown["Location"]))
    answer = client.post(shown["Location"], {"password1": NEW})
    assert answer["Location"] == "/account/new-password/done/"
    assert "is changed" in text_of(client.get(answer["Location"]))
    assert lasting.get("/account/").status_code == 302
    assert sign_in(Client(), READER, NEW).status_code == 302
    assert "This link does not work" in text_of(Client().get(link))


def test_a_link_for_a_password_works_while_somebody_else_is_signed_in(reader, client_of, mailoutbox) -> None:
    Client().post("/account/new-password/", {"email": READER})
    link = re.search(r"http://testserver(\S+)", mailoutbox[-1].body)[1]
    other = client_of("authority.editor")
    shown = other.get(link)
    assert other.get(shown["Location"]).status_code == 200
    assert other.get("/account/").status_code == 302


def test_a_link_is_worth_an_hour(reader, mailoutbox, settings) -> None:
    Client().post("/account/new-password/", {"email": READER})
    link = re.search(r"http://testserver(\S+)", mailoutbox[-1].body)[1]
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "older than one hour" in text_of(Client().get(link))


def test_asking_for_a_password_does_not_tell_whether_there_is_an_account(reader, mailoutbox) -> None:
    answers = []
    for address in (READER, "unknown@leadscape.example"):
        client = Client()
        answer = client.post("/account/new-password/", {"email": address})
        answers.append((answer["Location"], text_of(client.get(answer["Location"]))))
    assert answers[0] == answers[1]
    assert [message.to for message in mailoutbox] == [[READER], ["unknown@leadscape.example"]]
    assert "There is no account" in mailoutbox[1].body


def test_a_password_alone_does_not_remove_a_second_factor(reader) -> None:
    give_second_factor(reader)
    client = Client()
    sign_in(client, READER)
    assert client.get("/account/second-factor/remove/")["Location"].startswith("/account/sign-in/")


def test_what_matters_asks_for_the_password_again(signed_in, monkeypatch) -> None:
    here = signed_in[0]
    assert here.get("/account/keys/new/").status_code == 200
    monkeypatch.setattr("allauth.account.app_settings.REAUTHENTICATION_TIMEOUT", -1, raising=False)
    answer = here.get("/account/keys/new/")
    assert answer["Location"] == "/account/confirm/?next=%2Faccount%2Fkeys%2Fnew%2F"
    assert "password is not right" in text_of(here.post(answer["Location"], {"password": "wrong"}))
    assert here.post(answer["Location"], {"password": PASSWORD})["Location"] == "/account/keys/new/"


def test_a_key_is_shown_once_and_works_until_it_is_revoked(client_of, user_of) -> None:
    client, user = client_of("authority.reader"), user_of("authority.reader")
    made = client.post(
        "/account/keys/new/", {"label": "Dashboard", "scopes": ["register:read"], "days": "30"}
    )
    assert made["Cache-Control"] == "no-store"
    raw = re.search(r'value="(ls_[\w-]{43})"', made.content.decode())[1]
    page = client.get("/account/").content.decode()
    assert raw not in page
    assert "Dashboard" in page
    with acting():
        known = known_token(raw)
        assert known is not None
        assert (known.user, known.scopes) == (user, {"register:read"})
        assert ApiToken.objects.get().last_used_on == timezone.localdate()
    end = re.search(r'href="(/account/keys/[\w-]+/revoke/)"', page)[1]
    assert client_of("authority.editor").get(end).status_code == 404
    client.post(end)
    with acting():
        assert known_token(raw) is None
        assert not User.objects.exists()


def test_a_key_says_what_is_wrong_with_it(client_of) -> None:
    said = text_of(client_of("authority.reader").post("/account/keys/new/", {"days": "4000"}))
    for words in ("Enter what it is for", "Select what it may read", "Error: Make a key"):
        assert words in said


@pytest.mark.parametrize("state", ["over", "revoked", "switched off", "unknown", "another prefix"])
def test_a_key_that_does_not_count_opens_nothing(user_of, state) -> None:
    user, administrator = user_of("authority.reader"), user_of("authority.administrator")
    with acting(user):
        token, raw = make_token(user, "Dashboard", ["people:read"], 365)
    if state == "revoked":
        with acting(user, why="Not needed"):
            ApiToken.objects.update(revoked_at=timezone.now())
    elif state == "over":
        with acting(user, why="A key that is over"):
            ApiToken.objects.create(user=user, label="Old", token_hash=hash_of("ls_old"), scopes=["people:read"],
                                    expires_at=timezone.now() - timedelta(seconds=1))  # fmt: skip
        raw = "ls_old"
    elif state == "switched off":
        with acting(administrator, why="Has left"):
            User.objects.filter(pk=user.pk).update(is_active=False)
    elif state == "unknown":
        raw = raw[:-1] + ("a" if raw[-1] != "a" else "b")
    else:
        raw = raw.removeprefix("ls_")
    with acting():
        assert known_token(raw) is None
        assert not User.objects.exists()
        assert not ApiToken.objects.exists()
    assert token is not None


@pytest.mark.parametrize(
    ("scopes", "days"),
    [([], 30), (["people:write"], 30), (["people:read"], 0), (["people:read"], 366)],
)
def test_a_key_is_made_for_known_scopes_and_a_year_at_most(user_of, scopes, days) -> None:
    user = user_of("authority.reader")
    with acting(user), pytest.raises(ValueError, match=r"scopes|works for"):
        make_token(user, "Dashboard", scopes, days)


def test_only_the_sum_of_a_key_is_stored(user_of) -> None:
    user = user_of("authority.reader")
    with acting(user):
        token, raw = make_token(user, "Dashboard", ["people:read"], 30)
        assert token.token_hash == hash_of(raw)
        assert raw not in str(ApiToken.objects.values().get())
        events = Event.objects.filter(table="accounts_apitoken")
    with acting(user_of("nation.administrator")):
        assert token.token_hash not in str(list(events.values()))


def test_removing_a_second_factor_is_noticed_at_once(reader, settings) -> None:
    settings.SECOND_FACTOR = "required"
    secret = give_second_factor(reader)
    client = Client()
    sign_in(client, READER)
    client.post("/account/sign-in/code/", {"code": code_of(secret)})
    assert "Change to another phone" in text_of(client.get("/account/second-factor/"))
    assert client.post("/account/second-factor/remove/")["Location"] == "/account/second-factor/"
    assert client.get("/account/")["Location"].startswith("/account/second-factor/set-up/")


@pytest.mark.parametrize("column", ["sessions_ended_at", "password_changed_at"])
def test_a_key_ends_with_the_sessions_of_its_user(user_of, column: str) -> None:
    reader = user_of("authority.reader")
    with acting(reader, why="a key to try"):
        _, raw = make_token(reader, "Old", ["register:read"], 30)
    with acting():
        assert known_token(raw) is not None
    with acting(reader, why="all sessions ended"):
        setattr(reader, column, timezone.now())
        reader.save(update_fields=[column])
    with acting():
        assert known_token(raw) is None
