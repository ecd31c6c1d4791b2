"""A respondent answers by a personal link: names people, comes back, sends, corrects; what the link does not open."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import PersonName
from leadscape_web.rounds.models import Asked, Line, Link, Round, Sending, SentLine
from leadscape_web.rounds.work.blanking import blank_persons

from tests.support.rounds import asked_of, editor, make_round, make_token

ALICE = {"full_name": "Gita Gorse", "home_school": "Ashgrove Primary School", "role": "consultant_leader"}


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=False)


def _add(client: Client, token: str, **given: str) -> Any:
    return client.post(f"/answer/{token}/add/", {**ALICE, **given})


def _lines(found: Round, respondent: str = "101") -> list[Line]:
    return list(
        Line.objects.using("owner")
        .filter(asked=asked_of(found, respondent), removed_at=None)
        .order_by("position")
    )


def _change(found: Round, **given: Any) -> None:
    with acting(why="Time passes in a test", using="owner"):
        Round.objects.using("owner").filter(pk=found.pk).update(**given)


def test_somebody_is_named_changed_removed_and_found_again_later(found: Round, client: Client) -> None:
    token = make_token(found)
    assert "Nobody is named yet" in client.get(f"/answer/{token}/").content.decode()
    assert _add(client, token).status_code == 302
    (line,) = _lines(found)
    assert (line.home_school_id, line.role) == ("100001", "consultant_leader")
    page = Client().get(f"/answer/{token}/").content.decode()
    assert "Gita Gorse" in page, "the same link on another device goes on where it was left"
    client.post(
        f"/answer/{token}/person/{line.pk}/",
        {**ALICE, "full_name": "Gita Gorse-Hill", "partner_schools": "100005\n\n Cedar  Lane "},
    )
    (changed,) = _lines(found)
    assert changed.person_id == line.person_id
    assert changed.partner_schools == "100005\nCedar Lane"
    names = PersonName.objects.using("owner").filter(person=line.person_id)
    assert {(one.full_name, one.superseded_at is None) for one in names} == {
        ("Gita Gorse", False),
        ("Gita Gorse-Hill", True),
    }
    client.post(f"/answer/{token}/person/{line.pk}/remove/")
    assert _lines(found) == []
    asked = asked_of(found)
    assert asked.opened_at
    assert asked.saved_at
    assert asked.answered_at is None


def test_an_answer_is_sent_frozen_and_corrected_until_the_closing_date(found: Round, client: Client) -> None:
    token = make_token(found)
    _add(client, token)
    assert "Send the answer" in client.get(f"/answer/{token}/check/").content.decode()
    answer = client.post(f"/answer/{token}/check/", follow=True)
    assert "Answer received" in answer.content.decode()
    first = asked_of(found)
    assert first.answered_at
    assert not first.has_none
    _add(client, token, full_name="Hari Hazel", role="own", role_text="Leads a hub of nurseries")
    sending = Sending.objects.using("owner").get(asked=first)
    assert SentLine.objects.using("owner").filter(sending=sending).count() == 1, "what was sent is frozen"
    client.post(f"/answer/{token}/check/")
    last = Sending.objects.using("owner").filter(asked=first).order_by("-number").first()
    assert last is not None
    assert [line.role_text for line in last.lines.using("owner").order_by("position")] == [
        "",
        "Leads a hub of nurseries",
    ]
    corrected = asked_of(found)
    assert corrected.answered_at == first.answered_at
    assert corrected.corrected_at
    _change(found, closes_on=timezone.localdate() - timedelta(days=1))
    assert client.post(f"/answer/{token}/check/").status_code == 409, "no correction after the closing date"
    assert "Hari Hazel" in client.get(f"/answer/{token}/sent/").content.decode(), "it can still be read"


def test_none_is_an_answer_and_names_take_its_place(found: Round, client: Client) -> None:
    token = make_token(found)
    client.post(f"/answer/{token}/none/")
    assert asked_of(found).has_none
    _add(client, token)
    client.post(f"/answer/{token}/check/")
    asked = asked_of(found)
    assert not asked.has_none
    assert Sending.objects.using("owner").filter(asked=asked).count() == 2


def test_a_late_answer_is_taken_once_and_marked(found: Round, client: Client) -> None:
    _change(found, closes_on=timezone.localdate() - timedelta(days=1), late_days=5)
    token = make_token(found)
    assert "counted as late" in client.get(f"/answer/{token}/").content.decode()
    _add(client, token)
    client.post(f"/answer/{token}/check/")
    asked = asked_of(found)
    assert found.closes_on
    assert Round.objects.using("owner").get(pk=found.pk).is_late(asked.answered_at)
    assert _add(client, token, full_name="Hari Hazel").status_code == 409


@pytest.mark.parametrize(
    "given",
    [
        {"closed_at": timezone.now()},
        {"closes_on": date(2026, 1, 10), "opens_on": date(2026, 1, 1), "late_days": 0},
    ],
)
def test_a_closed_round_takes_nothing(given: dict[str, Any], found: Round, client: Client) -> None:
    token = make_token(found)
    _change(found, **given)
    assert _add(client, token).status_code == 409
    assert client.post(f"/answer/{token}/none/").status_code == 409
    assert _lines(found) == []
    assert "no answer is taken" in client.get(f"/answer/{token}/").content.decode()


def test_every_mistake_is_told_at_once(found: Round, client: Client) -> None:
    token = make_token(found)
    page = client.post(
        f"/answer/{token}/add/",
        {"full_name": " ", "home_school": "999999", "role": "own", "started_on-day": "1", "started_on-month": "9",
         "started_on-year": "2005", "ended_on-day": "1", "ended_on-month": "9", "ended_on-year": "2004",
         "nominee_email": "x"},
    )  # fmt: skip
    assert page.status_code == 422
    said = page.content.decode()
    for words in ("Enter the name", "No school of the register has the URN 999999", "Enter the role in your own words",
                  "must be the same as or after it began", "Enter an e-mail address in the correct form"):  # fmt: skip
        assert words in said
    assert "<title>Error: " in said
    assert _lines(found) == []


def test_schools_alike_are_offered_and_none_is_taken_without_being_chosen(
    found: Round, client: Client
) -> None:
    token = make_token(found)
    page = _add(client, token, home_school="Fernhill")
    assert page.status_code == 422
    assert "Select which school you mean by Fernhill" in page.content.decode()
    _add(client, token, home_school="Fernhill", school="100006")
    _add(client, token, home_school="Fernhill", school="as-written", full_name="Hari Hazel")
    saved = _add(client, token, home_school="Quite Unknown College of Zorb", full_name="Ivo Iris")
    assert "No school of the register was found" in client.get(saved["Location"]).content.decode()
    assert [(line.home_school_id, line.home_text) for line in _lines(found)] == [
        ("100006", "Fernhill"), (None, "Fernhill"), (None, "Quite Unknown College of Zorb"),
    ]  # fmt: skip


def test_the_same_person_school_and_role_twice_is_a_mistake(found: Round, client: Client) -> None:
    token = make_token(found)
    _add(client, token)
    assert "stand in your answer already" in _add(client, token, full_name="gita  gorse").content.decode()
    assert _add(client, token, role="mentor_head").status_code == 302


def test_a_link_shows_its_own_answer_and_no_other(found: Round, client: Client) -> None:
    mine, theirs = make_token(found), make_token(found, "102")
    _add(client, theirs, full_name="Hari Hazel")
    (line,) = _lines(found, "102")
    assert "Hari" not in client.get(f"/answer/{mine}/").content.decode()
    for path in (f"/answer/{mine}/person/{line.pk}/", f"/answer/{mine}/person/{line.pk}/remove/"):
        assert client.get(path).status_code == 404
        assert client.post(path, ALICE).status_code == 404
    assert len(_lines(found, "102")) == 1


def _as_link(token: str, statement: str, *given: Any) -> int:
    from django.db import connection, transaction

    from leadscape_web.accounts.links import with_link

    with transaction.atomic(), connection.cursor() as cursor:
        with_link(token)
        cursor.execute("select set_config('leadscape.why', 'An attack', true)")
        cursor.execute(statement, given)
        return cursor.rowcount


def test_the_database_shows_a_link_nothing_else(found: Round, client: Client) -> None:
    """Not the views but the plain role under the link: no other respondent, address, person, link or round."""
    from django.db import ProgrammingError, transaction

    from leadscape_web.accounts.links import with_link
    from leadscape_web.rounds.models import Contact, Letter

    other = make_round(found.base)
    token = make_token(found)
    _add(client, make_token(found, "102"), full_name="Hari Hazel")
    with transaction.atomic():
        with_link(token)
        assert [one.respondent for one in Asked.objects.all()] == ["101"]
        assert [one.pk for one in Round.objects.all()] == [found.pk]
        assert other.pk != found.pk
        for model in (Contact, Letter, Line, SentLine, Sending, PersonName):
            assert not model.objects.exists(), model
    theirs = _lines(found, "102")[0]
    for statement in (
        "select leadscape_name_nominee(%s, 'Somebody Else')",
        "insert into rounds_line (id, asked_id, person_id, position, home_text, role, role_text, partner_schools,"
        " nominee_email, made_at)"
        " values (gen_random_uuid(), (select leadscape_linked_asked()), %s, 1, '', '', '', '', '', now())",
    ):
        with pytest.raises(ProgrammingError, match=r"leadscape: |permission denied"):
            _as_link(token, statement, theirs.person_id)
    for table in ("rounds_asked", "rounds_link", "rounds_letter", "accounts_personname"):
        column = {
            "rounds_asked": "stopped_at",
            "accounts_personname": "superseded_at",
            "rounds_letter": "sent_at",
        }.get(table, "ended_at")
        if table == "rounds_letter":
            with pytest.raises(ProgrammingError, match="permission denied"):
                _as_link(token, f"update {table} set {column} = now()")
        else:
            assert _as_link(token, f"update {table} set {column} = now()") == 0, table
    assert PersonName.objects.using("owner").get(person=theirs.person_id).full_name == "Hari Hazel"


def test_a_link_of_a_signed_in_editor_is_the_link_alone(found: Round) -> None:
    from leadscape_web.accounts.models import User

    client, user = Client(), editor()
    with acting(user):
        client.force_login(
            User.objects.get(pk=user.pk), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
    token = make_token(found)
    _add(client, token)
    assert len(_lines(found)) == 1
    assert "Sign out" not in client.get(f"/answer/{token}/").content.decode()


@pytest.mark.parametrize("how", ["never", "cut", "ended", "ran out", "withdrawn", "not started"])
def test_a_link_that_does_not_work_says_nothing_about_why(how: str, found: Round, client: Client) -> None:
    token = make_token(found, days=-1 if how == "ran out" else 20)
    if how in ("never", "cut"):
        token = "x" * 43 if how == "never" else token[:-1]
    with acting(why="A link that ends in a test", using="owner"):
        if how == "ended":
            Link.objects.using("owner").filter(asked__round=found).update(ended_at=timezone.now())
        if how == "withdrawn":
            Asked.objects.using("owner").filter(round=found).update(withdrawn_at=timezone.now())
        if how == "not started":
            Round.objects.using("owner").filter(pk=found.pk).update(started_at=None)
    said = set()
    for part in ("", "add/", "check/", "none/", "sent/", "stop/"):
        answer = client.get(f"/answer/{token}/{part}")
        assert answer.status_code == 404
        said.add(re.sub(rb'nonce="[^"]*"', b"", answer.content))
        if part not in ("", "sent/"):
            assert client.post(f"/answer/{token}/{part}", ALICE).status_code == 404
    assert len(said) == 1
    assert b"This link does not work" in said.pop()
    assert asked_of(found).opened_at is None


def test_guessing_is_slowed_down_and_a_link_that_works_is_not_counted(found: Round, client: Client) -> None:
    token = make_token(found)
    for _ in range(25):
        assert client.get(f"/answer/{token}/").status_code == 200
    answers = [client.get(f"/answer/{'y' * 42}{n % 10}/").status_code for n in range(25)]
    assert answers == [404] * 20 + [429] * 5
    assert client.get(f"/answer/{token}/").status_code == 200, "a colleague who guesses locks nobody out"


def test_pages_of_a_link_are_kept_nowhere_and_tell_nobody(found: Round, client: Client) -> None:
    token = make_token(found)
    answer = client.get(f"/answer/{token}/")
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"
    assert "noindex" in answer["X-Robots-Tag"]
    assert "http://" not in answer.content.decode().replace("http://testserver", ""), (
        "no address of another site"
    )


def test_a_form_from_another_site_is_refused(found: Round) -> None:
    token = make_token(found)
    strict = Client(enforce_csrf_checks=True)
    strict.get(f"/answer/{token}/add/")
    assert strict.post(f"/answer/{token}/add/", ALICE).status_code == 403
    assert strict.post(f"/answer/{token}/stop/").status_code == 403
    assert _lines(found) == []


def test_names_and_links_are_in_no_log_and_no_history(
    found: Round, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    from leadscape_web.audit.models import Event

    token = make_token(found)
    caplog.set_level("DEBUG")
    _add(
        client,
        token,
        full_name="Zebulon Quince",
        nominee_email="zebulon@quince.example",
        role="own",
        role_text="Quince hub",
    )
    client.post(f"/answer/{token}/check/")
    client.get(f"/answer/{token[:-1]}/")
    logged = "\n".join(
        f"{record.getMessage()} {record.__dict__.get('fields', '')}" for record in caplog.records
    )
    history = "\n".join(f"{e.before} {e.after} {e.why}" for e in Event.objects.using("owner").all())
    assert "survey@leadscape.example" not in history, "whom respondents may ask"
    for secret in ("Zebulon", "Quince", "zebulon@", token, "101@respondents"):
        assert secret not in logged
        assert secret not in history


def test_messages_are_stopped_and_begun_again(found: Round, client: Client) -> None:
    token = make_token(found)
    assert asked_of(found).stopped_at is None
    assert client.get(f"/answer/{token}/stop/").status_code == 200
    assert asked_of(found).stopped_at is None, "to open the page is not to ask for it"
    client.post(f"/answer/{token}/stop/")
    assert asked_of(found).stopped_at
    client.post(f"/answer/{token}/stop/", {"do": "again"})
    assert asked_of(found).stopped_at is None


def test_a_round_that_is_closed_has_no_messages_to_stop(found: Round, client: Client) -> None:
    token = make_token(found)
    with acting(why="A round was closed in a test", using="owner"):
        Round.objects.using("owner").filter(pk=found.pk).update(closed_at=timezone.now())
    before = asked_of(found)
    for answer in (client.get(f"/answer/{token}/stop/"), client.post(f"/answer/{token}/stop/")):
        assert answer.status_code == 200
        said = answer.content.decode()
        assert "was closed on" in said
        assert "Get no more messages" not in said.partition("<main")[2]
    _as_link(token, "select leadscape_stop_letters(true)")
    assert (asked_of(found).stopped_at, asked_of(found).version) == (None, before.version), (
        "what is counted stays"
    )


def test_names_that_are_changed_without_end_are_refused_in_words(
    found: Round, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make_token(found)
    _add(client, token)
    (line,) = _lines(found)
    with acting(why="Many names in a test", using="owner"):
        PersonName.objects.using("owner").bulk_create(
            PersonName(person_id=line.person_id, full_name=f"Gita {n}", superseded_at=timezone.now())
            for n in range(2000)
        )
    answer = client.post(
        f"/answer/{token}/person/{line.pk}/",
        {"full_name": "Gita Green", "home_school": "100001", "role": "mentor_head"},
    )
    assert answer.status_code == 422
    assert "Names were changed so often by this link" in answer.content.decode()
    assert client.get(f"/answer/{token}/").status_code == 200
    assert (
        PersonName.objects.using("owner").get(person=line.person_id, superseded_at=None).full_name
        != "Gita Green"
    )
    assert client.post(f"/answer/{token}/check/").status_code == 302, "what was saved can be sent"


def test_a_name_that_is_not_sent_is_seen_by_its_respondent_alone(found: Round, client: Client) -> None:
    token = make_token(found)
    _add(client, token)
    (line,) = _lines(found)

    def seen() -> bool:
        with acting(editor()):
            return PersonName.objects.filter(person=line.person_id).exists()

    assert not seen()
    client.post(f"/answer/{token}/check/")
    assert seen()


def test_a_link_that_leaked_cannot_send_without_end(found: Round, client: Client) -> None:
    token = make_token(found)
    _add(client, token)
    for _ in range(12):
        last = client.post(f"/answer/{token}/check/", follow=True)
    assert "10 answers within a day" in last.content.decode()
    assert Sending.objects.using("owner").filter(asked=asked_of(found)).count() == 10


def test_the_name_of_a_line_that_was_erased_is_not_written_again(found: Round, client: Client) -> None:
    token = make_token(found)
    _add(client, token)
    (line,) = _lines(found)
    with acting(why="Erased in a test", using="owner"):
        blank_persons({line.person_id}, "owner")
    with pytest.raises(DatabaseError):
        _as_link(token, f"select leadscape_name_nominee('{line.person_id}', 'Gita Again')")
    _as_link(token, f"update rounds_line set role_text = 'Gita' where id = '{line.pk}'")
    line.refresh_from_db(using="owner")
    assert line.role_text == ""
    assert not PersonName.objects.using("owner").filter(person=line.person_id).exists()


def test_a_name_is_written_with_a_line_or_not_at_all(found: Round, client: Client) -> None:
    token = make_token(found)
    before = Line.objects.using("owner").filter(asked=asked_of(found)).count()
    _as_link(token, "select leadscape_name_nominee(null, 'Somebody New')")
    assert Line.objects.using("owner").filter(asked=asked_of(found)).count() == before + 1
    named = PersonName.objects.using("owner").get(full_name="Somebody New").person_id
    assert Line.objects.using("owner").filter(person=named).exists()


def test_when_it_was_sent_is_for_the_database_to_say(found: Round, client: Client) -> None:
    token = make_token(found)
    _as_link(
        token,
        "insert into rounds_sending (id, asked_id, number, sent_at, has_none)"
        " values (gen_random_uuid(), (select leadscape_linked_asked()), 77, '2006-01-01', true)",
    )
    sending = Sending.objects.using("owner").get(asked=asked_of(found))
    assert sending.number == 1
    assert timezone.localdate(sending.sent_at) == timezone.localdate()
