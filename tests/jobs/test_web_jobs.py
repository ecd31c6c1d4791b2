"""Jobs: asked for in one's own name, done whole and once, refused, cancelled and explained."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from leadscape.core.errors import StudyProblem
from leadscape_web.accounts.context import acting
from leadscape_web.accounts.rules import EDITS
from leadscape_web.imports.models import Import
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.kinds import Kind, add_kind, kind_of
from leadscape_web.jobs.models import Job
from leadscape_web.jobs.performing import Busy, perform
from leadscape_web.jobs.queue_tasks import ask_for_daily
from leadscape_web.register.models import Authority

from tests.support.jobs import assert_done, run_jobs
from tests.support.own_database import own_database


def _rename(running: Any) -> dict[str, Any]:
    running.because("A job of the tests")
    Authority.objects.using("owner").filter(code="101").update(name=running.given["name"])
    running.step("Renamed", 1, 2)
    if running.given.get("wrong"):
        raise StudyProblem("The file is wrong.", "It holds nothing.", "Bring another.")
    if running.given.get("broken"):
        raise ZeroDivisionError
    return {"renamed": 1}


add_kind(Kind("tests.rename", "Rename", _rename, rule=EDITS))


@pytest.fixture(scope="module")
def world(service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with own_database(service_server, django_db_blocker, f"jobs_{uuid.uuid4().hex[:8]}"):
        yield


@pytest.fixture
def committed(world: None) -> None:
    """The world of this module's tests as each of them finds it: nothing is asked for, and nothing was changed."""
    with acting(why="Another test begins", using="owner"):
        Job.objects.using("owner").all().delete()
        Authority.objects.using("owner").filter(code="101").exclude(name="Northshire").update(
            name="Northshire"
        )
    with connections["owner"].cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")


def _user(name: str) -> Any:
    from leadscape_web.accounts.models import User

    return User.objects.using("owner").get(email=f"{name}@leadscape.example")


def _ask(user: Any, **given: Any) -> Job:
    with acting(user):
        return ask_for("tests.rename", asked_by=user, given={"name": "Newshire", **given})


def _name() -> str:
    return Authority.objects.using("owner").get(code="101").name


def test_a_job_is_done_once_and_says_what_it_did(committed: None) -> None:
    job = _ask(_user("nation.editor"))
    assert run_jobs() == [("tests.rename", "done")]
    assert assert_done(job.pk) == {"renamed": 1}
    assert _name() == "Newshire"
    with acting(why="Back", using="owner"):
        Authority.objects.using("owner").filter(code="101").update(name="Northshire")
    perform(job.pk)
    assert _name() == "Northshire", "what is done is not done again"


def test_its_changes_stand_in_the_history_under_the_asker_and_the_job(committed: None) -> None:
    from leadscape_web.audit.models import Event

    editor = _user("nation.editor")
    job = _ask(editor)
    run_jobs()
    event = Event.objects.using("owner").filter(request=str(job.pk)).get()
    assert (event.actor, event.why, event.record) == (editor.pk, "A job of the tests", "101")


@pytest.mark.parametrize(
    ("given", "says"), [("wrong", "The file is wrong."), ("broken", "Something unexpected")]
)
def test_what_fails_changes_nothing_and_is_explained(given: str, says: str, committed: None) -> None:
    job = _ask(_user("nation.editor"), **{given: True})
    assert run_jobs() == [("tests.rename", "failed")]
    job.refresh_from_db(using="owner")
    assert job.problem is not None
    assert says in job.problem["what"]
    assert _name() == "Northshire"


def test_a_right_that_ended_meanwhile_is_noticed(committed: None) -> None:
    from django.utils import timezone

    from leadscape_web.accounts.models import Access

    editor = _user("region.editor")
    job = _ask(editor)
    with acting(why="Left", using="owner"):
        Access.objects.using("owner").filter(user=editor).update(ended_at=timezone.now())
    assert run_jobs() == [("tests.rename", "failed")]
    job.refresh_from_db(using="owner")
    assert "may not do it any more" in str(job.problem)


def test_a_reader_may_ask_and_gets_nothing_done(committed: None) -> None:
    _ask(_user("nation.reader"))
    assert run_jobs() == [("tests.rename", "failed")]
    assert _name() == "Northshire"


def test_what_is_cancelled_is_taken_back(committed: None) -> None:
    job = _ask(_user("nation.editor"))

    def cancelled(running: Any) -> None:
        running.because("A job of the tests")
        Authority.objects.using("owner").filter(code="101").update(name="Half")
        Job.objects.using("progress").filter(pk=job.pk).update(cancel_asked_at="2026-01-01T00:00Z")
        running.step("Half way")

    object.__setattr__(kind_of("tests.rename"), "perform", cancelled)
    try:
        assert run_jobs() == [("tests.rename", "cancelled")]
    finally:
        object.__setattr__(kind_of("tests.rename"), "perform", _rename)
    assert _name() == "Northshire"


