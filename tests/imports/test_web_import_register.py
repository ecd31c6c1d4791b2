"""A register from its upload to the database and back: tried, shown, confirmed by one of two, stored, undone."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import Person, PersonName
from leadscape_web.imports.models import Absence, Change, Import, Problem, Upload
from leadscape_web.imports.work.erasing import NAMED
from leadscape_web.jobs.models import Job
from leadscape_web.register.models import Headship, Link, Membership, School, SchoolName, SearchEntry, Source

from tests.support.import_files import links_csv, register_csv
from tests.support.jobs import run_jobs
from tests.support.own_database import own_database

TABLES = (
    "register_source", "register_authority", "register_school", "register_schoolname", "register_group",
    "register_membership", "register_link", "register_headship", "accounts_person", "accounts_personname",
    "accounts_organisation", "survey_leader", "survey_roleholding",
)  # fmt: skip
FOUND = (
    "register_searchentry (kind, key, label, text, because, named)",
    "register_searchword (word, use, entries)",
)
NEXT = {
    "100003": {"EstablishmentName": "Cedar Street Primary School"},
    "100004": {"EstablishmentStatus (name)": "Closed", "CloseDate": "31-08-2026"},
    "100005": {"HeadFirstName": "Nora", "HeadLastName": "Nettle"},
    "100006": {"LA (code)": "202", "LA (name)": "Westport"},
    "100008": None,
    "100009": {"EstablishmentName": "Hazel Grove School", "OpenDate": "01-09-2026",
               "HeadFirstName": "Harold", "HeadLastName": "Holly"},
}  # fmt: skip
"""What a month changed: renamed, closed, new head, moved to a new authority, missing, opened."""


@pytest.fixture
def committed(service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Any:
    with own_database(service_server, django_db_blocker, f"imports_{uuid.uuid4().hex[:8]}"):
        yield


def signed_in(name: str = "nation.editor") -> Client:
    from leadscape_web.accounts.models import User

    client = Client()
    user = User.objects.using("owner").get(email=f"{name}@leadscape.example")
    with acting(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor"] = True
    session.save()
    return client


def bring(client: Client, *files: tuple[str, bytes], absent: str = "ask") -> Import:
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    answer = client.post("/imports/register/", {"chosen": sent, "absent": absent})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Import.objects.using("owner").get(pk=answer["Location"].split("/")[2])


def again(found: Import) -> Import:
    return Import.objects.using("owner").get(pk=found.pk)


def first(client: Client) -> Import:
    """The register of October, stored."""
    found = bring(
        client,
        ("register_2026-10-01.csv", register_csv()),
        (
            "links_2026-10-01.csv",
            links_csv(("100006", "100007", "Fernhill School", "Predecessor", "01-09-2005")),
        ),
    )
    run_jobs()
    client.post(f"/imports/{found.pk}/confirm/")
    assert run_jobs() == [("imports.store", "done")], Job.objects.using("owner").latest("asked_at").problem
    return again(found)


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that an import may change, without what only says how often a row was written."""
    held = {}
    with connections["owner"].cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"select to_jsonb(t) - 'version' from {table} t order by to_jsonb(t)::text")
            held[table] = cursor.fetchall()
        for table in FOUND:
            name, columns = table.split(" ", 1)
            cursor.execute(f"select {columns[1:-1]} from {name} order by {columns[1:-1]}")
            held[name] = cursor.fetchall()
    return held


def test_nothing_is_changed_before_it_is_confirmed(committed: None) -> None:
    client = signed_in()
    before = everything()
    found = bring(client, ("register_2026-10-01.csv", register_csv()))
    assert found.state == "checking"
    assert "It waits for its turn" in client.get(f"/imports/{found.pk}/").content.decode()
    assert run_jobs() == [("imports.check", "done")]
    assert again(found).state == "checked"
    assert everything() == before


