"""My data by a signed link: what is held and who said it, correct, object; nobody else's, nothing without the link."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg.errors
import pytest
from django.core import mail
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.links import hash_of
from leadscape_web.accounts.models import PersonName
from leadscape_web.privacy.held import why_held
from leadscape_web.privacy.models import Exclusion, Notice, ObjectionKey, PersonRequest
from leadscape_web.register.models import Headship
from leadscape_web.survey.models import Leader, RoleHolding, Support, Wave

from tests.privacy.conftest import alice, link_of
from tests.support.jobs import run_jobs

SignedIn = Callable[[str], Any]


def _request() -> PersonRequest:
    return PersonRequest.objects.using("owner").get()


def _ask(client: Any, token: str, **given: Any) -> Any:
    return client.post(f"/my-data/{token}/correct/", {"about": "other", "text": "It is wrong", **given})


def test_it_shows_what_is_held_and_who_said_it(signed_in: SignedIn) -> None:
    token = link_of(alice().person_id)
    page = signed_in("").get(f"/my-data/{token}/").content.decode()
    for held in ("Alice Ash", "Ashgrove Primary School (100001)", "National leader of education", "Northshire",
                 "Elmfield Primary School (100005)", "Object to being in the study", "ico.org.uk"):  # fmt: skip
        assert held in page, held
    for other in ("Bob Birch", "Charlie Cedar", "Frances Fir"):
        assert other not in page


def test_an_objection_was_done_at_once_and_waits_for_nobody(signed_in: SignedIn) -> None:
    person = alice().person_id
    with acting(why="Objected, and was brought back", using="owner"):
        made = PersonRequest.objects.using("owner").create(person_id=person, kind="objection")
        PersonRequest.objects.using("owner").create(person_id=person, kind="correction", text="My name")
    page = signed_in("").get(f"/my-data/{link_of(person)}/").content.decode()
    rows = [row.partition("</tr>")[0] for row in page.split("<tr")]
    [objection] = [row for row in rows if "Object to being in the study</td>" in row]
    assert "Done at once" in objection
    assert "answered" not in objection
    [correction] = [row for row in rows if "Put something right</td>" in row]
    assert "To be answered" in correction
    assert "Not answered yet" in correction
    editor = signed_in("nation.editor")
    for path in ("/data-protection/requests/", f"/data-protection/request/{made.pk}/",
                 f"/data-protection/person/{person}/"):  # fmt: skip
        assert "Done at once" in editor.get(path).content.decode(), path


def test_it_begins_with_why_the_person_is_held() -> None:
    first, second = Wave(title="First study"), Wave(title="Second study")
    about = "of who leads improvement beyond their own school"
    assert why_held([first], head=True) == f"You have been named in “First study”, a study {about}."
    assert why_held([first, second], head=False) == (
        f"You have been named in “First study” and “Second study”, studies {about}."
    )
    assert why_held([], head=True).endswith(f"{about}: a public register names you as a head.")
    assert why_held([], head=False) == f"Your name is held by a study {about}."


def test_whom_only_a_register_names_is_not_told_that_somebody_said_so(signed_in: SignedIn) -> None:
    head = Headship.objects.using("owner").exclude(
        person__in=RoleHolding.objects.using("owner").values("person")
    )[0]
    page = signed_in("").get(f"/my-data/{link_of(head.person_id)}/").content.decode()
    assert "a public register names you as a head. This page shows" in page
    page = signed_in("").get(f"/my-data/{link_of(alice().person_id)}/").content.decode()
    assert "You have been named in “An invented system”, a study of" in page


def test_it_says_the_basis_of_the_wave_and_then_of_the_person(signed_in: SignedIn) -> None:
    editor, person = signed_in("nation.editor"), alice().person_id
    token = link_of(person)
    given = {"basis": "public_task", "explained": "The duty of the nation to know its leaders",
             "controller": "The nation", "purpose": "Knowing who leads",
             "recipients": "Editors and readers of the area"}  # fmt: skip
    assert editor.post("/data-protection/basis/record/", given).status_code == 302
    page = signed_in("").get(f"/my-data/{token}/").content.decode()
    assert "a task carried out in the public interest" in page
    assert "The duty of the nation" in page
    own = {"basis": "consent", "explained": "Said so on the form of the round"}
    assert editor.post(f"/data-protection/person/{person}/basis/", own).status_code == 302
    page = signed_in("").get(f"/my-data/{token}/").content.decode()
    assert "you agreed to it" in page
    assert "Take back your consent" in page
    assert "Knowing who leads" in page
    other = link_of(Leader.objects.using("owner").get(key="leader-bob").person_id)
    assert "you agreed to it" not in signed_in("").get(f"/my-data/{other}/").content.decode()


@pytest.mark.parametrize("kind", ["json", "html", "xlsx"])
def test_everything_can_be_taken_away(kind: str, signed_in: SignedIn) -> None:
    person = alice().person_id
    token = link_of(person)
    _ask(signed_in(""), token, text="My role ended in May")
    by_link = signed_in("").get(f"/my-data/{token}/held.{kind}")
    by_editor = signed_in("authority.editor").get(f"/data-protection/person/{person}/held.{kind}")
    for answer in (by_link, by_editor):
        assert answer.status_code == 200
        assert "attachment" in answer["Content-Disposition"]
        assert "lice" not in answer["Content-Disposition"]
        text = answer.content.decode() if kind != "xlsx" else _of_workbook(answer.content)
        for held in (
            "Alice Ash",
            "100001",
            "national_leader_of_education" if kind == "json" else "National leader of education",
            "100005",
            "My role ended in May",
            "Headteacher",
        ):
            assert held in text, (kind, held)
        assert hash_of(token) not in text
        assert "Bob Birch" not in text
    assert (
        signed_in("authority.reader").get(f"/data-protection/person/{person}/held.{kind}").status_code == 403
    )
    assert signed_in("").get(f"/my-data/{token}/held.exe").status_code == 404


def _of_workbook(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "".join(packed.read(name).decode() for name in packed.namelist())


def test_what_is_taken_away_names_every_table_with_the_person(signed_in: SignedIn) -> None:
    person = alice().person_id
    whole = json.loads(signed_in("").get(f"/my-data/{link_of(person)}/held.json").content)
    held = {heading for heading, rows in whole["held"].items() if rows}
    assert {"Leader", "Name of a person", "Role-holding", "Support for a school", "Headship"} <= held


def test_a_correction_goes_to_an_editor_who_puts_it_right(signed_in: SignedIn) -> None:
    person = alice().person_id
    token = link_of(person)
    assert _ask(signed_in(""), token, about="name", text="I am Alice Ash-Brown").status_code == 302
    assert "I am Alice Ash-Brown" in signed_in("").get(f"/my-data/{token}/").content.decode()
    editor = signed_in("authority.editor")
    asked = _request()
    page = editor.get(f"/data-protection/request/{asked.pk}/")
    assert "I am Alice Ash-Brown" in page.content.decode()
    given = {"decision": "accepted", "full_name": "Alice Ash-Brown", "answer": "Put right, thank you",
             "version": alice().version, "opened": asked.version}  # fmt: skip
    stale = editor.post(f"/data-protection/request/{asked.pk}/", {**given, "version": alice().version + 1})
    assert stale.status_code in (403, 409)
    assert _request().state == "open"
    assert editor.post(f"/data-protection/request/{asked.pk}/", given).status_code == 302
    current = PersonName.objects.using("owner").get(person=person, superseded_at=None)
    assert current.full_name == "Alice Ash-Brown"
    page = signed_in("").get(f"/my-data/{token}/").content.decode()
    assert "Put right, thank you" in page
    assert "Accepted" in page
    told = editor.get(f"/data-protection/request/{asked.pk}/").content.decode()
    assert "Not yet: send the answer, or print it" in told
    again = editor.post(f"/data-protection/request/{asked.pk}/", given)
    assert again.status_code == 302
    assert PersonName.objects.using("owner").filter(person=person).count() == 2


def test_a_role_that_never_was_is_withdrawn(signed_in: SignedIn) -> None:
    person = alice().person_id
    token = link_of(person)
    holding = RoleHolding.objects.using("owner").get(person=person)
    _ask(signed_in(""), token, about="holding", record=str(holding.pk), text="I never did that")
    asked = _request()
    given = {
        "decision": "accepted",
        "change": "never",
        "answer": "Withdrawn",
        "version": holding.version,
        "opened": 1,
    }
    assert signed_in("nation.editor").post(f"/data-protection/request/{asked.pk}/", given).status_code == 302
    assert RoleHolding.objects.using("owner").get(pk=holding.pk).withdrawn_at is not None
    assert Support.objects.using("owner").get(person=person).withdrawn_at is not None


def test_a_correction_is_declined_with_a_reason_and_changes_nothing(signed_in: SignedIn) -> None:
    token = link_of(alice().person_id)
    _ask(signed_in(""), token, about="home_school", text="I am at another school")
    editor, asked = signed_in("nation.editor"), _request()
    without = editor.post(f"/data-protection/request/{asked.pk}/", {"decision": "declined", "opened": 1})
    assert without.status_code == 422
    given = {"decision": "declined", "answer": "The register says otherwise", "opened": 1}
    assert editor.post(f"/data-protection/request/{asked.pk}/", given).status_code == 302
    assert alice().home_school_id == "100001"
    assert "The register says otherwise" in signed_in("").get(f"/my-data/{token}/").content.decode()


def test_the_answer_goes_to_the_person_with_a_new_link(signed_in: SignedIn) -> None:
    person = alice().person_id
    token = link_of(person)
    _ask(signed_in(""), token, text="My role ended in May")
    editor, at = signed_in("authority.editor"), f"/data-protection/request/{_request().pk}/"
    assert "Works until" in editor.get(at).content.decode()
    with acting(why="Ninety days later", using="owner"):
        Notice.objects.using("owner").update(expires_at=timezone.now() - timedelta(days=1))
    page = editor.get(at).content.decode()
    assert "None works: it is over" in page
    assert "print your answer as a letter" in page
    editor.post(f"/data-protection/person/{person}/address/", {"email": "alice@school.example"})
    assert "Your answer goes by e-mail, with a new link" in editor.get(at).content.decode()
    given = {"decision": "declined", "answer": "The register says otherwise", "opened": 1}
    after = editor.post(at, given, follow=True)
    assert "It goes to the person by e-mail" in after.content.decode()
    assert "By e-mail: being sent" in editor.get(at).content.decode()
    assert run_jobs() == [("privacy.send_notice", "done")]
    letter = mail.outbox[-1]
    assert letter.subject == "Your request to leadscape is answered"
    assert "The register" not in letter.body, "what is held is shown by the link alone"
    new = re.findall(r"/my-data/([\w-]+)/", letter.body)
    assert len(new) == 1
    assert "The register says otherwise" in signed_in("").get(f"/my-data/{new[0]}/").content.decode()
    assert signed_in("").get(f"/my-data/{token}/").status_code == 404
    assert "By e-mail: opened" in editor.get(at).content.decode()


def test_an_answer_whose_letter_was_never_sent_is_not_told(signed_in: SignedIn) -> None:
    person = alice().person_id
    _ask(signed_in(""), link_of(person), text="My role ended in May")
    editor, at = signed_in("authority.editor"), f"/data-protection/request/{_request().pk}/"
    editor.post(f"/data-protection/person/{person}/address/", {"email": "alice@school.example"})
    editor.post(at, {"decision": "declined", "answer": "The register says otherwise", "opened": 1})
    with acting(why="Another took its place before it was sent", using="owner"):
        Notice.objects.using("owner").filter(sent_at=None).update(ended_at=timezone.now())
    page = editor.get(at).content.decode()
    assert "By e-mail" not in page
    assert "Not yet: send the answer, or print it" in page


def test_an_answer_is_printed_where_no_address_is_known(signed_in: SignedIn) -> None:
    token = link_of(alice().person_id)
    _ask(signed_in(""), token, text="My role ended in May")
    editor, at = signed_in("authority.editor"), f"/data-protection/request/{_request().pk}/"
    assert editor.post(f"{at}tell/", {"by": "letter"}).status_code == 404, "nothing is answered yet"
    editor.post(at, {"decision": "declined", "answer": "The register says otherwise", "opened": 1})
    assert run_jobs() == []
    letter = editor.post(f"{at}tell/", {"by": "letter"})
    assert letter["Cache-Control"] == "no-store"
    page = letter.content.decode()
    assert "Your request is answered" in page
    assert "The register says otherwise" in page
    [link] = set(re.findall(r"/my-data/([\w-]+)/", page))
    assert signed_in("").get(f"/my-data/{link}/").status_code == 200
    assert "By letter: " in editor.get(at).content.decode()
    assert signed_in("region.editor").post(f"{at}tell/", {"by": "letter"}).status_code in (200, 404)
    assert signed_in("authority.reader").post(f"{at}tell/", {"by": "letter"}).status_code == 403


def test_everything_held_is_not_taken_away_without_end(signed_in: SignedIn, settings: Any) -> None:
    person = alice().person_id
    settings.LIMITS = {**settings.LIMITS, "downloads": 2}
    for client, path in (
        (signed_in(""), f"/my-data/{link_of(person)}/held.json"),
        (signed_in("nation.editor"), f"/data-protection/person/{person}/held.json"),
    ):
        assert [client.get(path).status_code for _ in range(3)] == [200, 200, 429]
    # A link that was passed on is one, from however many places it is used.
    bob = Leader.objects.using("owner").get(key="leader-bob").person_id
    path = f"/my-data/{link_of(bob)}/held.json"
    answers = [signed_in("").get(path, REMOTE_ADDR=f"198.51.100.{number}").status_code for number in range(3)]
    assert answers == [200, 200, 429]


def test_a_request_about_somebody_elses_record_changes_nothing(signed_in: SignedIn) -> None:
    token = link_of(alice().person_id)
    bobs = RoleHolding.objects.using("owner").get(leader__key="leader-bob")
    assert _ask(signed_in(""), token, about="holding", record=str(bobs.pk)).status_code == 422
    assert not PersonRequest.objects.using("owner").exists()


def test_an_objection_takes_the_person_out_at_once_and_ends_the_link(signed_in: SignedIn) -> None:
    person = alice().person_id
    token = link_of(person)
    assert signed_in("").post(f"/my-data/{token}/leave/", {"sure": ""}).status_code == 422
    answer = signed_in("").post(f"/my-data/{token}/leave/", {"sure": "on"})
    assert "You are out of the study" in answer.content.decode()
    for path in ("", "correct/", "leave/", "held.json"):
        assert signed_in("").get(f"/my-data/{token}/{path}").status_code == 404
    assert not RoleHolding.objects.using("owner").filter(person=person, withdrawn_at=None).exists()
    assert not Support.objects.using("owner").filter(person=person, withdrawn_at=None).exists()
    assert Exclusion.objects.using("owner").get(person=person).kind == "objection"
    assert run_jobs() == [("privacy.keep_out", "done")]
    assert ObjectionKey.objects.using("owner").filter(person_id=person).count() > 5
    editor = signed_in("nation.editor")
    assert "Alice Ash" not in editor.get("/data-protection/notices/").content.decode()
    assert editor.post(f"/data-protection/person/{person}/letter/").status_code == 404


def test_consent_taken_back_ends_it(signed_in: SignedIn) -> None:
    from leadscape_web.privacy.models import Basis

    person = alice().person_id
    own = {"basis": "consent", "explained": "Said so on the form of the round"}
    signed_in("nation.editor").post(f"/data-protection/person/{person}/basis/", own)
    signed_in("").post(f"/my-data/{link_of(person)}/leave/", {"sure": "on"})
    assert Exclusion.objects.using("owner").get(person=person).kind == "withdrawal"
    assert not Basis.objects.using("owner").filter(person=person, ended_at=None).exists()


def test_an_editor_records_an_objection_made_by_letter(signed_in: SignedIn) -> None:
    person = alice().person_id
    editor = signed_in("authority.editor")
    before = editor.get(f"/data-protection/person/{person}/keep-out/").content.decode()
    assert "At once their roles and schools count no more" in before
    answer = editor.post(f"/data-protection/person/{person}/keep-out/", {"sure": "on"})
    assert answer.status_code == 302
    assert Exclusion.objects.using("owner").filter(person=person).exists()
    assert run_jobs() == [("privacy.keep_out", "done")]


def test_a_link_leaves_whoever_is_signed_in_aside(signed_in: SignedIn) -> None:
    bob = Leader.objects.using("owner").get(key="leader-bob").person_id
    page = signed_in("authority.reader").get(f"/my-data/{link_of(bob)}/").content.decode()
    assert "Bob Birch" in page
    assert "Sign out" not in page


def test_the_link_shows_the_plain_role_one_person_and_no_other(signed_in: SignedIn) -> None:
    bob = Leader.objects.using("owner").get(key="leader-bob").person_id
    token = link_of(alice().person_id)
    with acting(), connection.cursor() as cursor:
        cursor.execute("select set_config('leadscape.link', %s, true)", [hash_of(token)])
        cursor.execute(
            "select leadscape_held_about(%s) is null, leadscape_held_about(%s) is null",
            [alice().person_id, bob],
        )
        assert cursor.fetchone() == (False, True)
        for table in (
            "survey_leader",
            "accounts_personname",
            "privacy_notice",
            "privacy_address",
            "survey_support",
        ):
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchone() == (0,), table
    with acting(), connection.cursor() as cursor:
        cursor.execute(
            "select leadscape_held_about(%s) is null, leadscape_linked_person()", [alice().person_id]
        )
        assert cursor.fetchone() == (True, None)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into privacy_personrequest (id, person_id, kind, about, text, asked_at, state, answer, version)"
        " values (gen_random_uuid(), '{bob}', 'objection', 'other', '', now(), 'open', '', 1)",
        "insert into privacy_personrequest"
        " (id, person_id, notice_id, kind, about, text, asked_at, state, answer, version)"
        " values (gen_random_uuid(), '{alice}', '{notice}', 'correction', 'other', '', now(), 'accepted', '', 1)",
        "insert into privacy_exclusion (id, person_id, kind, recorded_at)"
        " values (gen_random_uuid(), '{bob}', 'objection', now())",
        "select * from privacy_secret",
        "select * from privacy_objectionkey",
        "delete from privacy_notice",
    ],
)
def test_the_database_refuses_what_the_link_does_not_give(statement: str, signed_in: SignedIn) -> None:
    bob = Leader.objects.using("owner").get(key="leader-bob").person_id
    token = link_of(alice().person_id)
    notice = Notice.objects.using("owner").get()
    filled = statement.format(bob=bob, alice=alice().person_id, notice=notice.pk)
    with acting(why="An attack"), connection.cursor() as cursor:
        cursor.execute("select set_config('leadscape.link', %s, true)", [hash_of(token)])
        with pytest.raises(ProgrammingError) as refused, transaction.atomic():
            cursor.execute(filled)
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into privacy_notice (id, person_id, wave_id, channel, made_at, made_by_id{column})"
        " select gen_random_uuid(), '{alice}', id, 'letter', now(), {maker}{value} from survey_wave limit 1",
        "insert into privacy_exclusion (id, person_id, kind, recorded_at, recorded_by_id)"
        " values (gen_random_uuid(), '{alice}', 'objection', now(), {other})",
        "insert into privacy_recordgiven (id, person_id, made_by_id, made_at, format, sha256)"
        " values (gen_random_uuid(), '{alice}', {other}, now(), 'json', 'x')",
    ],
)
def test_what_is_recorded_is_recorded_in_ones_own_name(statement: str, signed_in: SignedIn) -> None:
    from leadscape_web.accounts.models import User

    editor = User.objects.using("owner").get(email="nation.editor@leadscape.example")
    other = User.objects.using("owner").get(email="authority.editor@leadscape.example")
    ways = [
        {"maker": f"'{other.pk}'", "column": "", "value": ""},
        {"maker": f"'{editor.pk}'", "column": ", token_hash", "value": ", 'x'"},
        {"maker": f"'{editor.pk}'", "column": ", sent_at", "value": ", now()"},
    ]
    for way in ways:
        filled = statement.format(alice=alice().person_id, other=f"'{other.pk}'", **way)
        with (
            acting(editor, why="An attack"),
            connection.cursor() as cursor,
            pytest.raises(ProgrammingError) as refused,
            transaction.atomic(),
        ):
            cursor.execute(filled)
        assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_what_was_asked_stands_in_the_history_without_the_words(signed_in: SignedIn) -> None:
    from leadscape_web.audit.models import Event

    _ask(signed_in(""), link_of(alice().person_id), text="A secret of mine")
    events = Event.objects.using("owner").filter(table="privacy_personrequest")
    assert [event.actor for event in events] == [None]
    assert "secret" not in str(list(events.values_list("before", "after", "why")))


def test_an_editor_is_not_given_what_is_for_administrators_or_the_link(signed_in: SignedIn) -> None:
    from leadscape_web.accounts.models import User

    user = User.objects.using("owner").get(email="authority.reader@leadscape.example")
    with acting(why="A user who leads", using="owner"):
        Leader.objects.using("owner").create(
            key="user-who-leads", person_id=user.person_id, authority_id="101"
        )
    by_editor = signed_in("authority.editor").get(f"/data-protection/person/{user.person_id}/held.json")
    assert by_editor.status_code == 200
    assert user.email not in by_editor.content.decode()
    by_link = signed_in("").get(f"/my-data/{link_of(user.person_id)}/held.json")
    assert user.email in by_link.content.decode()


def test_what_respondents_wrote_of_somebody_is_theirs_whether_or_not_they_lead(signed_in: SignedIn) -> None:
    from leadscape_web.jobs.asking import ask_for
    from leadscape_web.rounds.models import Line, Meant, SentLine

    from tests.support.jobs import assert_done
    from tests.support.rounds import editor, make_round, make_study, make_token

    found = make_round(make_study())
    token, respondent = make_token(found), signed_in("")
    for name in ("Ally Ash", "Quentin Quince"):
        given = {"full_name": name, "home_school": "100001", "role": "mentor_head"}
        assert respondent.post(f"/answer/{token}/add/", given).status_code == 302
    respondent.post(f"/answer/{token}/check/")
    sent = {
        PersonName.objects.using("owner").get(person=line.person_id).full_name: line
        for line in SentLine.objects.using("owner").all()
    }
    with acting(why="A run took the line to mean Alice", using="owner"):
        Meant.objects.using("owner").create(line=sent["Ally Ash"], person_id=alice().person_id)
    own = signed_in("").get(f"/my-data/{link_of(alice().person_id)}/held.json").content.decode()
    assert "Ally Ash" in own
    assert own.count(str(sent["Ally Ash"].line_id)) >= 2, "the line as it was worked on, and as it was sent"
    assert "Quentin" not in own
    assert json.loads(own)

    client, person = signed_in("nation.editor"), sent["Quentin Quince"].person_id
    assert "Quentin Quince" in client.get(f"/data-protection/person/{person}/").content.decode()
    told = client.get(f"/data-protection/person/{person}/held.json").content.decode()
    assert "Quentin Quince" in told
    assert "Ally" not in told
    again = client.get(f"/data-protection/person/{person}/held.json").content.decode()
    assert "taken out, to be given to them" in again, "that an editor took it out is part of what is held"
    assert signed_in("authority.editor").get(f"/data-protection/person/{person}/").status_code == 404
    with acting(editor()):
        job = ask_for("privacy.erase", asked_by=editor(), given={"person": str(person), "why": "asked"})
    run_jobs()
    assert_done(job.pk)
    assert not PersonName.objects.using("owner").filter(person=person).exists()
    assert SentLine.objects.using("owner").get(person=person).erased_at
    assert Line.objects.using("owner").get(person=person).erased_at
    rules = set(ObjectionKey.objects.using("owner").filter(person_id=person).values_list("rule", flat=True))
    assert "name_at_school" in rules, "where the respondent placed them, they are recognised"