def test_two_workers_do_not_do_one_job_at_once(committed: None) -> None:
    import psycopg

    job = _ask(_user("nation.editor"))
    settings = connections["owner"].get_connection_params()
    settings.pop("context", None)
    settings.pop("cursor_factory", None)
    with psycopg.connect(**settings) as other:
        other.execute("select pg_advisory_lock(hashtext('leadscape job'), hashtext(%s))", [str(job.pk)])
        with pytest.raises(Busy):
            perform(job.pk)
    perform(job.pk)
    assert _name() == "Newshire"


def test_a_job_that_ends_its_worker_each_time_is_given_up(committed: None) -> None:
    job = _ask(_user("nation.editor"))
    Job.objects.using("owner").filter(pk=job.pk).update(attempts=3, state="running")
    perform(job.pk)
    job.refresh_from_db(using="owner")
    assert job.state == "failed"
    assert "3 times" in str(job.problem)


def test_asking_puts_it_into_the_queue_in_the_same_transaction(committed: None) -> None:
    def queued() -> int:
        with connections["owner"].cursor() as cursor:
            cursor.execute("select count(*) from procrastinate_jobs")
            return cursor.fetchone()[0]

    editor = _user("nation.editor")

    def ask_and_fail() -> None:
        with acting(editor):
            ask_for("tests.rename", asked_by=editor)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        ask_and_fail()
    assert queued() == 0
    _ask(editor)
    assert queued() == 1


def test_what_is_wrong_with_values_is_told_without_them(committed: None) -> None:
    import polars as pl

    from leadscape.core.errors import TableProblem

    def wrong(running: Any) -> None:
        rows = {
            "row": [2, 3],
            "column": ["name"] * 2,
            "value": ["Alice Ash", "Bob Birch"],
            "rule": ["Must be short."] * 2,
        }
        raise TableProblem(
            "101.xlsx: “Alice Ash” is too long.", "Names are short.", "Correct it.", pl.DataFrame(rows)
        )

    job = _ask(_user("nation.editor"))
    object.__setattr__(kind_of("tests.rename"), "perform", wrong)
    try:
        run_jobs()
    finally:
        object.__setattr__(kind_of("tests.rename"), "perform", _rename)
    job.refresh_from_db(using="owner")
    assert job.problem is not None
    assert job.problem["what"] == "2 values of a file cannot be used: Must be short. (2×)"
    assert "Alice" not in str(job.problem)


def test_it_was_asked_for_when_it_was(committed: None) -> None:
    from django.utils import timezone

    editor = _user("nation.editor")
    with acting(editor):
        job = Job.objects.create(
            kind="tests.rename", asked_by=editor, asked_at="2001-01-01T00:00Z", step="Stolen"
        )
    job.refresh_from_db(using="owner")
    assert (timezone.now() - job.asked_at).total_seconds() < 60
    assert job.step == ""


def test_what_the_service_itself_asks_for_is_not_cancelled(committed: None) -> None:
    from django.utils import timezone

    job = ask_for("tests.rename", asked_by=None, using="owner")
    with acting(_user("nation.administrator")):
        assert Job.objects.filter(pk=job.pk).exists()
        assert Job.objects.filter(pk=job.pk).update(cancel_asked_at=timezone.now()) == 0


def test_what_runs_stops_at_its_next_step_or_stands(committed: None) -> None:
    editor = _user("nation.editor")
    job = _ask(editor)
    Job.objects.using("owner").filter(pk=job.pk).update(state="running", attempts=1)
    client = _client_of("nation.editor")
    page = client.post(f"/jobs/{job.pk}/cancel/", follow=True).content.decode()
    assert (
        "It stops at its next step, and what it changed is taken back. If it is done before, it stands."
        in page
    )
    assert "stops at its next step, unless it is done before" in page
    job.refresh_from_db(using="owner")
    assert (job.state, job.ended_at) == ("running", None)
    # It came to its end before it noticed.
    Job.objects.using("owner").filter(pk=job.pk).update(state="done", ended_at=timezone.now())
    assert "it was cancelled too late" in client.get(f"/jobs/{job.pk}/").content.decode()