def test_a_month_later_everything_that_changed_is_told_and_stored(committed: None) -> None:
    client = signed_in()
    first(client)
    found = bring(client, ("register_2026-11-01.csv", register_csv(NEXT)))
    run_jobs()
    assert again(found).state == "checked", again(found).notes
    told = {
        (one.change, one.key): (one.before, one.after)
        for one in Change.objects.using("owner").filter(belongs_to=found)
    }
    assert told["renamed", "100003"] == ("Cedar Lane Primary School", "Cedar Street Primary School")
    assert told["closed", "100004"] == ("open", "2026-08-31")
    assert told["new_head", "100005"] == ("1 left", "1 came")
    assert told["moved_authority", "100006"] == ("201", "202")
    assert told["appeared", "100009"] == (None, "open")
    assert [one.urn for one in Absence.objects.using("owner").filter(belongs_to=found)] == ["100008"]
    page = client.get(f"/imports/{found.pk}/").content.decode()
    assert "1 open school is not in the files" in page
    assert "Confirm and store" not in page
    missing = client.get(f"/imports/{found.pk}/missing/").content.decode()
    assert "An answer for the one school that has none yet" in missing
    assert ">Open<" in missing
    client.post(f"/imports/{found.pk}/confirm/")
    assert again(found).state == "checked", "a school that is missing is asked about first"
    for place in ("", "100008/"):
        assert client.post(f"/imports/{found.pk}/missing/{place}", {"answer": ""}).status_code == 422
    all_of_them = client.post(f"/imports/{found.pk}/missing/", {"answer": "unknown"}, follow=True)
    assert "Answered for 1 school." in all_of_them.content.decode()
    answer = client.post(
        f"/imports/{found.pk}/missing/100008/",
        {"answer": "closed", "closed_on-day": "31", "closed_on-month": "8", "closed_on-year": "2026"},
    )
    assert answer.status_code == 302, answer.content.decode()
    client.post(f"/imports/{found.pk}/check-again/")
    assert run_jobs() == [("imports.check", "done")]
    kept = Absence.objects.using("owner").get(belongs_to=found)
    assert (kept.answer, str(kept.closed_on)) == ("closed", "2026-08-31"), "an answer is not asked for twice"
    client.post(f"/imports/{found.pk}/confirm/")
    assert run_jobs() == [("imports.store", "done")], Job.objects.using("owner").latest("asked_at").problem
    schools = {one.urn: one for one in School.objects.using("owner").all()}
    assert schools["100003"].name == "Cedar Street Primary School"
    assert (schools["100008"].status, str(schools["100008"].closed_on)) == ("closed", "2026-08-31")
    assert schools["100006"].authority_id == "202"
    assert schools["100001"].fsm_pct_status == "suppressed", "a column that the file lacks says nothing"
    heads = Headship.objects.using("owner").filter(school_id="100005", ended_on=None)
    names = PersonName.objects.using("owner").filter(person__in=heads.values("person"), superseded_at=None)
    assert [one.full_name for one in names] == ["Nora Nettle"]
    assert SearchEntry.objects.using("owner").filter(label="Hazel Grove School").exists()
    assert all(bytes(one.content) == b"" for one in Upload.objects.using("owner").filter(belongs_to=found))


def test_undo_is_the_state_before_exactly(committed: None) -> None:
    client = signed_in()
    first(client)
    before = everything()
    found = bring(client, ("register_2026-11-01.csv", register_csv(NEXT)), absent="keep")
    run_jobs()
    client.post(f"/imports/{found.pk}/confirm/")
    run_jobs()
    assert everything() != before
    assert client.post(f"/imports/{found.pk}/undo/", {"why": ""}).status_code == 422
    answer = client.post(f"/imports/{found.pk}/undo/", {"why": "The extract was of the wrong month"})
    assert answer.status_code == 302
    assert run_jobs() == [("imports.undo", "done")], Job.objects.using("owner").latest("asked_at").problem
    after = everything()
    for table, rows in before.items():
        assert after[table] == rows, table
    assert again(found).state == "undone"
    page = client.get(f"/imports/{found.pk}/").content.decode()
    assert "It was stored and then undone" in page
    assert "wrong month" in page
    # The same files can be brought in once more.
    third = bring(client, ("register_2026-11-01.csv", register_csv(NEXT)), absent="keep")
    run_jobs()
    client.post(f"/imports/{third.pk}/confirm/")
    assert run_jobs() == [("imports.store", "done")]


@pytest.mark.parametrize("recorded", ["address", "objection"])
def test_a_head_who_came_with_it_and_of_whom_something_is_recorded_stays_when_it_is_undone(
    committed: None, recorded: str
) -> None:
    from leadscape_web.privacy.models import Address, Exclusion

    client = signed_in()
    first(client)
    found = bring(client, ("register_2026-11-01.csv", register_csv(NEXT)), absent="keep")
    run_jobs()
    client.post(f"/imports/{found.pk}/confirm/")
    run_jobs()
    names = PersonName.objects.using("owner")
    person, other = (names.get(full_name=name).person_id for name in ("Nora Nettle", "Harold Holly"))
    with acting(why="Recorded by the tests", using="owner"):
        if recorded == "address":
            Address.objects.using("owner").create(person_id=person, email="n@school.example", source="file")
        else:
            Exclusion.objects.using("owner").create(person_id=person, kind="objection")
    run_jobs()
    client.post(f"/imports/{found.pk}/undo/", {"why": "The extract was of the wrong month"})
    assert run_jobs() == [("imports.undo", "done")], Job.objects.using("owner").latest("asked_at").problem
    assert Person.objects.using("owner").filter(pk=person).exists(), "what is recorded stays"
    assert not Person.objects.using("owner").filter(pk=other).exists()
    assert not names.filter(person__in=[person, other]).exists()


