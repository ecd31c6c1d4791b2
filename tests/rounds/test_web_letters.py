"""Letters of a round over a real mail server: one each, reminders on their days, bounces, opt-out, trouble."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import User
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.models import Job
from leadscape_web.jobs.performing import perform
from leadscape_web.rounds.models import Asked, Letter, Link, Round

from tests.support.jobs import assert_done, run_jobs
from tests.support.mail_server import MailServer
from tests.support.rounds import address_of, asked_of, editor, make_round, make_study, make_token, own_world

pytestmark = pytest.mark.xdist_group("rounds")
NORTH, EAST, NETWORK = address_of("101"), address_of("102"), address_of("N1")


@pytest.fixture(scope="module")
def study(service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    with own_world(service_server, django_db_blocker):
        yield make_study()


@pytest.fixture
def found(study: Any) -> Round:
    cache.clear()
    with acting(why="Former rounds of the tests are over", using="owner"):
        Round.objects.using("owner").update(closed_at=timezone.now())
        Job.objects.using("owner").filter(state="waiting").update(state="cancelled")
    return make_round(study)


@pytest.fixture
def signed_in(study: Any) -> Client:
    client, user = Client(), editor()
    with acting(user):
        client.force_login(
            User.objects.get(pk=user.pk), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
    session = client.session
    session["second_factor"] = True
    session.save()
    return client


def _invite(found: Round) -> dict[str, object]:
    with acting(editor()):
        job = ask_for("rounds.invite", asked_by=editor(), given={"round": str(found.pk)})
    run_jobs()
    return assert_done(job.pk)


def _daily() -> dict[str, object]:
    with acting(using="owner"):
        job = ask_for("rounds.daily", asked_by=None, using="owner")
    run_jobs()
    return assert_done(job.pk)


def _set(found: Round, **given: Any) -> None:
    with acting(why="Time passes in a test", using="owner"):
        Round.objects.using("owner").filter(pk=found.pk).update(**given)


def _asked_days_ago(found: Round, days: int) -> None:
    with acting(why="Time passes in a test", using="owner"):
        Asked.objects.using("owner").filter(round=found).exclude(asked_at=None).update(
            asked_at=timezone.now() - timedelta(days=days)
        )


def test_everybody_gets_one_letter_with_a_link_that_works(found: Round, mail_server: MailServer) -> None:
    assert _invite(found) == {"letters": 3}
    assert _invite(found) == {"letters": 0}
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
    from django.db import connections

    _invite(found)
    token = mail_server.to(NORTH)[0].links[0].rstrip("/").rsplit("/", 1)[1]
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'select count(*) from "{table}" t where t::text like %s', [f"%{token}%"])
            assert cursor.fetchone() == (0,), table


def test_a_killed_worker_sends_again_and_a_finished_one_never(found: Round, mail_server: MailServer) -> None:
    _invite(found)
    letter = Letter.objects.using("owner").filter(asked=asked_of(found)).get()
    job = Job.objects.using("owner").get(given={"letter": str(letter.pk)})
    perform(job.pk)
    assert len(mail_server.to(NORTH)) == 1, "what is done is not done again"
    with acting(editor()):
        twice = ask_for("rounds.letter", asked_by=editor(), given={"letter": str(letter.pk)})
    run_jobs()
    assert assert_done(twice.pk) == {"sent": 0, "already over": 1}
    assert len(mail_server.to(NORTH)) == 1


def test_the_silent_are_reminded_on_the_day_and_counted(found: Round, mail_server: MailServer) -> None:
    today = timezone.localdate()
    _invite(found)
    _set(found, reminders_on=[today, today + timedelta(days=3)])
    assert _daily()["reminders"] == 0, "who was asked today is not reminded today"
    _asked_days_ago(found, 5)
    _set(found, reminders_on=[today - timedelta(days=1), today + timedelta(days=3)])
    token = make_token(found, "102")
    Client().post(f"/answer/{token}/none/")
    run_jobs()
    mail_server.letters.clear()
    assert _daily()["reminders"] == 2
    assert _daily()["reminders"] == 0
    (letter,) = mail_server.to(NORTH)
    assert letter.subject.startswith("Reminder: ")
    assert mail_server.to(EAST) == [], "who answered is not reminded"
    reminded = asked_of(found)
    assert reminded.reminders == 1
    assert timezone.localdate(reminded.reminded_at) == today
    _set(found, reminders_on=[today - timedelta(days=1), today])
    assert _daily()["reminders"] == 2, "the second reminder"
    assert asked_of(found).reminders == 2


def test_after_the_closing_date_nobody_is_reminded(found: Round, mail_server: MailServer) -> None:
    _invite(found)
    _asked_days_ago(found, 5)
    yesterday = timezone.localdate() - timedelta(days=1)
    _set(found, reminders_on=[yesterday], closes_on=yesterday)
    assert _daily() == {"invitations": 0, "reminders": 0, "tried again": 0, "forgotten": 0}


def test_a_round_waits_for_its_opening_date(study: Any, mail_server: MailServer) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    found = make_round(study, opens_on=tomorrow)
    assert _invite(found) == {"letters": 0}
    assert _daily()["invitations"] == 0
    _set(found, opens_on=timezone.localdate())
    assert _daily()["invitations"] == 3
    _set(found, closed_at=timezone.now())


def test_what_the_mail_server_refuses_has_bounced(
    found: Round, mail_server: MailServer, signed_in: Client
) -> None:
    mail_server.refuse(NORTH)
    _invite(found)
    bounced = asked_of(found)
    assert (bounced.bounce, bounced.asked_at) == ("550", None)
    assert bounced.bounced_at
    assert not Link.objects.using("owner").filter(asked=bounced).exists()
    page = signed_in.get(f"/rounds/{found.pk}/").content.decode()
    assert "Bounced" in page
    place = f"/rounds/{found.pk}/respondent/{bounced.pk}/"
    assert "Refused by the mail server (550)" in signed_in.get(place).content.decode()
    signed_in.post(place, {"do": "address", "email": "other@respondents.example"})
    signed_in.post(place, {"do": "link"})
    run_jobs()
    assert len(mail_server.to("other@respondents.example")) == 1
    assert asked_of(found).bounced_at is None


def test_a_bounce_noted_by_hand_stops_letters(
    found: Round, mail_server: MailServer, signed_in: Client
) -> None:
    _invite(found)
    signed_in.post(f"/rounds/{found.pk}/respondent/{asked_of(found).pk}/", {"do": "bounced"})
    assert asked_of(found).bounce == "by hand"
    _asked_days_ago(found, 5)
    _set(found, reminders_on=[timezone.localdate()])
    assert _daily()["reminders"] == 2


def test_trouble_of_the_mail_server_loses_no_letter(
    found: Round, mail_server: MailServer, signed_in: Client
) -> None:
    mail_server.trouble = "451 4.3.0 Try again later"
    _invite(found)
    assert mail_server.letters == []
    assert asked_of(found).bounced_at is None
    assert "did not take 3 letters" in signed_in.get(f"/rounds/{found.pk}/").content.decode()
    mail_server.trouble = ""
    signed_in.post(f"/rounds/{found.pk}/try-again/")
    run_jobs()
    assert len(mail_server.letters) == 3
    assert _daily()["tried again"] == 0


def test_who_wants_no_letters_gets_none(found: Round, mail_server: MailServer) -> None:
    _invite(found)
    stop = mail_server.to(NORTH)[0].link("/stop/").removeprefix("http://testserver")
    Client().post(stop)
    _asked_days_ago(found, 5)
    _set(found, reminders_on=[timezone.localdate()])
    assert _daily()["reminders"] == 2
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
    _invite(found)
    former = mail_server.to(NORTH)[0].links[0].removeprefix("http://testserver")
    place = f"/rounds/{found.pk}/respondent/{asked_of(found).pk}/"
    signed_in.post(place, {"do": "link"})
    assert Client().get(former).status_code == 404, "at once, not when the letter goes"
    run_jobs()
    new = mail_server.to(NORTH)[1].links[0].removeprefix("http://testserver")
    assert Client().get(new).status_code == 200
    signed_in.post(place, {"do": "withdraw"})
    assert Client().get(new).status_code == 404
    assert asked_of(found).withdrawn_at
    _asked_days_ago(found, 5)
    _set(found, reminders_on=[timezone.localdate()])
    _daily()
    assert len(mail_server.to(NORTH)) == 2


def test_addresses_are_in_no_job_no_history_and_no_log(
    found: Round, mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    from leadscape_web.audit.models import Event

    caplog.set_level("DEBUG")
    mail_server.refuse(EAST)
    _invite(found)
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
    _invite(found)
    Client().post(mail_server.to(NORTH)[0].link("/stop/").removeprefix("http://testserver"))
    place = f"/rounds/{found.pk}/respondent/{asked_of(found).pk}/"
    assert "asked for no more letters" in signed_in.post(place, {"do": "link"}, follow=True).content.decode()
    run_jobs()
    assert len(mail_server.to(NORTH)) == 1
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

    from leadscape_web.rounds.models import Contact

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


def test_a_letter_whose_job_came_to_nothing_is_asked_for_again(found: Round, mail_server: MailServer) -> None:
    with acting(editor()):
        job = ask_for("rounds.invite", asked_by=editor(), given={"round": str(found.pk)})
    perform(job.pk)
    with acting(why="Somebody cancels in a test", using="owner"):
        Job.objects.using("owner").filter(kind="rounds.letter", state="waiting").update(state="cancelled")
    assert mail_server.letters == []
    assert _daily()["tried again"] == 3
    assert len(mail_server.letters) == 3


def test_reminders_are_known_by_their_day(found: Round, mail_server: MailServer) -> None:
    today = timezone.localdate()
    earlier, before = today - timedelta(days=4), today - timedelta(days=2)
    _invite(found)
    _asked_days_ago(found, 9)
    _set(found, reminders_on=[before, today])
    assert _daily()["reminders"] == 3
    _set(found, reminders_on=[earlier, before, today])
    assert _daily()["reminders"] == 0, "a day that was forgotten is over"
    _set(found, reminders_on=[before])
    assert _daily()["reminders"] == 3, "nothing was sent for that day"
    _set(found, reminders_on=[today])
    assert _daily()["reminders"] == 0


def test_whoever_has_another_address_after_a_bounce_is_asked_again(
    found: Round, mail_server: MailServer, signed_in: Client
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    mail_server.refuse(NORTH)
    _invite(found)
    text = "respondent_id,respondent_name,kind,email\n101,Northshire,authority,new@respondents.example\n"
    file = SimpleUploadedFile("frame.csv", text.encode())
    signed_in.post(f"/rounds/{found.pk}/who/", {"who": "file", "frame": file})
    assert asked_of(found).bounced_at is None
    assert "Write to 1 new respondent" in signed_in.get(f"/rounds/{found.pk}/").content.decode()
    assert _daily()["invitations"] == 1
    (letter,) = mail_server.to("new@respondents.example")
    assert "Former links" not in letter.text


def test_who_told_us_otherwise_is_not_asked(found: Round, mail_server: MailServer, signed_in: Client) -> None:
    signed_in.post(
        f"/rounds/{found.pk}/respondent/{asked_of(found).pk}/", {"do": "heard", "heard": "refused"}
    )
    assert _invite(found) == {"letters": 2}
    assert mail_server.to(NORTH) == []


def test_a_round_without_addresses_is_started_and_closed(study: Any, signed_in: Client) -> None:
    found = make_round(study, started=False)
    _set_channel(found, "post")
    page = signed_in.get(f"/rounds/{found.pk}/start/").content.decode()
    assert "Start without a letter?" in page
    signed_in.post(f"/rounds/{found.pk}/start/", {"sure": "on"})
    found.refresh_from_db(using="owner")
    assert found.started_at
    assert signed_in.get(f"/rounds/{found.pk}/close/").status_code == 200
    _set(found, closed_at=timezone.now())


def test_a_later_closing_date_keeps_links_alive(found: Round, signed_in: Client) -> None:
    from leadscape_web.rounds.making import change_round

    make_token(found, days=1)
    later = found.closes_on + timedelta(days=30)
    with acting(editor()):
        assert change_round(found, {"closes_on": later}, found.version)
    (link,) = Link.objects.using("owner").filter(asked__round=found)
    assert timezone.localdate(link.expires_at) == later + timedelta(days=found.late_days + 1)


def test_a_confirmation_does_not_ask_for_an_answer(found: Round, mail_server: MailServer) -> None:
    Client().post(f"/answer/{make_token(found)}/none/")
    run_jobs()
    (letter,) = mail_server.to(NORTH)
    assert "Please answer" not in letter.text
    assert "or correct it until" in letter.text


def _set_channel(found: Round, channel: str) -> None:
    with acting(why="A test asks otherwise", using="owner"):
        Asked.objects.using("owner").filter(round=found).update(channel=channel)