def test_what_is_cancelled_while_it_is_begun_is_not_done(
    committed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leadscape_web.jobs import performing

    job = _ask(_user("nation.editor"))
    refresh = Job.refresh_from_db

    def cancelled_meanwhile(self: Job, **more: Any) -> None:
        refresh(self, **more)
        Job.objects.using("progress").filter(pk=job.pk).update(cancel_asked_at=timezone.now())

    monkeypatch.setattr(performing.Job, "refresh_from_db", cancelled_meanwhile)
    perform(job.pk)
    monkeypatch.undo()
    job.refresh_from_db(using="owner")
    assert (job.state, job.attempts) == ("cancelled", 0)
    assert _name() == "Northshire"


def test_a_letter_that_failed_does_not_claim_that_nothing_happened(committed: None) -> None:
    def break_down(_: Any) -> None:
        raise ZeroDivisionError

    add_kind(Kind("tests.letter", "Send", break_down, rule=EDITS, leaves=True, brief=True))
    user = _user("nation.editor")
    with acting(user):
        job = ask_for("tests.letter", asked_by=user)
    assert run_jobs() == [("tests.letter", "failed")]
    page = _client_of("nation.editor").get(f"/jobs/{job.pk}/").content.decode()
    assert "whether the letter was handed over before is not known" in page
    assert "It failed, and nothing was changed" not in page
    assert "work is kept whole or not at all" not in page


@pytest.mark.parametrize(("leaves", "state"), [(True, "done"), (False, "cancelled")])
def test_what_has_left_the_house_is_not_cancelled(committed: None, leaves: bool, state: str) -> None:
    name = f"tests.leaves.{leaves}"

    def send(running: Any) -> None:
        Job.objects.using("progress").filter(pk=running.job.pk).update(cancel_asked_at=timezone.now())

    add_kind(Kind(name, "Send", send, rule=EDITS, leaves=leaves))
    user = _user("nation.editor")
    with acting(user):
        job = ask_for(name, asked_by=user)
    assert run_jobs() == [(name, state)]
    assert Job.objects.using("owner").get(pk=job.pk).state == state


def test_what_is_over_long_ago_is_forgotten_though_an_import_names_it(committed: None) -> None:
    user = _user("nation.editor")
    old = timezone.now() - timedelta(days=91)
    with acting(why="An import of a test", using="owner"):
        job = Job.objects.using("owner").create(kind="tests.rename", asked_by=user)
        Job.objects.using("owner").filter(pk=job.pk).update(state="done", asked_at=old, ended_at=old)
        Import.objects.using("owner").create(kind="register", created_by=user, job=job)
    ask_for_daily()
    assert not Job.objects.using("owner").filter(pk=job.pk).exists()
    assert Import.objects.using("owner").get(job=job.pk)


def _tried(kind: str) -> list[Job]:
    return list(Job.objects.using("owner").filter(kind=kind, asked_by=None).order_by("asked_at"))


def test_daily_work_that_failed_is_asked_for_again_a_few_times_and_told(committed: None) -> None:
    name = "tests.daily"
    trouble = StudyProblem("The file is wrong.", "It holds nothing.", "Bring another.")

    def work(_: Any) -> None:
        if trouble_lasts:
            raise trouble

    trouble_lasts = True
    kind = Kind(name, "Do it daily", work, daily="00:00")
    add_kind(kind)
    try:
        ask_for_daily()
        ask_for_daily()
        assert len(_tried(name)) == 1
        for tries in (1, 2, 3, 4, 4):
            assert len(_tried(name)) == tries
            _perform_all(name)
            ask_for_daily()
            assert len(_tried(name)) == tries, "not at once"
            _an_hour_later(name)
            ask_for_daily()
        page = _page_of_jobs("nation.administrator")
        assert "Daily work that failed" in page
        assert "Do it daily" in page
        assert "The file is wrong." in page
        assert "Daily work that failed" not in _page_of_jobs("nation.editor")
        trouble_lasts = False
        ask_for(name, asked_by=None, using="owner")
        _perform_all(name)
        assert "Daily work that failed" not in _page_of_jobs("nation.administrator")
        assert len(_tried(name)) == 5
        ask_for_daily()
        assert len(_tried(name)) == 5, "what is done is done for today"
    finally:
        object.__setattr__(kind, "daily", None)


def _perform_all(kind: str) -> None:
    for job in Job.objects.using("owner").filter(kind=kind, state="waiting"):
        perform(job.pk)


def _an_hour_later(kind: str) -> None:
    # Not the time of asking: an hour before may be yesterday.
    earlier = timezone.now() - timedelta(hours=1)
    Job.objects.using("owner").filter(kind=kind).exclude(ended_at=None).update(ended_at=earlier)


def _page_of_jobs(name: str) -> str:
    return _client_of(name).get("/jobs/").content.decode()


def _client_of(name: str) -> Any:
    from django.test import Client

    client = Client()
    with acting(_user(name)):
        client.force_login(_user(name), backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor"] = True
    session.save()
    return client


def test_what_is_patient_lets_others_go_first(committed: None) -> None:
    patient = ask_for("tests.rename", asked_by=None, given={"patient": True}, using="owner")
    other = ask_for("tests.rename", asked_by=None, using="owner")
    with connections["owner"].cursor() as cursor:
        cursor.execute("select args ->> 'job' from procrastinate_jobs order by priority desc, id")
        assert cursor.fetchall() == [(str(other.pk),), (str(patient.pk),)]
        cursor.execute("delete from procrastinate_jobs")
        cursor.execute("update jobs_job set asked_at = now() - interval '1 minute'")
    ask_for_daily()
    with connections["owner"].cursor() as cursor:
        cursor.execute("select priority from procrastinate_jobs where args ->> 'job' = %s", [str(patient.pk)])
        assert cursor.fetchall() == [(-10,)]