def test_what_was_changed_again_later_is_not_undone(committed: None) -> None:
    client = signed_in()
    first(client)
    second = bring(client, ("register_2026-11-01.csv", register_csv(NEXT)), absent="keep")
    run_jobs()
    client.post(f"/imports/{second.pk}/confirm/")
    run_jobs()
    third = bring(
        client,
        (
            "register_2026-11-20.csv",
            register_csv({**NEXT, "100003": {"EstablishmentName": "Cedar Road School"}}),
        ),
        absent="keep",
    )
    run_jobs()
    client.post(f"/imports/{third.pk}/confirm/")
    run_jobs()
    before = everything()
    asked = {"why": "The extract was of the wrong month"}
    client.post(f"/imports/{second.pk}/undo/", asked)
    assert "Why it is to be undone" in client.get(f"/imports/{second.pk}/").content.decode()
    assert run_jobs() == [("imports.undo", "done")]
    assert everything() == before
    assert again(second).state == "stored"
    page = client.get(f"/imports/{second.pk}/").content.decode()
    assert "It was not undone. A later import changed the same records: " in page
    assert "register_school" not in page
    assert f'<a class="govuk-link" href="/imports/{third.pk}/">Register of 20 November 2026, stored' in page
    assert "Why it was to be undone" in page
    assert "Why it was undone" not in page
    # The later one first; then nothing stands in the way any more.
    for one in (third, second):
        client.post(f"/imports/{one.pk}/undo/", asked)
        assert run_jobs() == [("imports.undo", "done")]
        assert again(one).state == "undone", again(one).undo_refused
    page = client.get(f"/imports/{second.pk}/").content.decode()
    assert "It was not undone" not in page
    assert "Why it was undone" in page


