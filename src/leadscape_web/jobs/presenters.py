"""Jobs in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from leadscape_web.accounts.actors import Act, who_acted
from leadscape_web.govuk.wording import local_day, to_the_second, written_number
from leadscape_web.jobs.kinds import kind_of, kinds
from leadscape_web.jobs.models import Job

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


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
                {"label": "Asked for", "value": to_the_second(job.asked_at)},
                {"label": "Who asked", "value": _begin(askers([job])[job.asked_by_id, job.asked_at])},
                {"label": "Begun", "value": to_the_second(job.started_at), "missing": "Not yet"},
                {"label": "Ended", "value": to_the_second(job.ended_at), "missing": "Not yet"},
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


def askers(jobs: Iterable[Job]) -> dict[Act, str]:
    """Who asked for each of them, as far as the reader may know it."""
    return who_acted((job.asked_by_id, job.asked_at) for job in jobs)


def row_of(job: Job, who: Mapping[Act, str]) -> dict[str, Any]:
    """One job in a list; ``who`` as :func:`askers` gives it."""
    return {
        "key": str(job.pk),
        "what": label_of(job),
        "subject": job.subject or None,
        "state": job.get_state_display(),  # type: ignore[attr-defined]
        "asker": _begin(who[job.asked_by_id, job.asked_at]),
        "asked": local_day(job.asked_at),
        "ended": local_day(job.ended_at),
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
            "since": to_the_second(job.ended_at),
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
        return "It was cancelled: it stops at its next step, unless it is done before."
    if job.state == Job.State.WAITING:
        return "It waits for its turn."
    if job.state == Job.State.RUNNING:
        step = job.step or "Begun"
        if job.steps_done is not None and job.steps:
            return f"{step}: {written_number(job.steps_done)} of {written_number(job.steps)}."
        return f"{step} …"
    if job.state == Job.State.DONE:
        return "It is done; it was cancelled too late." if job.cancel_asked_at else "It is done."
    if job.state == Job.State.CANCELLED:
        return "It was cancelled, and nothing was changed."
    kind = kind_of(job.kind)
    if kind and kind.leaves:
        # What is known of it stands with the problem.
        return "It failed."
    return "It failed, and nothing was changed."


def _told(job: Job) -> list[tuple[str, Any]]:
    """What the result says in plain numbers and words: no ids, which say nothing to people, and no yes and no."""
    return [
        (name, value)
        for name, value in (job.result or {}).items()
        if isinstance(value, int | float | str) and not isinstance(value, bool) and not _is_id(value)
    ]


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _begin(words: str) -> str:
    """As the first words of a line."""
    return words[:1].upper() + words[1:]


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
