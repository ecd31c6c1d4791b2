"""Notices: who is owed one, how it reaches the person, what becomes of its link."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.links import hash_of
from leadscape_web.accounts.models import User
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.models import Job
from leadscape_web.jobs.performing import perform
from leadscape_web.privacy.models import Address, Notice
from leadscape_web.privacy.notices import NEVER_TAKEN, TRIED, hold_notices, send_by_email
from leadscape_web.survey.models import Leader, Wave

from tests.privacy.conftest import alice, end_bases
from tests.support.jobs import assert_done, run_jobs
from tests.support.mail_server import MailServer

SignedIn = Callable[[str], Any]


def _address(client: Any, person: Any, email: str = "alice@school.example") -> None:
    answer = client.post(f"/data-protection/person/{person}/address/", {"email": email})
    assert answer.status_code == 302


def _token(text: str) -> str:
    found = re.search(r"/my-data/([\w-]+)/", text)
    assert found
    return found.group(1)


def _without_nonce(answer: Any) -> str:
    return re.sub(r'nonce="[^"]*"', "", answer.content.decode())


def _notice() -> Notice:
    return Notice.objects.using("owner").latest("made_at")


def test_whoever_a_wave_names_is_owed_a_notice_until_it_is_sent(signed_in: SignedIn) -> None:
    client, person = signed_in("nation.editor"), alice().person_id
    page = client.get("/data-protection/notices/?state=Owed").content.decode()
    assert all(name in page for name in ("Alice Ash", "Bob Birch", "Charlie Cedar"))
    _address(client, person)
    assert "1 leader of" in client.get("/data-protection/notices/send/").content.decode()
    made = client.post("/data-protection/notices/send/")
    assert made["Location"].startswith("/jobs/")
    assert run_jobs() == [("privacy.send_all", "done"), ("privacy.send_notice", "done")]
    told = client.get(made["Location"]).content.decode()
    assert 'href="/data-protection/notices/"' in told
    assert [letter.to for letter in mail.outbox] == [["alice@school.example"]]
    assert "Alice" not in mail.outbox[0].body + mail.outbox[0].subject
    token = _token(mail.outbox[0].body)
    assert _notice().token_hash == hash_of(token)
    assert token not in str(Job.objects.using("owner").values_list("given", "result"))
    owed = client.get("/data-protection/notices/?state=Owed").content.decode()
    assert "Alice Ash" not in owed
    assert "Bob Birch" in owed


def test_a_notice_to_many_takes_no_more_queries_than_one_to_one(signed_in: SignedIn) -> None:
    client, asked = signed_in("nation.editor"), []
    client.get("/data-protection/notices/send/")
    for many in (1, 3):
        everybody = Leader.objects.using("owner").order_by("key").values_list("person_id", flat=True)
        for number, person in enumerate(everybody[:many]):
            _address(client, person, f"leader.{number}.{many}@school.example")
        with acting(why="All are owed one again", using="owner"):
            Notice.objects.using("owner").update(ended_at=timezone.now(), token_hash=None)
        client.post("/data-protection/notices/send/")
        with CaptureQueriesContext(connections["owner"]) as caught:
            perform(Job.objects.using("owner").get(state=Job.State.WAITING, kind="privacy.send_all").pk)
        asked.append(len(caught))
        waiting = Job.objects.using("owner").filter(state=Job.State.WAITING, kind="privacy.send_notice")
        assert waiting.count() == many
        assert all(job.given["patient"] for job in waiting), "a letter to one person goes first"
        run_jobs()
    assert asked[0] == asked[1]
    assert len(mail.outbox) == 4


def test_two_who_send_to_everybody_tell_nobody_twice(signed_in: SignedIn) -> None:
    person = alice().person_id
    _address(signed_in("nation.editor"), person)
    for who in ("nation.editor", "nation.editor", "authority.editor"):
        assert signed_in(who).post("/data-protection/notices/send/").status_code == 302
    run_jobs()
    jobs = Job.objects.using("owner").filter(kind="privacy.send_all").order_by("asked_at")
    assert [job.result["notices"] for job in jobs] == [1, 0, 0]
    assert Notice.objects.using("owner").filter(ended_at=None).count() == 1
    assert len(mail.outbox) == 1


def test_the_job_tells_only_whom_its_asker_answers_for(signed_in: SignedIn) -> None:
    """It is performed by the owner role, which would see everybody."""
    nation, area = signed_in("nation.editor"), signed_in("authority.editor")
    everybody = Leader.objects.using("owner").order_by("key").values_list("person_id", flat=True)
    for number, person in enumerate(everybody):
        _address(nation, person, f"leader.{number}@school.example")
    theirs = re.search(r"(\d+) leaders? of", area.get("/data-protection/notices/send/").content.decode())
    area.post("/data-protection/notices/send/")
    run_jobs()
    assert theirs
    told = Notice.objects.using("owner").values_list("person_id", flat=True)
    assert 0 < len(told) == int(theirs.group(1)) < len(everybody)
    editor = User.objects.using("owner").get(email="authority.editor@leadscape.example")
    with acting(editor), connections["default"].cursor() as cursor:
        cursor.execute("select bool_and(leadscape_answers_for(p)) from unnest(%s::uuid[]) p", [list(told)])
        assert cursor.fetchone() == (True,)


def test_a_notice_to_one_while_those_to_everybody_are_made_meets_a_sentence(signed_in: SignedIn) -> None:
    client, person = signed_in("nation.editor"), alice().person_id
    _address(client, person)
    client.raise_request_exception = False
    with acting(using="owner", why="Notices to everybody"):
        hold_notices("owner")
        for way in ("send", "letter"):
            answer = client.post(f"/data-protection/person/{person}/{way}/")
            assert answer.status_code == 400
            assert "are being made at this moment" in answer.content.decode()
    assert not Notice.objects.using("owner").exists()
    assert client.post(f"/data-protection/person/{person}/send/").status_code == 302


def test_two_who_tell_one_person_at_once_wait_for_each_other(signed_in: SignedIn) -> None:
    client, person = signed_in("nation.editor"), alice().person_id
    _address(client, person)
    editor = User.objects.using("owner").get(email="nation.editor@leadscape.example")
    answers: list[int] = []

    def second() -> None:
        try:
            answers.append(client.post(f"/data-protection/person/{person}/send/").status_code)
        finally:
            connections.close_all()

    thread = threading.Thread(target=second)
    with acting(editor):
        wave = Wave.objects.get(superseded_at=None)
        editor = User.objects.get(pk=editor.pk)
        assert send_by_email(person, wave, editor, "http://testserver/")
        thread.start()
        thread.join(0.5)
        assert thread.is_alive(), "it waits"
    thread.join(10)
    assert answers == [302]
    made = Notice.objects.using("owner").filter(person=person)
    assert (made.count(), made.filter(ended_at=None).count()) == (2, 1)


def test_the_link_opens_and_that_is_noted_once(signed_in: SignedIn) -> None:
    client, person = signed_in("nation.editor"), alice().person_id
    _address(client, person)
    client.post(f"/data-protection/person/{person}/send/")
    run_jobs()
    token = _token(mail.outbox[-1].body)
    assert _notice().opened_at is None
    assert signed_in("").head(f"/my-data/{token}/").status_code == 200
    assert _notice().opened_at is None
    assert signed_in("").get(f"/my-data/{token}/").status_code == 200
    first = _notice().opened_at
    assert first is not None
    signed_in("").get(f"/my-data/{token}/")
    assert _notice().opened_at == first


def test_made_again_the_former_link_is_dead(signed_in: SignedIn) -> None:
    client, person = signed_in("nation.editor"), alice().person_id
    _address(client, person)
    for _ in range(2):
        client.post(f"/data-protection/person/{person}/send/")
        run_jobs()
    former, latest = (_token(letter.body) for letter in mail.outbox[-2:])
    assert signed_in("").get(f"/my-data/{former}/").status_code == 404
    assert signed_in("").get(f"/my-data/{latest}/").status_code == 200


def test_whoever_has_no_address_gets_a_letter_with_the_link(signed_in: SignedIn) -> None:
    client, person = signed_in("nation.editor"), alice().person_id
    client.post(f"/data-protection/person/{person}/send/")
    assert run_jobs() == []
    letter = client.post(f"/data-protection/person/{person}/letter/")
    text = letter.content.decode()
    assert letter["Cache-Control"] == "no-store"
    assert "Alice Ash" in text
    assert "Ashgrove Primary School" in text
    assert signed_in("").get(f"/my-data/{_token(text)}/").status_code == 200
    assert _notice().channel == "letter"


def _daily() -> dict[str, object]:
    with acting(using="owner"):
        job = ask_for("privacy.send_again", asked_by=None, using="owner")
    run_jobs()
    return assert_done(job.pk)


def test_an_address_that_does_not_exist_is_used_no_more(signed_in: SignedIn, mail_server: MailServer) -> None:
    client, person = signed_in("nation.editor"), alice().person_id
    _address(client, person)
    mail_server.refuse("alice@school.example")
    client.post(f"/data-protection/person/{person}/send/")
    assert run_jobs() == [("privacy.send_notice", "done")]
    notice = _notice()
    assert notice.bounced_at
    assert (notice.token_hash, notice.sent_at) == (None, None)
    assert not Address.objects.using("owner").filter(ended_at=None).exists()
    assert "Came back" in client.get("/data-protection/notices/").content.decode()


@pytest.mark.parametrize(
    "answer", ["451 4.7.1 Greylisted, come back later", "554 5.7.1 We take no mail from you", "away"]
)
def test_what_the_mail_server_does_not_take_for_now_ends_no_address(
    answer: str, signed_in: SignedIn, mail_server: MailServer, settings: Any
) -> None:
    client, person = signed_in("nation.editor"), alice().person_id
    _address(client, person)
    port = settings.EMAIL_PORT
    if answer == "away":
        settings.EMAIL_PORT = 1
    else:
        mail_server.trouble = answer
    client.post(f"/data-protection/person/{person}/send/")
    assert run_jobs() == [("privacy.send_notice", "done")]
    notice = _notice()
    assert notice.tried_at
    assert (notice.bounced_at, notice.token_hash, notice.sent_at) == (None, None, None)
    assert Address.objects.using("owner").filter(ended_at=None).exists()
    assert TRIED in client.get("/data-protection/notices/").content.decode()
    assert _daily() == {"tried again": 1, "given up": 0}
    mail_server.trouble, settings.EMAIL_PORT = "", port
    assert _daily() == {"tried again": 1, "given up": 0}
    (letter,) = mail_server.to("alice@school.example")
    assert signed_in("").get(f"/my-data/{_token(letter.text)}/").status_code == 200
    assert _daily() == {"tried again": 0, "given up": 0}
    assert len(mail_server.letters) == 1


def test_a_notice_that_is_never_taken_is_owed_again(signed_in: SignedIn, mail_server: MailServer) -> None:
    client, person = signed_in("nation.editor"), alice().person_id
    _address(client, person)
    mail_server.trouble = "451 4.3.0 Try again later"
    client.post(f"/data-protection/person/{person}/send/")
    run_jobs()
    with acting(why="Days pass", using="owner"):
        Notice.objects.using("owner").update(made_at=timezone.now() - timedelta(days=6))
    assert _daily() == {"tried again": 0, "given up": 1}
    assert NEVER_TAKEN in client.get("/data-protection/notices/").content.decode()
    assert "1 leader of" in client.get("/data-protection/notices/send/").content.decode()


def test_what_was_cancelled_is_not_sent_after_all(signed_in: SignedIn, mail_server: MailServer) -> None:
    client, person = signed_in("nation.editor"), alice().person_id
    _address(client, person)
    client.post(f"/data-protection/person/{person}/send/")
    client.post(f"/jobs/{Job.objects.using('owner').get().pk}/cancel/")
    assert run_jobs() == []
    assert Job.objects.using("owner").get().state == "cancelled"
    assert _daily() == {"tried again": 0, "given up": 1}
    assert mail_server.letters == []


def test_another_editor_tries_again_if_they_answer_for_the_person(
    signed_in: SignedIn, mail_server: MailServer
) -> None:
    client, person = signed_in("nation.editor"), alice().person_id
    bob = Leader.objects.using("owner").get(key="leader-bob").person_id
    users = {one.email: one for one in User.objects.using("owner").all()}
    area = users["authority.editor@leadscape.example"]
    for one, state in ((person, "done"), (bob, "failed")):
        _address(client, one, f"{one}@school.example")
        mail_server.trouble = "451 4.3.0 Try again later"
        client.post(f"/data-protection/person/{one}/send/")
        run_jobs()
        mail_server.trouble = ""
        given = Job.objects.using("owner").latest("asked_at").given
        with acting(area):
            ask_for("privacy.send_notice", asked_by=area, given=given)
        assert run_jobs() == [("privacy.send_notice", state)]
        assert bool(mail_server.to(f"{one}@school.example")) is (state == "done")


def test_a_notice_that_came_back_is_owed_again(signed_in: SignedIn) -> None:
    client, person = signed_in("nation.editor"), alice().person_id
    _address(client, person)
    client.post(f"/data-protection/person/{person}/send/")
    run_jobs()
    token = _token(mail.outbox[-1].body)
    client.post(f"/data-protection/person/{person}/{_notice().pk}/came-back/")
    assert signed_in("").get(f"/my-data/{token}/").status_code == 404
    assert not Address.objects.using("owner").filter(ended_at=None).exists()
    assert "3 cannot" in client.get("/data-protection/notices/send/").content.decode()


def test_a_link_expires(signed_in: SignedIn) -> None:
    from tests.privacy.conftest import link_of

    token = link_of(alice().person_id, expires_at=timezone.now() - timedelta(seconds=1))
    gone = signed_in("").get(f"/my-data/{token}/")
    never = signed_in("").get(f"/my-data/{'x' * 43}/")
    assert gone.status_code == never.status_code == 404
    assert _without_nonce(gone) == _without_nonce(never)
    assert "Expired" in signed_in("nation.editor").get("/data-protection/notices/").content.decode()


def test_links_that_do_not_work_are_counted(signed_in: SignedIn) -> None:
    client = signed_in("")
    answers = [client.get(f"/my-data/{n:043}/").status_code for n in range(60)]
    assert 429 in answers
    assert "Too many links that do not work" in client.get(f"/my-data/{61:043}/").content.decode()


def test_an_editor_of_an_area_tells_people_of_it_only(signed_in: SignedIn) -> None:
    client = signed_in("authority.editor")
    page = client.get("/data-protection/notices/").content.decode()
    assert "Alice Ash" in page
    assert "Bob Birch" not in page
    bob = Leader.objects.using("owner").get(key="leader-bob").person_id
    for path in ("", "address/", "basis/", "held.json", "keep-out/"):
        assert client.get(f"/data-protection/person/{bob}/{path}").status_code == 404
    assert client.post(f"/data-protection/person/{bob}/letter/").status_code == 404
    assert client.get(f"/data-protection/person/{alice().person_id}/erase/").status_code == 403


def test_a_file_of_addresses_is_recorded_whole_or_not_at_all(signed_in: SignedIn) -> None:
    client = signed_in("nation.editor")
    bad = b"leader,email\nleader-alice,alice@school.example\nleader-nobody,x\n"
    answer = client.post("/data-protection/addresses/", {"file": SimpleUploadedFile("a.csv", bad)})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "No leader whom you edit has this key" in page
    assert page.count("The file has 2 mistakes. Nothing was recorded") == 2, "in the summary and at the field"
    assert not Address.objects.using("owner").exists()
    good = b"Leader,Email\nleader-alice,ALICE@school.example\nleader-bob,bob@school.example\n"
    for _ in range(2):
        assert (
            client.post(
                "/data-protection/addresses/", {"file": SimpleUploadedFile("a.csv", good)}
            ).status_code
            == 302
        )
    assert sorted(Address.objects.using("owner").values_list("email", flat=True)) == [
        "alice@school.example", "bob@school.example",
    ]  # fmt: skip
    twice, hollow = b"Leader,leader,email\n1,2,3\n", b"leader,email\nleader-nobody\0,a\0b\n"
    for wrong in (b"a,b\n1,2\n", b"\xff\xfe\x00", b"", twice, hollow):
        assert (
            client.post(
                "/data-protection/addresses/", {"file": SimpleUploadedFile("a.csv", wrong)}
            ).status_code
            == 422
        )
    assert client.post("/data-protection/addresses/").status_code == 422


def test_addresses_are_in_no_history(signed_in: SignedIn) -> None:
    from leadscape_web.audit.models import Event

    _address(signed_in("nation.editor"), alice().person_id)
    events = Event.objects.using("owner").filter(table="privacy_address")
    assert events.exists()
    assert "alice@" not in str(list(events.values_list("before", "after")))


def test_a_study_run_again_tells_nobody_twice(signed_in: SignedIn) -> None:
    from leadscape_web.survey.models import RoleHolding, Wave

    from tests.privacy.conftest import link_of

    link_of(alice().person_id)
    with acting(why="Run again", using="owner"):
        former = Wave.objects.using("owner").get()
        again = Wave.objects.using("owner").get()
        again.pk, again.inputs_sha256 = "6f2e0700-7336-4f16-b7ac-481be38210d6", "d" * 64
        again._state.adding = True
        again.save(using="owner", force_insert=True)
        Wave.objects.using("owner").filter(pk=former.pk).update(superseded_at=timezone.now())
        RoleHolding.objects.using("owner").update(wave=again)
    owed = signed_in("nation.editor").get("/data-protection/notices/?state=Owed").content.decode()
    assert "Alice Ash" not in owed
    assert "Bob Birch" in owed


def _another_wave(title: str, **more: Any) -> Any:
    """A wave beside the first, which counts too."""
    from leadscape_web.survey.models import Wave

    made = Wave.objects.using("owner").order_by("loaded_at").first()
    assert made is not None
    made.pk, made.title, made.inputs_sha256, made.loaded_at = (
        uuid.uuid4(),
        title,
        uuid.uuid4().hex,
        timezone.now(),
    )
    made._state.adding = True
    for name, value in more.items():
        setattr(made, name, value)
    made.save(using="owner", force_insert=True)
    return made


def test_whom_only_an_older_wave_that_counts_names_is_owed_one_too(signed_in: SignedIn) -> None:
    from leadscape_web.survey.models import RoleHolding

    with acting(why="A later round that names Bob alone", using="owner"):
        later = _another_wave("A later round", as_of=timezone.localdate())
        RoleHolding.objects.using("owner").filter(leader__key="leader-bob").update(wave=later)
    client, person = signed_in("nation.editor"), alice().person_id
    page = client.get("/data-protection/notices/?owed=Yes").content.decode()
    assert "Alice Ash" in page
    assert "Bob Birch" in page
    assert "A later round" in page
    _address(client, person)
    client.post("/data-protection/notices/send/")
    run_jobs()
    assert "in “An invented system”" in _letter_text(), "the wave that names her, and not the later"
    assert "A later round" not in _letter_text()
    assert "Alice Ash" not in client.get("/data-protection/notices/?owed=Yes").content.decode()


def _letter_text() -> str:
    return " ".join(mail.outbox[-1].body.split())


def test_a_wave_that_came_after_the_notice_is_told_of_and_one_before_it_is_not_again(
    signed_in: SignedIn,
) -> None:
    from leadscape_web.survey.models import RoleHolding

    from tests.privacy.conftest import link_of

    person = alice().person_id
    with acting(why="A round of the same date, named by both", using="owner"):
        beside = _another_wave("A round beside it")
        held = RoleHolding.objects.using("owner").filter(person=person)[0]
        held.pk, held.wave_id, held.key = uuid.uuid4(), beside.pk, "beside"
        held.started_on, held.ended_on = date(1996, 9, 1), date(1999, 8, 31)
        held._state.adding = True
        held.save(using="owner", force_insert=True)
    client = signed_in("nation.editor")
    link_of(person, wave=beside)
    owed = "/data-protection/notices/?owed=Yes"
    assert "Alice Ash" not in client.get(owed).content.decode(), "one notice tells everything that is held"
    assert "Bob Birch" in client.get(owed).content.decode()
    with acting(why="An older round, loaded later", using="owner"):
        older = _another_wave("An older round", as_of="1999-06-30")
        RoleHolding.objects.using("owner").filter(pk=held.pk).update(wave=older)
    assert "Alice Ash" in client.get(owed).content.decode()
    former = _notice()
    client.post(f"/data-protection/person/{person}/letter/")
    former.refresh_from_db(using="owner")
    assert former.ended_at is not None, "one link at a time, whichever wave it belongs to"
    assert "Alice Ash" not in client.get(owed).content.decode()


def test_each_wave_that_counts_has_a_basis_of_its_own(signed_in: SignedIn) -> None:
    end_bases()
    with acting(why="A later round", using="owner"):
        later = _another_wave("A later round", as_of=timezone.localdate())
    client = signed_in("nation.editor")
    given = {"basis": "public_task", "explained": "The duty of the nation to know its leaders",
             "controller": "The nation", "purpose": "Knowing who leads", "recipients": "Editors"}  # fmt: skip
    assert client.post(f"/data-protection/basis/record/?wave={later.pk}", given).status_code == 302
    page = client.get("/data-protection/basis/").content.decode()
    assert "Nobody recorded the basis of “An invented system”" in page
    assert "Nobody recorded the basis of “A later round”" not in page
    assert client.get(f"/data-protection/basis/record/?wave={uuid.uuid4()}").status_code == 404
    person = client.get(f"/data-protection/person/{alice().person_id}/").content.decode()
    assert "Nobody recorded one" in person, "the wave that names her has none"


def test_an_address_that_a_respondent_typed_replaces_none(committed: None) -> None:
    from leadscape_web.studies.personal import hand_over_address

    person = alice().person_id

    def current() -> list[str]:
        rows = Address.objects.using("owner").filter(person=person, ended_at=None)
        return list(rows.values_list("email", flat=True))

    def say(email: str, source: str = "round") -> None:
        with acting(why="An address", using="owner"):
            hand_over_address(person, email, source=source, using="owner")

    say("one@x.example")
    assert current() == ["one@x.example"]
    say("two@x.example")
    assert current() == [], "two respondents who differ leave none"
    say("one@x.example")
    assert current() == []
    say("checked@x.example", "editor")
    say("mine@x.example")
    assert current() == ["checked@x.example"]


def test_a_notice_leads_to_this_service_only(signed_in: SignedIn) -> None:
    client, person = signed_in("nation.editor"), alice().person_id
    _address(client, person)
    client.post(f"/data-protection/person/{person}/send/")
    with acting(why="An attack", using="owner"):
        Job.objects.using("owner").update(
            given={"notice": str(_notice().pk), "base": "https://evil.example/"}
        )
    assert run_jobs() == [("privacy.send_notice", "failed")]
    assert mail.outbox == []
    assert _notice().token_hash is None


def test_the_rule_for_many_rows_is_the_rule_for_one_person(committed: None) -> None:
    """Rows of a table are let through for whom a page would let the editor answer for: every person, several users."""
    from leadscape_web.accounts.models import Person

    with acting(why="An address for everybody of a test", using="owner"):
        Address.objects.using("owner").bulk_create(
            Address(person_id=key, email="x@school.example", source="editor")
            for key in Person.objects.using("owner").values_list("pk", flat=True)
        )
        everybody = list(Address.objects.using("owner").values_list("person_id", flat=True))
    seen = {}
    for who in ("nation.editor", "region.editor", "authority.editor", "trust.editor", "nation.reader"):
        with acting(User.objects.using("owner").get(email=f"{who}@leadscape.example")):
            through = set(Address.objects.values_list("person_id", flat=True))
            with connections["default"].cursor() as cursor:
                cursor.execute(
                    "select p from unnest(%s::uuid[]) p where leadscape_answers_for(p)", [everybody]
                )
                assert through == {key for (key,) in cursor.fetchall()}, who
        seen[who] = len(through)
    assert seen["nation.editor"] > seen["region.editor"] > seen["nation.reader"] == 0
