"""The worker as a process of its own: takes what is in the queue, tells what came of it, refuses the plain role."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from typing import Any

import pytest

from leadscape_web.accounts.context import acting
from leadscape_web.config.roles import OWNER, SERVICE
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.models import Job

from tests.support.own_database import own_database


@pytest.fixture(scope="module")
def environment(service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Any:
    name = f"worker_{uuid.uuid4().hex[:8]}"
    with own_database(service_server, django_db_blocker, name):
        yield {
            **os.environ,
            "DATABASE_URL": service_server.url(SERVICE, name),
            "LEADSCAPE_OWNER_URL": service_server.url(OWNER, name),
        }


def _work(environment: dict[str, str], **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leadscape_web", "work", "--once"],
        env={**environment, **more}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_it_performs_what_waits_and_ends_when_nothing_does(environment: dict[str, str]) -> None:
    from leadscape_web.accounts.models import User

    editor = User.objects.using("owner").get(email="nation.editor@leadscape.example")
    with acting(editor):
        job = ask_for("studies.run", asked_by=editor, given={"study": str(uuid.uuid4())})
    done = _work(environment)
    assert done.returncode == 0, done.stderr
    job.refresh_from_db(using="owner")
    assert (job.state, job.attempts) == (Job.State.FAILED, 1)
    assert job.problem is not None
    assert job.problem["what"] == "There is no such study."


def test_in_production_it_wants_the_owner(environment: dict[str, str]) -> None:
    refused = _work(
        environment, LEADSCAPE_OWNER_URL="", LEADSCAPE_PRODUCTION="1", LEADSCAPE_SECRET_KEY="k" * 50,
        LEADSCAPE_HOSTS="leadscape.example",
    )  # fmt: skip
    assert refused.returncode != 0
    assert "LEADSCAPE_OWNER_URL is not set" in refused.stderr
