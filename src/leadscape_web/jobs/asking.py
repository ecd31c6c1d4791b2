"""Ask for work: a row in the asker's own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from leadscape_web.accounts.models import User
from leadscape_web.jobs.kinds import kind_of
from leadscape_web.jobs.models import Job


def ask_for(
    kind: str,
    *,
    asked_by: User | None,
    subject: str = "",
    given: Mapping[str, Any] | None = None,
    using: str = "default",
) -> Job:
    """Ask for one piece of work; it begins when the transaction has ended well.

    Parameters
    ----------
    asked_by
        In whose name; null: the service itself, which only the owner role can say.
    subject, given
        What it is about and works on: ids and dates, never a person's name or address. With ``patient`` in it, all
        other work goes first.

    Raises
    ------
    ValueError
        When there is no such kind.
    """
    job = _job(kind, asked_by, given or {}, subject)
    job.save(using=using, force_insert=True)
    return job


def ask_for_each(
    kind: str,
    given: Iterable[Mapping[str, Any]],
    *,
    asked_by: User | None,
    subject: str = "",
    using: str = "default",
) -> int:
    """Ask for many pieces of work of one kind, a job each, in few queries; how many.

    Parameters
    ----------
    given, asked_by, subject
        As in :func:`ask_for`.

    Raises
    ------
    ValueError
        When there is no such kind.
    """
    jobs = [_job(kind, asked_by, one, subject) for one in given]
    return len(Job.objects.using(using).bulk_create(jobs, batch_size=1000))


def ask_again(job: Job, asked_by: User) -> Job:
    """Ask once more for what failed or was cancelled."""
    return ask_for(job.kind, asked_by=asked_by, subject=job.subject, given=job.given)


def _job(kind: str, asked_by: User | None, given: Mapping[str, Any], subject: str = "") -> Job:
    known = kind_of(kind)
    if known is None:
        raise ValueError(f"there is no kind of job called {kind!r}")
    return Job(kind=kind, subject=subject, given=dict(given), asked_by=asked_by, brief=known.brief)
