"""What came of a round that was closed: its count and the run of its study, and where the result is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from leadscape_web.govuk.wording import written_date
from leadscape_web.jobs.models import Job
from leadscape_web.jobs.presenters import progress_of
from leadscape_web.landscape.waves import latest_wave
from leadscape_web.rounds.models import Round

COUNTS: Final = "rounds.count"
RUNS: Final = "studies.run"


@dataclass(frozen=True)
class Outcome:
    """What a round's page says once it is closed.

    Attributes
    ----------
    problem
        What went wrong with the latest count or run, why, and what next; null where nothing did.
    job
        Address of that count or run; empty where the reader cannot open it.
    links
        Label and address of what the last run gave; none where there is nothing yet.
    """

    words: str
    problem: Mapping[str, str] | None
    job: str
    links: tuple[dict[str, str], ...]


def outcome_of(found: Round) -> Outcome | None:
    """What came of closing a round; null while it is open. One sees one's own jobs only; others are told in general."""
    if found.closed_at is None:
        return None
    wave = found.study.wave_id if found.study else None
    latest = (
        Job.objects.filter(
            Q(kind=COUNTS, given__round=str(found.pk))
            | Q(kind=RUNS, given__study=str(found.study_id or found.pk))
        )
        .order_by("-asked_at")
        .first()
    )
    links = _links(found, str(wave)) if wave else ()
    job = reverse("jobs:job", args=[latest.pk]) if latest else ""
    if latest is not None and not latest.is_over:
        return Outcome(f"The round is being counted. {progress_of(latest)}", None, job, links)
    if latest is not None and latest.state != Job.State.DONE:
        kept = " What was counted before stands." if wave else ""
        words = (
            f"The last count failed, so nothing new is counted.{kept} The answers are kept."
            if latest.state == Job.State.FAILED
            else f"The last count was cancelled.{kept} Count again when you are ready."
        )
        return Outcome(words, latest.problem, job, links)
    if wave:
        return Outcome("The round is counted.", None, "", links)
    return Outcome(
        "The round is closed, and its count gave no figures yet: it is under way, or it failed. Whoever asked for it "
        "sees under Jobs what became of it; you can count again.",
        None,
        "",
        (),
    )


def figures_after(found: Round) -> str:
    """What stands first on the pages of the landscape once the round is counted, as a sentence; empty where only it."""
    shown = latest_wave()
    if shown is None or (found.study and shown.pk == found.study.wave_id):
        return ""
    named = f"“{shown.title}, {written_date(shown.as_of)}”"
    if shown.as_of > found.as_of:
        return (
            f"The first page goes on to show {named}, whose date is later. "
            "The figures of this round can be chosen there."
        )
    return (
        "As soon as the round is counted, the first page, the map and the landscape show its figures instead of those "
        f"of {named}, however few answered. The former stay, and can be chosen on each of these pages."
    )


def _links(found: Round, wave: str) -> tuple[dict[str, str], ...]:
    figures: dict[str, Any] = {"wave": wave}
    return (
        {
            "label": "The study, its files and its runs",
            "href": reverse("studies:study", args=[found.study_id]),
        },
        {"label": "Its figures", "href": f"{reverse('landscape:overview')}?{urlencode(figures)}"},
        {"label": "Report and files", "href": f"{reverse('landscape:report')}?{urlencode(figures)}"},
        {"label": "Questions about the answers", "href": reverse("review:queue")},
    )
