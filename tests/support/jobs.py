"""Perform what waits, in the test's process: under ``own_database``, where transactions really commit."""

from __future__ import annotations


def run_jobs() -> list[tuple[str, str]]:
    """Perform every job that waits, and those that they ask for; kind and state of each, in order.

    The performer is the worker's own; only the queue is left out. Raise the problem of a failed one with
    ``assert_done``.
    """
    from leadscape_web.jobs.models import Job
    from leadscape_web.jobs.performing import perform

    done: list[tuple[str, str]] = []
    while True:
        waiting = Job.objects.using("owner").filter(state="waiting").order_by("asked_at").first()
        if waiting is None:
            return done
        perform(waiting.pk)
        waiting.refresh_from_db(using="owner")
        assert waiting.is_over, f"{waiting.kind} was left {waiting.state}"
        done.append((waiting.kind, waiting.state))


def assert_done(key: object) -> dict[str, object]:
    """The result of a job that must have gone well."""
    from leadscape_web.jobs.models import Job

    job = Job.objects.using("owner").get(pk=key)
    assert job.state == "done", job.problem
    return job.result or {}
