"""What waits here is given up when a person is erased or it waited too long; and names of files that name somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from leadscape_web.imports.files import empty_files
from leadscape_web.imports.models import Import, Upload
from leadscape_web.jobs.models import Job
from leadscape_web.studies.keeping import Period
from leadscape_web.studies.personal import ErasedSubject, is_called_after, plain_name

WAITING: Final = (Import.State.CHECKING, Import.State.CHECKED, Import.State.STORING)
GIVEN_UP: Final = (
    "A person was erased while this waited, and its files may name them. Bring the files in again: whoever was erased"
    " is left out then."
)

WAITED: Final = (
    "Nobody confirmed this for as long as files may wait, so that they were forgotten. Bring them in again."
)
PERIOD: Final = Period(
    "waiting_files",
    "Files that were brought in and that nobody confirmed",
    "the day they were brought in",
    30,
    "Long enough to answer what is asked about them; a register is out of date by then (our choice)",
)


def erase_waiting(subject: ErasedSubject) -> int:
    """Give up every import that waits, and rename files that are named after the person; records changed.

    Which file names somebody cannot be told for sure from its bytes, so that none is kept. The caller holds the lock
    under which imports are stored, so that none is stored meanwhile.
    """
    waiting = Import.objects.using(subject.using).select_for_update().filter(state__in=WAITING)
    given_up = list(waiting)
    for one in given_up:
        Import.objects.using(subject.using).filter(pk=one.pk).update(
            state=Import.State.WITHDRAWN, withdrawn_at=timezone.now(), notes=[GIVEN_UP]
        )
        empty_files(one, subject.using)
    return len(given_up) + _rename_files(subject)


def waiting_since(using: str) -> list[tuple[str, date]]:
    """Imports that were neither stored nor given up, each with the day on which the files were brought in.

    One that was confirmed counts where the job that was to store it failed or was cancelled.
    """
    waiting = _idle(using).values_list("pk", "created_at")
    return [(str(key), timezone.localdate(at)) for key, at in waiting]


def give_up(keys: Sequence[str], using: str) -> int:
    """Give up imports that waited long enough, and forget their files; how many."""
    given_up = list(_idle(using).select_for_update().filter(pk__in=keys))
    for one in given_up:
        Import.objects.using(using).filter(pk=one.pk).update(
            state=Import.State.WITHDRAWN, withdrawn_at=timezone.now(), notes=[WAITED]
        )
        empty_files(one, using)
    return len(given_up)


def _idle(using: str) -> QuerySet[Import]:
    """Imports that no job is about to store."""
    # Asked by its number: the job itself is forgotten in time, and the import then waits for nothing.
    at_work = Job.objects.using(using).exclude(state__in=Job.OVER)
    waits = Q(state__in=(Import.State.CHECKING, Import.State.CHECKED)) | (
        Q(state=Import.State.STORING) & ~Q(job_id__in=at_work.values("pk"))
    )
    return Import.objects.using(using).filter(waits)


def _rename_files(subject: ErasedSubject) -> int:
    files = Upload.objects.using(subject.using)
    named = [one for one in files.values_list("pk", "file_name") if is_called_after(one[1], subject.names)]
    for key, name in named:
        files.filter(pk=key).update(file_name=plain_name(key, name))
    return len(named)
