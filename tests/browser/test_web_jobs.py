"""The page of a job in a browser: it tells how far the job is by itself, and leads whoever is signed out to sign in."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.support.service_browser import needs_browser

pytestmark = needs_browser
A_JOB = """
insert into jobs_job (id, kind, subject, given, asked_by_id, asked_at, state, attempts, step)
select %(key)s, 'rounds.invite', 'A round', '{}', id, now(), 'waiting', 0, '' from accounts_user
where email = 'nation.editor@leadscape.example'
"""


@pytest.fixture
def job(browser_service: Any) -> str:
    """A job that waits; no worker comes to it."""
    key = uuid.uuid4()
    browser_service.query(A_JOB, {"key": key})
    return str(key)


def test_the_page_tells_by_itself_how_far_it_is(visitor: Any, browser_service: Any, job: str) -> None:
    page = visitor("nation.editor")
    page.goto(f"/jobs/{job}/")
    status = page.get_by_role("status")
    assert status.inner_text() == "It waits for its turn."
    browser_service.query(
        "update jobs_job set state = 'running', step = 'Reading', steps_done = 2, steps = 9 where id = %(key)s",
        {"key": job},
    )
    status.get_by_text("Reading: 2 of 9.").wait_for()
    browser_service.query(
        "update jobs_job set state = 'done', ended_at = now(), result = '{}' where id = %(key)s", {"key": job}
    )
    page.get_by_text("It is done.").wait_for()
    assert page.get_by_role("button", name="Cancel this job").count() == 0


def test_whoever_is_signed_out_meanwhile_is_led_to_the_sign_in(visitor: Any, job: str) -> None:
    page = visitor("nation.editor")
    page.goto(f"/jobs/{job}/")
    page.context.clear_cookies()
    page.wait_for_url(f"**/account/sign-in/?next=/jobs/{job}/")
