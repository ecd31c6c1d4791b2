"""Perform a job: once, whole or not at all, and always explained.

Everything that a job changes is one transaction with the row that says it is done: a worker that is killed leaves
nothing behind, and whoever tries again finds either that or all of it. How far it is goes through a connection of its
own, so that it is seen before the end.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connections
from django.utils import timezone

from leadscape.core.errors import LeadscapeError, TableProblem
from leadscape_web.accounts.context import acting, because
from leadscape_web.accounts.models import Access, User
from leadscape_web.jobs.kinds import Kind, kind_of
from leadscape_web.jobs.models import Job

OWNER: Final = "owner"
PROGRESS: Final = "progress"
MOST_ATTEMPTS: Final = 3
"""Beginnings after which a job whose worker was ended each time is given up: it may be what ends them."""
MOST_RULES: Final = 5
"""Rules that the problem of a job names."""
_log = logging.getLogger(__name__)


class Busy(Exception):
    """Another process still holds the job; the queue tries again in a moment."""


class Cancelled(Exception):
    """Somebody cancelled the job. Everything it had changed is taken back."""


@dataclass(frozen=True)
class Running:
    """A job as the function that performs it sees it."""

    job: Job

    @property
    def given(self) -> Mapping[str, Any]:
        """What it works on."""
        return self.job.given

    @property
    def asked_by(self) -> UUID | None:
        """Id of the user who asked for it; null: the service itself."""
        return self.job.asked_by_id

    def because(self, why: str) -> None:
        """Give the reason of the changes that follow."""
        because(why, using=OWNER)

    def step(self, words: str, done: int | None = None, total: int | None = None) -> None:
        """Say what is being done, and how much of it. Seen at once.

        Raises
        ------
        Cancelled
            When somebody cancelled the job.
        """
        rows = Job.objects.using(PROGRESS).filter(pk=self.job.pk)
        rows.update(step=words, steps_done=done, steps=total)
        self.check()

    def check(self) -> None:
        """Go on unless somebody cancelled the job.

        Raises
        ------
        Cancelled
            When somebody did.
        """
        if Job.objects.using(PROGRESS).filter(pk=self.job.pk, cancel_asked_at__isnull=False).exists():
            raise Cancelled


def perform(key: UUID | str) -> None:
    """Perform the job with this id, unless it is over.

    Raises
    ------
    Busy
        When another process is at it, or the database has not noticed yet that it was killed.
    """
    job = Job.objects.using(PROGRESS).filter(pk=key).first()
    if job is None or job.is_over:
        return
    try:
        with acting(job.asked_by_id, using=OWNER, request=str(job.pk)):
            if _begin(job):
                _do(job)
    except Busy:
        raise
    except Cancelled:
        _end(job, Job.State.CANCELLED)
    except LeadscapeError as error:
        _end(job, Job.State.FAILED, problem=_as_problem(error))
    except Exception:
        number = secrets.token_hex(4)
        _log.exception(
            "A job failed", extra={"fields": {"job": str(job.pk), "kind": job.kind, "number": number}}
        )
        _end(job, Job.State.FAILED, problem=_unexpected(number, leaves=_leaves(job)))


def _begin(job: Job) -> bool:
    """Whether it is still to be done, now that nobody else can be at it."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "select pg_try_advisory_xact_lock(hashtext('leadscape job'), hashtext(%s))", [str(job.pk)]
        )
        if cursor.fetchone() != (True,):
            raise Busy(str(job.pk))
    job.refresh_from_db(using=PROGRESS)
    if job.is_over:
        return False
    if job.attempts >= MOST_ATTEMPTS:
        raise _GivenUp(job.attempts, leaves=_leaves(job))
    job.attempts += 1
    # Whoever cancels in between has ended it, and it is not begun.
    begun = Job.objects.using(PROGRESS).filter(pk=job.pk, state__in=Job.UNDER_WAY)
    changed = begun.update(
        state=Job.State.RUNNING,
        attempts=job.attempts,
        started_at=timezone.now(),
        step="",
        steps_done=None,
        steps=None,
    )
    return bool(changed)


def _do(job: Job) -> None:
    running = Running(job)
    running.check()
    kind = _allowed(job)
    result = kind.perform(running)
    if not kind.leaves:
        running.check()
    done = Job.objects.using(OWNER).filter(pk=job.pk)
    done.update(state=Job.State.DONE, ended_at=timezone.now(), result=dict(result) if result else {}, step="")


def _allowed(job: Job) -> Kind:
    """The kind of the job, if its asker may still ask for it."""
    kind = kind_of(job.kind)
    if kind is None:
        raise LeadscapeError(
            f"This release does not know the work “{job.kind}”.",
            "It was asked for by another release.",
            "Ask for it again.",
        )
    if job.asked_by_id is None:
        return kind
    active = User.objects.using(OWNER).filter(pk=job.asked_by_id, is_active=True).exists()
    held = Access.objects.using(OWNER).filter(user_id=job.asked_by_id, ended_at=None)
    accesses = frozenset(held.values_list("right", "organisation__kind"))
    if not active or kind.rule is None or not kind.rule.allows(accesses):
        raise LeadscapeError(
            "Whoever asked for this may not do it any more."
            if kind.rule
            else "Only the service itself does this.",
            "Rights are looked at when work begins, not only when it is asked for.",
            "Ask somebody who may.",
        )
    return kind


class _GivenUp(LeadscapeError):
    def __init__(self, attempts: int, *, leaves: bool) -> None:
        super().__init__(
            f"The process that does the work was ended {attempts} times while it did this.",
            f"It may need more memory than there is, or the machine was restarted. {_kept(leaves)}",
            "Ask whoever runs the service to look at its log, then try again.",
        )


def _end(job: Job, state: Job.State, problem: dict[str, Any] | None = None) -> None:
    Job.objects.using(PROGRESS).filter(pk=job.pk).exclude(state=Job.State.DONE).update(
        state=state, ended_at=timezone.now(), problem=problem, step=""
    )


def _as_problem(error: LeadscapeError) -> dict[str, Any]:
    """What is kept of a mistake. Of a table, the rules that it breaks and never its values: they may name people."""
    if not isinstance(error, TableProblem):
        return {"what": error.what, "why": error.why, "next": error.next_step}
    rules = error.problems.group_by("rule").len().sort("len", "rule", descending=[True, False])
    told = "; ".join(f"{rule} ({n}×)" for rule, n in rules.head(MOST_RULES).iter_rows())
    return {
        "what": f"{error.problems.height} values of a file cannot be used: {told}",
        "why": error.why,
        "next": error.next_step,
    }


def _leaves(job: Job) -> bool:
    kind = kind_of(job.kind)
    return kind is not None and kind.leaves


def _kept(leaves: bool) -> str:
    """What is left of work that was not done; of a letter it is not known."""
    if leaves:
        return "Nothing was changed here; whether the letter was handed over before is not known."
    return "Nothing was changed: work is kept whole or not at all."


def _unexpected(number: str, *, leaves: bool) -> dict[str, Any]:
    return {
        "what": f"Something unexpected happened (number {number}).",
        "why": _kept(leaves),
        "next": "Try again; if it happens again, tell whoever runs the service the number.",
    }
