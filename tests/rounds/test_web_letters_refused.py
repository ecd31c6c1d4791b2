"""Letters that a mail server refuses or does not take, and workers that are killed: none is lost, none goes twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.models import Job
from leadscape_web.jobs.performing import perform
from leadscape_web.rounds.models import Asked, Contact, Letter, Link, Round
from leadscape_web.rounds.work import sending

from tests.support.jobs import assert_done, run_jobs
from tests.support.mail_server import MailServer
from tests.support.rounds import (
    address_of,
    asked_days_ago,
    asked_of,
    daily,
    editor,
    invite,
    set_round,
)

NORTH, EAST, NETWORK = address_of("101"), address_of("102"), address_of("N1")


def test_what_the_mail_server_refuses_has_bounced(
    found: Round, mail_server: MailServer, signed_in: Client
) -> None:
    mail_server.refuse(NORTH)
    invite(found)
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
    invite(found)
    signed_in.post(f"/rounds/{found.pk}/respondent/{asked_of(found).pk}/", {"do": "bounced"})
    assert asked_of(found).bounce == "by hand"
    asked_days_ago(found, 5)
    set_round(found, reminders_on=[timezone.localdate()])
    assert daily()["reminders"] == 2


def test_trouble_of_the_mail_server_loses_no_letter(
    found: Round, mail_server: MailServer, signed_in: Client
) -> None:
    mail_server.trouble = "451 4.3.0 Try again later"
    invite(found)
    assert mail_server.letters == []
    assert asked_of(found).bounced_at is None
    assert "did not take 3 letters" in signed_in.get(f"/rounds/{found.pk}/").content.decode()
    mail_server.trouble = ""
    signed_in.post(f"/rounds/{found.pk}/try-again/")
    run_jobs()
    assert len(mail_server.letters) == 3
    assert daily()["tried again"] == 0


def test_a_letter_that_was_not_taken_for_days_is_given_up_and_asked_for_anew(
    found: Round, mail_server: MailServer, signed_in: Client
) -> None:
    mail_server.trouble = "451 4.3.0 Try again later"
    invite(found)
    _wanted_days_ago(found, 6)
    mail_server.trouble = ""
    done = daily()
    assert (done["given up"], done["tried again"], done["invitations"]) == (3, 0, 3)
    assert len(mail_server.letters) == 3, "those that are asked for anew"
    page = signed_in.get(f"/rounds/{found.pk}/respondent/{asked_of(found).pk}/").content.decode()
    assert "Given up: the mail server did not take it for days (451)" in page
    assert "wait" not in signed_in.get(f"/rounds/{found.pk}/").content.decode().partition("Progress")[0]


def _wanted_days_ago(found: Round, days: int) -> None:
    with acting(why="Time passes in a test", using="owner"):
        Letter.objects.using("owner").filter(asked__round=found).update(
            wanted_at=timezone.now() - timedelta(days=days)
        )


def test_letters_stop_when_many_are_refused_in_a_row(
    found: Round, mail_server: MailServer, signed_in: Client
) -> None:
    with acting(why="Many respondents of a test", using="owner"):
        for number in range(12):
            asked = Asked.objects.using("owner").create(
                round=found, respondent=f"M{number}", name=f"Network {number}", kind="network"
            )
            Contact.objects.using("owner").create(asked=asked, email=f"m{number}@respondents.example")
    mail_server.trouble = "554 5.7.1 This sender is not known here"
    assert invite(found) == {"letters": 15}
    found.refresh_from_db(using="owner")
    assert (found.refused_in_a_row, bool(found.halted_at)) == (sending.MOST_REFUSED, True)
    assert not Asked.objects.using("owner").filter(round=found).exclude(bounced_at=None).exists()
    tried = Letter.objects.using("owner").filter(asked__round=found).exclude(tried_at=None)
    assert tried.count() == sending.MOST_REFUSED, "the others were not even tried"
    mail_server.trouble = ""
    assert daily()["tried again"] == 0, "not before an editor has looked"
    page = signed_in.get(f"/rounds/{found.pk}/").content.decode()
    assert "refused 10 letters one after the other" in page
    assert "Send letters again" in page
    signed_in.post(f"/rounds/{found.pk}/try-again/")
    run_jobs()
    assert len(mail_server.letters) == 15
    assert "one after the other" not in signed_in.get(f"/rounds/{found.pk}/").content.decode()


def test_a_letter_that_is_taken_breaks_the_row(found: Round, mail_server: MailServer) -> None:
    mail_server.refuse(NORTH)
    mail_server.refuse(EAST, "450 4.2.0 Busy")
    with acting(why="Refused before in a test", using="owner"):
        Round.objects.using("owner").filter(pk=found.pk).update(refused_in_a_row=sending.MOST_REFUSED - 2)
    invite(found)
    found.refresh_from_db(using="owner")
    assert (found.refused_in_a_row <= 1, found.halted_at) == (True, None), "whichever of them went first"


def test_a_letter_whose_job_came_to_nothing_is_asked_for_again(found: Round, mail_server: MailServer) -> None:
    with acting(editor()):
        job = ask_for("rounds.invite", asked_by=editor(), given={"round": str(found.pk)})
    perform(job.pk)
    with acting(why="Somebody cancels in a test", using="owner"):
        Job.objects.using("owner").filter(kind="rounds.letter", state="waiting").update(state="cancelled")
    assert mail_server.letters == []
    assert daily()["tried again"] == 3
    assert len(mail_server.letters) == 3


def test_whoever_has_another_address_after_a_bounce_is_asked_again(
    found: Round, mail_server: MailServer, signed_in: Client
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    mail_server.refuse(NORTH)
    invite(found)
    text = "respondent_id,respondent_name,kind,email\n101,Northshire,authority,new@respondents.example\n"
    file = SimpleUploadedFile("frame.csv", text.encode())
    signed_in.post(f"/rounds/{found.pk}/who/", {"who": "file", "frame": file})
    assert asked_of(found).bounced_at is None
    assert "Write to 1 new respondent" in signed_in.get(f"/rounds/{found.pk}/").content.decode()
    assert daily()["invitations"] == 1
    (letter,) = mail_server.to("new@respondents.example")
    assert "Former links" not in letter.text


class _Killed(BaseException):
    """As if the process were gone: nothing that the job would still do is done."""


def test_a_worker_killed_after_sending_sends_again_with_a_link_that_works(
    found: Round, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise _Killed

    with acting(editor()):
        ask_for("rounds.invite", asked_by=editor(), given={"round": str(found.pk)})
    perform(Job.objects.using("owner").get(kind="rounds.invite", state="waiting").pk)
    letter = Letter.objects.using("owner").filter(asked=asked_of(found)).get()
    job = Job.objects.using("owner").get(given={"letter": str(letter.pk)})
    with monkeypatch.context() as patch:
        patch.setattr(sending, "_note_sent", killed)
        with pytest.raises(_Killed):
            perform(job.pk)
    letter.refresh_from_db(using="owner")
    assert letter.sent_at is None, "nothing of it is kept"
    perform(job.pk)
    assert assert_done(job.pk) == {"sent": 1}
    first, second = (one.links[0].removeprefix("http://testserver") for one in mail_server.to(NORTH))
    assert Client().get(first).status_code == 404, "what was not kept opens nothing"
    assert Client().get(second).status_code == 200
    assert asked_of(found).asked_at


def test_a_letter_that_was_sent_is_never_sent_again(found: Round, mail_server: MailServer) -> None:
    invite(found)
    letter = Letter.objects.using("owner").filter(asked=asked_of(found)).get()
    job = Job.objects.using("owner").get(given={"letter": str(letter.pk)})
    perform(job.pk)
    assert len(mail_server.to(NORTH)) == 1, "what is done is not done again"
    with acting(editor()):
        twice = ask_for("rounds.letter", asked_by=editor(), given={"letter": str(letter.pk)})
    run_jobs()
    assert assert_done(twice.pk) == {"sent": 0, "already over": 1}
    assert len(mail_server.to(NORTH)) == 1
