"""Pages of studies: which there are, from which files, and run one again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render

from leadscape_web.accounts.rules import EDITS_NATION, allow
from leadscape_web.govuk.wording import written_date
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.models import Job
from leadscape_web.studies.models import Study, StudyInput
from leadscape_web.studies.presenters import doubtful_rows, file_rows, settings_rows, study_rows
from leadscape_web.studies.registers import is_register_only
from leadscape_web.survey.models import Wave


@allow(EDITS_NATION)
def studies(request: HttpRequest) -> HttpResponse:
    """The studies that the service keeps, latest first."""
    found = Study.objects.order_by("-as_of", "title")
    files = StudyInput.objects.filter(removed_at=None).values_list("study_id", "key")
    return render(request, "studies/studies.html", {"studies": study_rows(found, files)})


@allow(EDITS_NATION)
def study(request: HttpRequest, key: UUID) -> HttpResponse:
    """One study: its settings, its files, its last run."""
    found = get_object_or_404(Study, pk=key)
    files = StudyInput.objects.filter(study=found).defer("content").order_by("key", "position", "added_at")
    wave = Wave.objects.filter(pk=found.wave_id).only("title", "as_of", "loaded_at").first()
    running = Job.objects.filter(kind="studies.run", given__study=str(key), state__in=Job.UNDER_WAY).first()
    return render(
        request,
        "studies/study.html",
        {
            "study": found,
            "wave": wave,
            "running": running,
            "register_only": is_register_only(found),
            "settings": settings_rows(found),
            "files": file_rows(files, removed=False),
            "doubtful": doubtful_rows(files),
            "removed": file_rows(files, removed=True),
        },
    )


@allow(EDITS_NATION, methods=("POST",))
def run(request: HttpRequest, key: UUID) -> HttpResponseRedirect:
    """Run it again, with everything that was decided, withdrawn and answered since."""
    found = get_object_or_404(Study, pk=key)
    asker: Any = request.user
    job = ask_for(
        "studies.run",
        asked_by=asker,
        subject=f"{found.title}, {written_date(found.as_of)}",
        given={"study": str(key)},
    )
    return redirect("jobs:job", key=job.pk)
