"""The queue: letters beside long work in one worker, and jobs of a worker that was killed given to another."""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.db import connections
from procrastinate import JobContext
from procrastinate.contrib.django import app

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.rules import EDITS
from leadscape_web.config.management.commands.work import _work
from leadscape_web.jobs import queue_tasks
from leadscape_web.jobs.asking import ask_for, ask_for_each
from leadscape_web.jobs.kinds import Kind, add_kind, kinds
from leadscape_web.jobs.models import Job
from leadscape_web.jobs.queue_tasks import BRIEF, QUEUE, look_after

from tests.support.own_database import own_database

PATIENCE = 20.0
letter_is_out = threading.Event()
begun = threading.Event()


def _long(_: Any) -> dict[str, bool]:
    begun.set()
    return {"beside": letter_is_out.wait(PATIENCE)}


def _letter(_: Any) -> None:
    letter_is_out.set()


LONG = Kind("tests.long", "Run a nation", _long, rule=EDITS)
LETTER = Kind("tests.brief_letter", "Send", _letter, rule=EDITS, leaves=True, brief=True)
add_kind(LONG)
add_kind(LETTER)


@pytest.fixture(scope="module")
def world(service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with own_database(service_server, django_db_blocker, f"queue_{uuid.uuid4().hex[:8]}"):
        yield


@pytest.fixture
def editor(world: None) -> Any:
    from leadscape_web.accounts.models import User

    Job.objects.using("owner").all().delete()
    with connections["owner"].cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")
    letter_is_out.clear()
    begun.clear()
    return User.objects.using("owner").get(email="nation.editor@leadscape.example")


def _ask(kind: str, editor: Any) -> Job:
    with acting(editor):
        return ask_for(kind, asked_by=editor)


def _queued(job: Job) -> tuple[str, str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select queue_name, status::text from procrastinate_jobs where args ->> 'job' = %s", [str(job.pk)]
        )
        [found] = cursor.fetchall()
    return found


def test_what_is_over_in_a_moment_has_a_queue_of_its_own(editor: Any) -> None:
    assert _queued(_ask(LONG.name, editor)) == (QUEUE, "todo")
    assert _queued(_ask(LETTER.name, editor)) == (BRIEF, "todo")
    assert all(kind.brief for kind in kinds() if kind.leaves and not kind.name.startswith("tests.leaves")), (
        "letters"
    )


def test_a_letter_goes_beside_long_work_in_one_worker(editor: Any) -> None:
    """The long work ends only once the letter is out: behind it, it would wait in vain."""
    long = _ask(LONG.name, editor)

    async def work() -> float:
        with app.replace_connector(app.connector.get_worker_connector()) as ready:  # type: ignore[attr-defined]
            worker = asyncio.create_task(_work(ready, wait=True))
            try:
                await asyncio.to_thread(begun.wait, PATIENCE)
                asked = time.monotonic()
                await asyncio.to_thread(_in_thread, lambda: _ask(LETTER.name, editor))
                await asyncio.to_thread(letter_is_out.wait, PATIENCE)
                waited = time.monotonic() - asked
                await asyncio.to_thread(_in_thread, lambda: _until_over(long))
            finally:
                worker.cancel()
                await asyncio.gather(worker, return_exceptions=True)
        return waited

    waited = asyncio.run(work())
    assert Job.objects.using("owner").get(pk=long.pk).result == {"beside": True}
    assert waited < PATIENCE / 2


def _in_thread(do: Any) -> None:
    try:
        do()
    finally:
        connections.close_all()


def _until_over(job: Job) -> None:
    end = time.monotonic() + PATIENCE
    while not Job.objects.using("owner").get(pk=job.pk).is_over:
        assert time.monotonic() < end, "it never ended"
        time.sleep(0.05)


def test_the_job_of_a_worker_that_was_killed_is_given_to_another_and_the_day_is_looked_after(
    editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()
    monkeypatch.setattr(queue_tasks, "ask_for_daily", asked.set)
    job = _ask(LETTER.name, editor)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 minute') returning id"
        )
        worker = cursor.fetchone()
        cursor.execute("update procrastinate_jobs set status = 'doing', worker_id = %s", worker)
    Job.objects.using("owner").filter(pk=job.pk).update(state="running", attempts=1)

    async def look() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as ready:  # type: ignore[attr-defined]
            async with ready.open_async():
                await look_after.func(cast("JobContext", SimpleNamespace(app=ready)), 0)

    asyncio.run(look())
    assert asked.is_set()
    assert _queued(job) == (BRIEF, "todo")


def test_thousands_of_letters_hold_up_neither_the_day_nor_a_letter_to_one(editor: Any) -> None:
    with acting(editor):
        many = [{"notice": str(number), "patient": True} for number in range(2000)]
        assert ask_for_each(LETTER.name, many, asked_by=editor) == 2000
    single = _ask(LETTER.name, editor)

    async def look() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as ready:  # type: ignore[attr-defined]
            async with ready.open_async():
                task = ready.tasks["leadscape.look_after"]
                # As the periodic deferrer of a worker does it.
                await task.configure(queueing_lock=task.queueing_lock).defer_async(timestamp=0)

    asyncio.run(look())
    with connections["owner"].cursor() as cursor:
        cursor.execute("insert into procrastinate_workers default values returning id")
        worker = cursor.fetchone()
        taken = []
        for _ in range(3):
            cursor.execute(
                "select task_name, args ->> 'job' from procrastinate_fetch_job_v2(%s, %s)", [[BRIEF], *worker]
            )
            taken += cursor.fetchall()
        cursor.execute("delete from procrastinate_jobs")
    assert [task for task, _ in taken] == ["leadscape.look_after", "leadscape.perform", "leadscape.perform"]
    assert taken[1][1] == str(single.pk)
    assert Job.objects.using("owner").get(pk=taken[2][1]).given == many[0], "then the many, in their order"
