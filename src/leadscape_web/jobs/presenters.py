"""Jobs in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from leadscape_web.govuk.wording import written_number
from leadscape_web.jobs.kinds import kind_of, kinds
from leadscape_web.jobs.models import Job


@dataclass(frozen=True)
class ShownJob:
    """A job as its page shows it.

    Attributes
    ----------
    progress
        Where it stands, one sentence.
    facts
        Rows of label and value.
    problem
        What went wrong, why, and what next; null: nothing.
    link
        Address of what came of it; null: nowhere.
    """

    title: str
    progress: str
    facts: tuple[dict[str, Any], ...]
    problem: dict[str, str] | None
    link: str | None
    can_cancel: bool
    can_ask_again: bool


def present_job(job: Job) -> ShownJob:
    """One job for its page."""
    kind = kind_of(job.kind)
    link = kind.link(job) if kind and kind.link and job.state == Job.State.DONE else None
    return ShownJob(
        title=label_of(job),
        progress=progress_of(job),
        facts=tuple(
            fact
            for fact in (
                {"label": "About", "value": job.subject} if job.subject else None,
                {"label": "State", "value": job.get_state_display()},  # type: ignore[attr-defined]
                {"label": "Asked for", "value": _moment(job.asked_at)},
                {"label": "Begun", "value": _moment(job.started_at), "missing": "Not yet"},
                {"label": "Ended", "value": _moment(job.ended_at), "missing": "Not yet"},
                {"label": "Beginnings", "value": job.attempts} if job.attempts > 1 else None,
                *({"label": _words(name), "value": value} for name, value in _told(job)),
            )
            if fact
        ),
        problem=job.problem,
        link=link,
        can_cancel=not job.is_over and job.cancel_asked_at is None and job.asked_by_id is not None,
        can_ask_again=job.state in (Job.State.FAILED, Job.State.CANCELLED) and bool(kind and kind.rule),
    )


def row_of(job: Job) -> dict[str, Any]:
    """One job in a list."""
    return {
        "key": str(job.pk),
        "what": label_of(job),
        "subject": job.subject or None,
        "state": job.get_state_display(),  # type: ignore[attr-defined]
        "asked": timezone.localtime(job.asked_at).date(),
        "ended": timezone.localtime(job.ended_at).date() if job.ended_at else None,
        "order": 0,
    }


def failing_daily() -> list[dict[str, Any]]:
    """Daily work of the service itself whose last try failed, for administrators of the nation; none to others."""
    daily = [kind.name for kind in kinds() if kind.daily]
    over = Job.objects.filter(asked_by=None, kind__in=daily, state__in=(Job.State.DONE, Job.State.FAILED))
    latest = over.order_by("kind", "-asked_at").distinct("kind")
    return [
        {
            "key": job.pk,
            "what": label_of(job),
            "since": _moment(job.ended_at),
            "problem": (job.problem or {}).get("what", ""),
        }
        for job in latest
        if job.state == Job.State.FAILED
    ]


def label_of(job: Job) -> str:
    """What it does; the bare name where this release does not know the kind."""
    kind = kind_of(job.kind)
    return kind.label if kind else job.kind


def progress_of(job: Job) -> str:
    """Where it stands, in a sentence."""
    if job.cancel_asked_at and not job.is_over:
        return "It was cancelled and stops at its next step."
    if job.state == Job.State.WAITING:
        return "It waits for its turn."
    if job.state == Job.State.RUNNING:
        step = job.step or "Begun"
        if job.steps_done is not None and job.steps:
            return f"{step}: {written_number(job.steps_done)} of {written_number(job.steps)}."
        return f"{step} …"
    return {
        Job.State.DONE: "It is done.",
        Job.State.FAILED: "It failed, and nothing was changed.",
        Job.State.CANCELLED: "It was cancelled, and nothing was changed.",
    }[Job.State(job.state)]


def _told(job: Job) -> list[tuple[str, Any]]:
    """What the result says in plain numbers and words."""
    return [
        (name, value) for name, value in (job.result or {}).items() if isinstance(value, int | float | str)
    ]


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _moment(at: datetime | None) -> str | None:
    return timezone.localtime(at).strftime("%-d %B %Y, %H:%M:%S") if at else None
