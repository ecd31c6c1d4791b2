"""Ask for work: a row in the asker's own transaction."""

from __future__ import annotations

from collections.abc import Mapping
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
    known = kind_of(kind)
    if known is None:
        raise ValueError(f"there is no kind of job called {kind!r}")
    return Job.objects.using(using).create(
        kind=kind, subject=subject, given=dict(given or {}), asked_by=asked_by, brief=known.brief
    )


def ask_again(job: Job, asked_by: User) -> Job:
    """Ask once more for what failed or was cancelled."""
    return ask_for(job.kind, asked_by=asked_by, subject=job.subject, given=job.given)
