"""Letters of a round over a real mail server: one each, reminders on their days, opt-out, who is asked."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import User
from leadscape_web.jobs.models import Job
from leadscape_web.rounds.making import add_respondents
from leadscape_web.rounds.models import Asked, Contact, Link, Round

from tests.support.jobs import run_jobs
from tests.support.mail_server import MailServer
from tests.support.rounds import (
    address_of,
    asked_days_ago,
    asked_of,
    daily,
    editor,
    invite,
    make_round,
    make_token,
    set_round,
)

NORTH, EAST, NETWORK = address_of("101"), address_of("102"), address_of("N1")


def test_everybody_gets_one_letter_with_a_link_that_works(found: Round, mail_server: MailServer) -> None:
    assert invite(found) == {"letters": 3}
    assert invite(found) == {"letters": 0}
    subjects = Job.objects.using("owner").filter(kind="rounds.letter").values_list("subject", flat=True)
    assert found.title in subjects, "a list of jobs says which round each letter is of"
    assert sorted(to for letter in mail_server.letters for to in letter.recipients) == [NORTH, EAST, NETWORK]
    (letter,) = mail_server.to(NORTH)
    assert letter.subject == "Who leads beyond their own school?"
    assert "Please name them." in letter.text
    stop, link = letter.link("/stop/"), next(one for one in letter.links if "/stop/" not in one)
    assert str(letter.message["List-Unsubscribe"]).strip() == f"<{stop}>"
    answer = Client().get(link.removeprefix("http://testserver"))
    assert "The answer of Northshire" in answer.content.decode()
    assert len(link.rstrip("/").rsplit("/", 1)[1]) >= 43, "256 bits"
    assert asked_of(found).asked_at
    tokens = {one.links[0] for one in mail_server.letters}
    assert len(tokens) == 3


def test_only_the_hash_of_a_link_is_kept(found: Round, mail_server: MailServer) -> None:
    invite(found)
    token = mail_server.to(NORTH)[0].links[0].rstrip("/").rsplit("/", 1)[1]
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'select count(*) from "{table}" t where t::text like %s', [f"%{token}%"])
            assert cursor.fetchone() == (0,), table


def test_the_silent_are_reminded_on_the_day_and_counted(found: Round, mail_server: MailServer) -> None:
    today = timezone.localdate()
    invite(found)
    set_round(found, reminders_on=[today, today + timedelta(days=3)])
    assert daily()["reminders"] == 0, "who was asked today is not reminded today"
    asked_days_ago(found, 5)
    set_round(found, reminders_on=[today - timedelta(days=1), today + timedelta(days=3)])
    token = make_token(found, "102")
    Client().post(f"/answer/{token}/none/")
    run_jobs()
    mail_server.letters.clear()
    assert daily()["reminders"] == 2
    assert daily()["reminders"] == 0
    (letter,) = mail_server.to(NORTH)
    assert letter.subject.startswith("Reminder: ")
    assert mail_server.to(EAST) == [], "who answered is not reminded"
    reminded = asked_of(found)
    assert reminded.reminders == 1
    assert timezone.localdate(reminded.reminded_at) == today
    set_round(found, reminders_on=[today - timedelta(days=1), today])
    assert daily()["reminders"] == 2, "the second reminder"
    assert asked_of(found).reminders == 2


def test_after_the_closing_date_nobody_is_reminded(found: Round, mail_server: MailServer) -> None:
    invite(found)
    asked_days_ago(found, 5)
    yesterday = timezone.localdate() - timedelta(days=1)
    set_round(found, reminders_on=[yesterday], closes_on=yesterday)
    assert daily() == {"invitations": 0, "reminders": 0, "given up": 0, "tried again": 0, "forgotten": 0}


def test_a_round_waits_for_its_opening_date(study: Any, mail_server: MailServer) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    found = make_round(study, opens_on=tomorrow)
    assert invite(found) == {"letters": 0}
    assert daily()["invitations"] == 0
    set_round(found, opens_on=timezone.localdate())
    assert daily()["invitations"] == 3
    set_round(found, closed_at=timezone.now())


def test_who_wants_no_letters_gets_none(found: Round, mail_server: MailServer) -> None:
    invite(found)
    stop = mail_server.to(NORTH)[0].link("/stop/").removeprefix("http://testserver")
    Client().post(stop)
    asked_days_ago(found, 5)
    set_round(found, reminders_on=[timezone.localdate()])
    assert daily()["reminders"] == 2
    Client().post(stop.replace("/stop/", "/none/"))
    run_jobs()
    assert len(mail_server.to(NORTH)) == 1, "not even a confirmation"
    assert asked_of(found).has_none


def test_an_answer_is_confirmed_without_naming_anybody(found: Round, mail_server: MailServer) -> None:
    token = make_token(found)
    client = Client()
    given = {"full_name": "Gita Gorse", "home_school": "100001", "role": "consultant_leader"}
    client.post(f"/answer/{token}/add/", given)
    client.post(f"/answer/{token}/check/")
    client.post(f"/answer/{token}/check/")
    run_jobs()
    first, second = mail_server.to(NORTH)
    assert first.subject.startswith("Received: ")
    assert "takes the place" in second.text
    assert "Gorse" not in first.text + second.text
    link = second.links[0].removeprefix("http://testserver")
    assert "Gita Gorse" in client.get(link).content.decode()


def test_a_link_issued_again_ends_all_former_ones(
    found: Round, mail_server: MailServer, signed_in: Client
) -> None:
    invite(found)
    former = mail_server.to(NORTH)[0].links[0].removeprefix("http://testserver")
    place = f"/rounds/{found.pk}/respondent/{asked_of(found).pk}/"
    signed_in.post(place, {"do": "link"})
    assert Client().get(former).status_code == 404, "at once, not when the letter goes"
    run_jobs()
    new = mail_server.to(NORTH)[1].links[0].removeprefix("http://testserver")
    assert Client().get(new).status_code == 200
    unsure = signed_in.post(place, {"do": "withdraw"})
    assert unsure.status_code == 422
    assert "Tick “Yes, take this respondent out of the round”" in unsure.content.decode()
    assert Client().get(new).status_code == 200, "one click takes nobody out"
    signed_in.post(place, {"do": "withdraw", "sure": "on"})
    assert Client().get(new).status_code == 404
    assert asked_of(found).withdrawn_at
    asked_days_ago(found, 5)
    set_round(found, reminders_on=[timezone.localdate()])
    daily()
    assert len(mail_server.to(NORTH)) == 2


def test_with_another_address_every_link_ends_and_a_new_one_goes_out(
    found: Round, mail_server: MailServer, signed_in: Client
) -> None:
    """The first letter went to a stranger, who must not read or change the answer of the office."""
    invite(found)
    stranger = mail_server.to(NORTH)[0].links[0].removeprefix("http://testserver")
    place = f"/rounds/{found.pk}/respondent/{asked_of(found).pk}/"
    assert "every link sent before ends" in " ".join(signed_in.get(place).content.decode().split())

    def change(email: str) -> str:
        answer = signed_in.post(place, {"do": "address", "email": email}, follow=True)
        return " ".join(answer.content.decode().split())

    assert "That was the address already" in change(NORTH.upper())
    assert Client().get(stranger).status_code == 200
    assert "A new link goes out by letter" in change("office@north.example")
    assert Client().get(stranger).status_code == 404
    assert Client().post(f"{stranger}none/").status_code == 404
    run_jobs()
    (letter,) = mail_server.to("office@north.example")
    assert "Former links do not work any more" in letter.text
    link = letter.links[0].removeprefix("http://testserver")
    assert Client().get(link).status_code == 200
    said = change("")
    assert "Every link sent to a former address has ended" in said
    assert "A new link goes out" not in said
    assert Client().get(link).status_code == 404
    assert "A new link goes out by letter" in change("again@north.example"), "they had one once"
    run_jobs()
    assert len(mail_server.to("again@north.example")) == 1
    Client().post(mail_server.to("again@north.example")[0].link("/stop/").removeprefix("http://testserver"))
    assert "A new link goes out" not in change("third@north.example"), "they want no letters"


def test_an_address_from_a_file_ends_links_too(
    found: Round, mail_server: MailServer, signed_in: Client
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    invite(found)
    former = {to: mail_server.to(to)[0].links[0].removeprefix("http://testserver") for to in (NORTH, EAST)}
    text = (
        "respondent_id,respondent_name,kind,email\n101,Northshire,authority,new@north.example\n"
        f"102,Eastvale,authority,{EAST}\nX1,A network,network,x1@networks.example\n"
    )
    answer = signed_in.post(
        f"/rounds/{found.pk}/who/",
        {"who": "file", "frame": SimpleUploadedFile("frame.csv", text.encode())},
        follow=True,
    )
    said = " ".join(answer.content.decode().split())
    assert "1 respondent added. 1 who had a link has another address now" in said
    assert Client().get(former[NORTH]).status_code == 404
    assert Client().get(former[EAST]).status_code == 200
    run_jobs()
    assert len(mail_server.to("new@north.example")) == 1
    assert (len(mail_server.to(EAST)), len(mail_server.to("x1@networks.example"))) == (1, 0)


@pytest.mark.parametrize("do", ["link", "withdraw", "address"])
def test_a_link_that_is_being_sent_ends_with_the_others(
    found: Round, mail_server: MailServer, signed_in: Client, monkeypatch: pytest.MonkeyPatch, do: str
) -> None:
    """Whoever ends links waits for a letter that the mail server has, and whose link is not kept yet."""
    from leadscape_web.rounds.work import sending

    taken, go_on = threading.Event(), threading.Event()
    real = sending.hand_over

    def slowly(*given: Any) -> None:
        real(*given)
        if given[2] == NORTH:
            taken.set()
            go_on.wait(10)

    monkeypatch.setattr(sending, "hand_over", slowly)
    place = f"/rounds/{found.pk}/respondent/{asked_of(found).pk}/"
    given = {"do": do, **({"email": "office@north.example"} if do == "address" else {"sure": "on"})}
    letters = threading.Thread(target=_closing, args=[lambda: invite(found)])
    letters.start()
    assert taken.wait(10)
    ending = threading.Thread(target=_closing, args=[lambda: signed_in.post(place, given)])
    ending.start()
    _until_somebody_waits()
    go_on.set()
    letters.join()
    ending.join()
    link = mail_server.to(NORTH)[0].links[0].removeprefix("http://testserver")
    assert Client().get(link).status_code == 404
    assert (
        not Link.objects.using("owner").filter(asked=asked_of(found), ended_at=None).exists()
        or do != "withdraw"
    )


def test_addresses_are_in_no_job_no_history_and_no_log(
    found: Round, mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    from leadscape_web.audit.models import Event

    caplog.set_level("DEBUG")
    mail_server.refuse(EAST)
    invite(found)
    jobs = "\n".join(
        f"{job.given} {job.subject} {job.result} {job.problem}" for job in Job.objects.using("owner").all()
    )
    history = "\n".join(f"{e.before} {e.after} {e.why}" for e in Event.objects.using("owner").all())
    ours = [record for record in caplog.records if record.name != "mail.log"]
    logged = "\n".join(f"{record.getMessage()} {record.__dict__.get('fields', '')}" for record in ours)
    for text in (jobs, history, logged):
        assert "@respondents.example" not in text
        assert "/answer/" not in text


def test_no_link_is_issued_again_to_who_wants_no_letters(
    found: Round, mail_server: MailServer, signed_in: Client
) -> None:
    invite(found)
    Client().post(mail_server.to(NORTH)[0].link("/stop/").removeprefix("http://testserver"))
    place = f"/rounds/{found.pk}/respondent/{asked_of(found).pk}/"
    assert "asked for no more letters" in signed_in.post(place, {"do": "link"}, follow=True).content.decode()
    run_jobs()
    assert len(mail_server.to(NORTH)) == 1
    said = signed_in.post(place, {"do": "link"}, follow=True).content.decode()
    assert "govuk-notification-banner--success" not in said, "nothing was done"
    signed_in.post(place, {"do": "wish"})
    signed_in.post(place, {"do": "link"})
    run_jobs()
    assert len(mail_server.to(NORTH)) == 2


def test_pages_of_editors_ask_the_database_few_questions(found: Round, signed_in: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with acting(why="Many respondents of a test", using="owner"):
        Asked.objects.using("owner").bulk_create(
            Asked(round=found, respondent=f"M{n}", name=f"Network {n}", kind="network") for n in range(500)
        )
    with CaptureQueriesContext(connection) as asked:
        page = signed_in.get(f"/rounds/{found.pk}/")
    assert page.status_code == 200
    assert len(asked) <= 20


def test_only_editors_of_the_nation_see_rounds(found: Round) -> None:
    with acting(User.objects.using("owner").get(email="authority.editor@leadscape.example")):
        assert not Round.objects.exists()
        assert not Asked.objects.exists()
    with acting(editor()):
        assert Asked.objects.filter(round=found).count() == 3


def test_a_frame_is_brought_with_addresses_and_every_problem_is_told(found: Round, signed_in: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    def bring(text: str) -> str:
        file = SimpleUploadedFile("frame.csv", text.encode())
        answer = signed_in.post(f"/rounds/{found.pk}/who/", {"who": "file", "frame": file}, follow=True)
        return answer.content.decode()

    head = "respondent_id,respondent_name,kind,email\n"
    said = bring(f"{head}X1,A network,network,not an address\nX2,Another,nonsense,\n")
    assert "nonsense" in said
    assert "Must be one e-mail address" in bring(f"{head}X1,A network,network,not an address\n")
    assert not Asked.objects.using("owner").filter(round=found, respondent="X1").exists()
    assert "1 respondent added" in bring(
        f"{head}X1,A network,network,X1@Networks.example\n101,Northshire,authority,new@north.example\n"
    )
    held = Contact.objects.using("owner").filter(asked__round=found, ended_at=None)
    assert dict(held.values_list("asked__respondent", "email")) == {
        "101": "new@north.example", "102": EAST, "N1": NETWORK, "X1": "x1@networks.example",
    }  # fmt: skip


def test_two_editors_who_add_the_same_respondents_wait_for_each_other(found: Round) -> None:
    frame = pl.DataFrame(
        [{"respondent_id": "X9", "respondent_name": "A network", "kind": "network", "authority_code": None,
          "region": None, "channel": None, "email": "x9@networks.example"}]
    )  # fmt: skip
    added, waiting = threading.Event(), threading.Event()
    new: dict[str, int] = {}

    def first() -> None:
        with acting(editor()):
            new["first"] = add_respondents(found, frame, editor()).new
            added.set()
            waiting.wait(5)

    def second() -> None:
        added.wait(5)
        with acting(editor()):
            new["second"] = add_respondents(found, frame, editor()).new

    threads = [threading.Thread(target=_closing, args=[one]) for one in (first, second)]
    for thread in threads:
        thread.start()
    _until_somebody_waits()
    waiting.set()
    for thread in threads:
        thread.join()
    assert new == {"first": 1, "second": 0}
    assert Contact.objects.using("owner").filter(asked__round=found, email="x9@networks.example").count() == 1


def _closing(do: Any) -> None:
    try:
        do()
    finally:
        connections.close_all()


def _until_somebody_waits() -> None:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        with connections["owner"].cursor() as cursor:
            cursor.execute("select count(*) from pg_locks where not granted")
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.02)


def test_reminders_are_known_by_their_day(found: Round, mail_server: MailServer) -> None:
    today = timezone.localdate()
    earlier, before = today - timedelta(days=4), today - timedelta(days=2)
    invite(found)
    asked_days_ago(found, 9)
    set_round(found, reminders_on=[before, today])
    assert daily()["reminders"] == 3
    set_round(found, reminders_on=[earlier, before, today])
    assert daily()["reminders"] == 0, "a day that was forgotten is over"
    set_round(found, reminders_on=[before])
    assert daily()["reminders"] == 3, "nothing was sent for that day"
    set_round(found, reminders_on=[today])
    assert daily()["reminders"] == 0


def test_who_told_us_otherwise_is_not_asked(found: Round, mail_server: MailServer, signed_in: Client) -> None:
    signed_in.post(
        f"/rounds/{found.pk}/respondent/{asked_of(found).pk}/", {"do": "heard", "heard": "refused"}
    )
    assert invite(found) == {"letters": 2}
    assert mail_server.to(NORTH) == []


def test_what_came_by_post_is_noted_after_closing_and_nothing_else_is_done(
    found: Round, signed_in: Client
) -> None:
    set_round(found, closed_at=timezone.now())
    place = f"/rounds/{found.pk}/respondent/{asked_of(found).pk}/"
    assert "What you can still note" in signed_in.get(place).content.decode()
    said = signed_in.post(place, {"do": "heard", "heard": "none"}, follow=True).content.decode()
    assert "It counts once the round is counted again." in said
    assert asked_of(found).heard == "none"
    for do in ("address", "link", "withdraw", "bounced", "wish"):
        said = signed_in.post(place, {"do": do, "email": "x@x.example"}, follow=True).content.decode()
        assert "The round is closed, so nothing was changed." in said, do
    held = asked_of(found)
    assert (held.withdrawn_at, held.bounced_at) == (None, None)


def test_a_round_without_addresses_is_started_and_closed(study: Any, signed_in: Client) -> None:
    found = make_round(study, started=False)
    _set_channel(found, "post")
    page = signed_in.get(f"/rounds/{found.pk}/start/").content.decode()
    assert "Start without a letter?" in page
    signed_in.post(f"/rounds/{found.pk}/start/", {"sure": "on"})
    found.refresh_from_db(using="owner")
    assert found.started_at
    assert signed_in.get(f"/rounds/{found.pk}/close/").status_code == 200
    set_round(found, closed_at=timezone.now())


def test_a_later_closing_date_keeps_links_alive(found: Round, signed_in: Client) -> None:
    from leadscape_web.rounds.making import change_round

    make_token(found, days=1)
    later = found.closes_on + timedelta(days=30)
    with acting(editor()):
        assert change_round(found, {"closes_on": later}, found.version)
    (link,) = Link.objects.using("owner").filter(asked__round=found)
    assert timezone.localdate(link.expires_at) == later + timedelta(days=found.late_days + 1)


@pytest.mark.parametrize("version", ["²", "9" * 5000, "99999999999", ""])
def test_a_version_that_no_round_has_changes_nothing(found: Round, signed_in: Client, version: str) -> None:
    given = {name: getattr(found, name) for name in ("title", "subject", "letter", "purpose", "contact")}
    day = found.closes_on
    answer = signed_in.post(
        f"/rounds/{found.pk}/change/",
        {**given, "late_days": "1", "closes_on-day": day.day, "closes_on-month": day.month,
         "closes_on-year": day.year, "version": version},
    )  # fmt: skip
    assert answer.status_code == 422
    assert "Somebody else changed the round meanwhile" in answer.content.decode()


def test_a_confirmation_does_not_ask_for_an_answer(found: Round, mail_server: MailServer) -> None:
    Client().post(f"/answer/{make_token(found)}/none/")
    run_jobs()
    (letter,) = mail_server.to(NORTH)
    assert "Please answer" not in letter.text
    assert "or correct it until" in letter.text


def _set_channel(found: Round, channel: str) -> None:
    with acting(why="A test asks otherwise", using="owner"):
        Asked.objects.using("owner").filter(round=found).update(channel=channel)
