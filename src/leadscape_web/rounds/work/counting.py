"""Count a round: a study of its own with the register of the study it was based on, run by a job."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, count
from typing import Any, Final

from django.db import connections
from django.urls import reverse

from leadscape.core.errors import LeadscapeError
from leadscape_web.accounts.models import User
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.models import Job
from leadscape_web.jobs.performing import Running
from leadscape_web.landscape.loading.load import FEWEST_SHOWN, lock_loads
from leadscape_web.rounds.models import Round
from leadscape_web.studies.inputs import add_input, current_inputs
from leadscape_web.studies.models import Study

REGISTER: Final = ("schools", "links", "groups", "mapping", "boundaries")
OF_ITS_DATE: Final = ("denominator",)
"""Settings that hold for one date only, and are not taken over for another."""


def perform_count(running: Running) -> Mapping[str, Any]:
    """The job ``rounds.count``: make the round's study where there is none, and ask for its run."""
    found = (
        Round.objects.using("owner")
        .select_for_update(of=("self",))
        .select_related("base")
        .get(pk=running.given["round"])
    )
    if found.closed_at is None:
        raise LeadscapeError(
            "The round is open.",
            "Answers may still come, and a count must be of an answer that stands.",
            "Close the round, then count it.",
        )
    running.because("Counted a survey round")
    if found.study_id is None:
        running.step("Making the study of the round")
        lock_loads(connections["owner"].cursor().cursor)
        found.study = _make_study(found, running)
        Round.objects.using("owner").filter(pk=found.pk).update(study=found.study, version=found.version + 1)
    asker = User.objects.using("owner").get(pk=running.asked_by)
    run = ask_for(
        "studies.run",
        asked_by=asker,
        subject=found.title,
        given={"study": str(found.study_id), "why": f"Counted the survey round “{found.title}”"},
        using="owner",
    )
    return {"study": str(found.study_id), "run": str(run.pk)}


def link(job: Job) -> str:
    """Where what came of it is seen: the job that runs the study."""
    return reverse("jobs:job", args=[(job.result or {})["run"]])


def _free_title(found: Round) -> str:
    """The round's title, with a number where a study of that date has it: answers never mix with other returns."""
    taken = set(
        Study.objects.using("owner")
        .filter(system=found.base.system, as_of=found.as_of, title__startswith=found.title)
        .values_list("title", flat=True)
    )
    numbered = (f"{found.title} (round {number})" for number in count(1))
    return next(title for title in chain([found.title], numbered) if title not in taken)


def _make_study(found: Round, running: Running) -> Study:
    base = found.base
    settings = {name: dict(section) for name, section in base.settings.items()}
    if found.as_of != base.as_of:
        for key in OF_ITS_DATE:
            settings.get("landscape", {}).pop(key, None)
    hidden = settings.get("landscape", {})
    # Whoever answered was promised so, whatever the study hides that the round is based on.
    if hidden.get("suppress_below", FEWEST_SHOWN) < FEWEST_SHOWN:
        hidden["suppress_below"] = FEWEST_SHOWN
    if found.as_of != base.register_as_of:
        # The register describes its own date, not that of the answers.
        settings.setdefault("register", {})["as_of"] = base.register_as_of.isoformat()
    study = Study.objects.using("owner").create(
        title=_free_title(found),
        system=base.system,
        as_of=found.as_of,
        codebook=found.codebook,
        settings=settings,
    )
    for held in current_inputs(base).filter(key__in=REGISTER).defer(None):
        add_input(study, held.key, held.file_name, bytes(held.content), added_by=running.asked_by)
    return study