def test_what_was_just_undone_is_not_said_to_stay_stored(
    committed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leadscape_web.imports import decision_views

    client = signed_in()
    found = first(client)
    client.post(f"/imports/{found.pk}/undo/", {"why": "The extract was of the wrong month"})

    def undone_meanwhile(one: Import, *, job_over: bool) -> bool:
        assert run_jobs() == [("imports.undo", "done")]
        return True

    monkeypatch.setattr(decision_views, "can_leave_stored", undone_meanwhile)
    told = client.post(f"/imports/{found.pk}/leave-stored/", follow=True).content.decode()
    assert again(found).state == "undone"
    assert "It stays stored" not in told
    assert "Somebody else may have been faster" in told


def test_of_two_who_confirm_one_wins_and_the_other_is_told(committed: None) -> None:
    one, other = signed_in(), signed_in()
    found = bring(one, ("register_2026-10-01.csv", register_csv()))
    run_jobs()
    one.post(f"/imports/{found.pk}/confirm/")
    told = other.post(f"/imports/{found.pk}/confirm/", follow=True).content.decode()
    assert "Somebody else may have been faster" in told
    assert Job.objects.using("owner").filter(kind="imports.store").count() == 1
    gone = other.post(f"/imports/{found.pk}/give-up/", follow=True).content.decode()
    assert "Somebody else may have been faster" in gone
    assert run_jobs() == [("imports.store", "done")]


def test_what_was_confirmed_is_not_stored_over_another_register(committed: None) -> None:
    client = signed_in()
    early = bring(client, ("register_2026-10-02.csv", register_csv()))
    run_jobs()
    first(client)
    before = everything()
    client.post(f"/imports/{early.pk}/confirm/")
    assert run_jobs() == [("imports.store", "failed")]
    assert everything() == before
    page = client.get(f"/imports/{early.pk}/").content.decode()
    assert "The register was changed since these files were checked" in page
    assert "Check again" in page
    client.post(f"/imports/{early.pk}/check-again/")
    assert run_jobs() == [("imports.check", "done")]
    client.post(f"/imports/{early.pk}/confirm/")
    assert run_jobs() == [("imports.store", "done")]


def test_an_older_register_only_adds_what_is_missing(committed: None) -> None:
    client = signed_in()
    first(client)
    older = register_csv(
        {"100003": {"EstablishmentName": "Old Cedar School"}, "100010": {"EstablishmentName": "Ivy"}}
    )
    found = bring(client, ("register_2026-01-01.csv", older))
    run_jobs()
    assert again(found).newest is False
    assert "only add what is missing" in client.get(f"/imports/{found.pk}/").content.decode()
    client.post(f"/imports/{found.pk}/confirm/")
    run_jobs()
    schools = {one.urn: one.name for one in School.objects.using("owner").all()}
    assert schools["100003"] == "Cedar Lane Primary School"
    assert schools["100010"] == "Ivy"


def test_groups_beside_the_extract_and_by_themselves(committed: None) -> None:
    client = signed_in()
    first(client)
    head = b"URN,Group UID,Group ID,Group Name,Companies House Number,Group Type,Closed Date,Open date,Group Status,"
    head += b"Joined date\n"
    one = head + b"100002,5001,TR1,Riverside Trust,111,Multi-academy trust,,2005-09-01,Open,2005-09-01\n"
    two = head + b"100002,5002,TR2,Hillside Trust,222,Multi-academy trust,,2005-09-01,Open,2026-09-01\n"
    for day, content in (("2026-10-01", one), ("2026-11-01", two)):
        found = bring(client, (f"groups_{day}.csv", content))
        run_jobs()
        assert again(found).state == "checked", again(found).notes
        client.post(f"/imports/{found.pk}/confirm/")
        assert run_jobs() == [("imports.store", "done")], (
            Job.objects.using("owner").latest("asked_at").problem
        )
    told = Change.objects.using("owner").filter(belongs_to=found, change="moved_trust")
    assert [(row.key, row.name, row.before, row.after) for row in told] == [
        ("100002", "Beechwood Secondary School", "Riverside Trust", "Hillside Trust")
    ]
    held = Membership.objects.using("owner").filter(school_id="100002").exclude(group_id="T1")
    assert {(row.group_id, row.left_on is None) for row in held} == {("5001", False), ("5002", True)}
    assert Problem.objects.using("owner").count() == 0
    assert Link.objects.using("owner").count()
    assert Source.objects.using("owner").count()
    assert SchoolName.objects.using("owner").count()


def test_when_a_person_is_erased_whatever_waits_is_given_up_and_forgotten(committed: None) -> None:
    from leadscape_web.studies.personal import ErasedSubject, erase_everywhere

    client = signed_in()
    stored = first(client)
    waits = bring(client, ("register_2026-11-01.csv", register_csv(NEXT)))
    asked = bring(client, ("alice_ash_2026-11-02.csv", register_csv(NEXT)))
    called = "Ash, A. 2026.csv"
    with acting(why="What is said of files", using="owner"):
        file = stored.uploads.using("owner").defer("content").first()
        assert file is not None
        told = {"what": f"{called} is no table.", "why": "It cannot be read.", "next": None}
        stored.uploads.using("owner").filter(pk=file.pk).update(problem=told)
        Import.objects.using("owner").filter(pk=stored.pk).update(notes=[f"{called} takes a place.", "Kept."])
        for rule in (f"{called}: a date", "A date"):
            Problem.objects.using("owner").create(belongs_to=stored, upload=file, value="Ash", rule=rule)
    with acting(why="A person was erased", using="owner"):
        person = (
            PersonName.objects.using("owner").filter(full_name="Alice Ash").values_list("person", flat=True)
        )
        subject = ErasedSubject(person[0], (), ("Alice Ash",), ("100001",), "owner")
        assert erase_everywhere(subject)["imports"] == 8, (
            "2 given up, 1 file, 2 values, and what is said of 3"
        )
    for one in (waits, asked):
        assert again(one).state == "withdrawn"
        page = client.get(f"/imports/{one.pk}/").content.decode()
        assert "Bring the files in again" in page
        assert "alice" not in page
    assert again(stored).state == "stored"
    assert again(stored).notes == [NAMED, "Kept."]
    problems = Problem.objects.using("owner").filter(belongs_to=stored).order_by("id")
    assert list(problems.values_list("value", "rule")) == [(None, NAMED), (None, "A date")]
    file.refresh_from_db(using="owner", fields=["problem"])
    assert file.problem == {**told, "what": NAMED}
    assert not Upload.objects.using("owner").exclude(content=b"").exists()
    assert {state for _, state in run_jobs()} == {"failed"}, "what was given up is not checked"
