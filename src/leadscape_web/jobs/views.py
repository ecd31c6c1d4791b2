"""Pages of jobs: what one asked for, how far it is, cancel it, ask again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import polars as pl
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from leadscape_web.accounts.rules import ANY_RIGHT, allow
from leadscape_web.govuk.listing import Column, Filter, Listing, render_listing
from leadscape_web.jobs.asking import ask_again
from leadscape_web.jobs.models import Job
from leadscape_web.jobs.presenters import askers, failing_daily, present_job, progress_of, row_of

MOST_LISTED = 500


@allow(ANY_RIGHT)
def jobs(request: HttpRequest) -> HttpResponse:
    """One's own jobs, latest first; an administrator of the nation sees everybody's."""
    found = list(Job.objects.order_by("-asked_at")[:MOST_LISTED])
    who = askers(found)
    rows = pl.DataFrame(
        [row_of(job, who) for job in found],
        schema={"key": pl.String, "what": pl.String, "subject": pl.String, "state": pl.String,
                "asker": pl.String, "asked": pl.Date, "ended": pl.Date},
    )  # fmt: skip
    listing = Listing(
        name="jobs",
        title="Jobs",
        about=f"Work that takes longer than a page: what you asked for, the latest {MOST_LISTED}.",
        columns=(
            Column("what", "What", href="/jobs/{key}/"),
            Column("subject", "About", missing="Nothing in particular"),
            Column("state", "State"),
            Column("asker", "Who asked"),
            Column("asked", "Asked for", kind="date"),
            Column("ended", "Ended", kind="date", missing="Not yet"),
        ),
        rows=rows,
        source="This service's own list of work",
        filters=(Filter("state", "State"),),
        empty="Nothing was asked for yet. Imports, runs of the study and messages appear here.",
    )
    return render_listing(request, listing, "jobs/jobs.html", {"failing": failing_daily()})


@allow(ANY_RIGHT)
def job(request: HttpRequest, key: UUID) -> HttpResponse:
    """One job: what is being done, what came of it, or what went wrong."""
    found = get_object_or_404(Job, pk=key)
    return render(request, "jobs/job.html", {"job": found, "shown": present_job(found)})


@allow(ANY_RIGHT)
def state(request: HttpRequest, key: UUID) -> JsonResponse:
    """The same in a few words, for the page to ask again and again."""
    found = get_object_or_404(Job, pk=key)
    return JsonResponse({"state": found.state, "over": found.is_over, "words": progress_of(found)})


@allow(ANY_RIGHT, methods=("POST",))
def cancel(request: HttpRequest, key: UUID) -> HttpResponseRedirect:
    """Cancel it: what waits is over at once, what runs is taken back at its next step, if it comes to one."""
    found = get_object_or_404(Job, pk=key)
    if found.is_over:
        messages.info(request, "It was over already, so there was nothing to cancel.")
    else:
        Job.objects.filter(pk=key, cancel_asked_at=None).update(cancel_asked_at=timezone.now())
        found.refresh_from_db()
        if found.state == Job.State.CANCELLED:
            messages.info(request, "It is cancelled. It was not begun, so nothing was changed.")
        elif not found.is_over:
            messages.info(
                request,
                "It stops at its next step, and what it changed is taken back. If it is done before, it stands.",
            )
        else:
            messages.info(request, "It was over before it could be cancelled.")
    return redirect("jobs:job", key=key)


@allow(ANY_RIGHT, methods=("POST",))
def again(request: HttpRequest, key: UUID) -> HttpResponseRedirect:
    """Ask once more for what failed or was cancelled."""
    found = get_object_or_404(Job, pk=key)
    if found.state not in (Job.State.FAILED, Job.State.CANCELLED):
        messages.info(request, "Only what failed or was cancelled is asked for again.")
        return redirect("jobs:job", key=key)
    asker: Any = request.user
    return redirect("jobs:job", key=ask_again(found, asker).pk)
