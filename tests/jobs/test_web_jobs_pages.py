"""Pages of jobs: what is asked for and by whom, how far it is, and cancelling what nobody has begun."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.rules import EDITS
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.kinds import Kind, add_kind
from leadscape_web.jobs.models import Job


def _never(_: Any) -> None:
    raise AssertionError("nothing is performed here")


add_kind(Kind("tests.never", "Rename", _never, rule=EDITS))


@pytest.mark.django_db
def test_the_plain_role_asks_in_its_own_name_only_and_changes_nothing_else(user_of: Any) -> None:
    editor, reader = user_of("nation.editor"), user_of("authority.reader")
    with acting(editor):
        job = ask_for("tests.never", asked_by=editor)
        for attempt in (
            lambda: ask_for("tests.never", asked_by=reader),
            lambda: ask_for("tests.never", asked_by=None),
            lambda: Job.objects.create(kind="tests.never", asked_by=editor, state="done"),
            lambda: Job.objects.filter(pk=job.pk).update(result={"renamed": 9}),
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                attempt()
    with acting(reader):
        assert not Job.objects.filter(pk=job.pk).exists()
    with acting(user_of("nation.administrator")):
        assert Job.objects.filter(pk=job.pk).exists()


@pytest.mark.django_db
def test_its_page_says_how_far_it_is_and_cancels(client_of: Any, user_of: Any) -> None:
    editor = user_of("nation.editor")
    with acting(editor):
        job = ask_for("tests.never", asked_by=editor, subject="Northshire")
    client = client_of("nation.editor")
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "It waits for its turn." in page
    assert client_of("authority.reader").get(f"/jobs/{job.pk}/").status_code == 404
    assert client.get(f"/jobs/{job.pk}/state.json").json() == {
        "state": "waiting", "over": False, "words": "It waits for its turn.",
    }  # fmt: skip
    assert "Northshire" in client.get("/jobs/").content.decode()
    assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 302
    cancelled = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "It was not begun, so nothing was changed." in cancelled
    assert "It was cancelled, and nothing was changed." in cancelled
    assert client.get(f"/jobs/{job.pk}/state.json").json()["over"] is True
    assert (
        client.post(f"/jobs/{job.pk}/cancel/", follow=True).content.decode().count("It was over already") == 1
    )


@pytest.mark.django_db
def test_its_page_tells_who_asked_and_no_ids(client_of: Any, user_of: Any) -> None:
    editor = user_of("nation.editor")
    with acting(editor):
        job = ask_for("tests.never", asked_by=editor)
    result = {"study": str(uuid.uuid4()), "already": False, "letters": 3, "the mail server said": "451"}
    shown = {
        fact["label"]: fact["value"] for fact in _presented(job, editor, state="done", result=result).facts
    }
    assert (shown["Letters"], shown["The mail server said"]) == (3, "451")
    assert {"Study", "Already"}.isdisjoint(shown)
    assert shown["Who asked"] == "You"
    page = client_of("nation.administrator").get("/jobs/").content.decode()
    assert "A user of" in page or "Nation Editor" in page


def _presented(job: Job, reader: Any, **given: Any) -> Any:
    from leadscape_web.jobs.presenters import present_job

    for name, value in given.items():
        setattr(job, name, value)
    with acting(reader):
        return present_job(job)
