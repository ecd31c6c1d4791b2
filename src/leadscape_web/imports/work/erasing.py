"""What waits here is given up when a person is erased or it waited too long; and names of files that name somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from leadscape_web.imports.files import empty_files
from leadscape_web.imports.models import Import, Problem, Upload
from leadscape_web.jobs.models import Job
from leadscape_web.studies.keeping import Period
from leadscape_web.studies.personal import ErasedSubject, is_called_after, plain_name

WAITING: Final = (Import.State.CHECKING, Import.State.CHECKED, Import.State.STORING)
GIVEN_UP: Final = (
    "A person was erased while this waited, and its files may name them. Bring the files in again: whoever was erased"
    " is left out then."
)

WAITED: Final = (
    "This was not stored for as long as files may wait, so that they were forgotten. Bring them in again."
)
NAMED: Final = "What stood here named a file after somebody who was erased since."
ENDED: Final = (Import.State.REFUSED, Import.State.STORED, Import.State.UNDONE, Import.State.WITHDRAWN)
PERIOD: Final = Period(
    "waiting_files",
    "Files that were brought in and not stored, and what was quoted of files that cannot be used",
    "the day they were brought in",
    30,
    "Long enough to answer what is asked about them; a register is out of date by then (our choice)",
)


def erase_waiting(subject: ErasedSubject) -> int:
    """Give up every import that waits, and keep no name of a file that is named after the person; records changed.

    Which file names somebody cannot be told for sure from its bytes, so that none is kept; nor is anything that was
    quoted of one. The caller holds the lock under which imports are stored, so that none is stored meanwhile.
    """
    waiting = Import.objects.using(subject.using).select_for_update().filter(state__in=WAITING)
    given_up = list(waiting)
    for one in given_up:
        _withdraw(one, GIVEN_UP, subject.using)
    quoted = _quoting(subject.using).update(value=None)
    return len(given_up) + quoted + _rename_files(subject) + _reword(subject)


def waiting_since(using: str) -> list[tuple[str, date]]:
    """Imports whose files, or words of them, are kept and need not be; each with the day they were brought in.

    One that was confirmed counts where the job that was to store it failed or was cancelled.
    """
    quoted = Q(state__in=ENDED, pk__in=_quoting(using).values("belongs_to"))
    kept = Import.objects.using(using).filter(_idle(using) | quoted).values_list("pk", "created_at")
    return [(str(key), timezone.localdate(at)) for key, at in kept]


def give_up(keys: Sequence[str], using: str) -> int:
    """Give up imports that waited long enough, and forget what is kept of their files; how many."""
    imports = Import.objects.using(using).filter(pk__in=keys)
    quoted = _quoting(using).filter(belongs_to__in=imports.filter(state__in=ENDED))
    count = quoted.values("belongs_to").distinct().count()
    quoted.update(value=None)
    given_up = list(imports.select_for_update().filter(_idle(using)))
    for one in given_up:
        _withdraw(one, WAITED, using)
    return count + len(given_up)


def _withdraw(one: Import, why: str, using: str) -> None:
    Import.objects.using(using).filter(pk=one.pk).update(
        state=Import.State.WITHDRAWN, withdrawn_at=timezone.now(), notes=[why]
    )
    empty_files(one, using)


def _idle(using: str) -> Q:
    """Which imports wait, and are not about to be stored by a job."""
    at_work = Job.objects.using(using).exclude(state__in=Job.OVER)
    failed = Q(state=Import.State.STORING) & ~Q(job__in=at_work.values("pk"))
    return Q(state__in=(Import.State.CHECKING, Import.State.CHECKED)) | failed


def _quoting(using: str) -> QuerySet[Problem]:
    """What is wrong in files, with words that stand there."""
    return Problem.objects.using(using).exclude(value=None)


def _rename_files(subject: ErasedSubject) -> int:
    files = Upload.objects.using(subject.using)
    named = [one for one in files.values_list("pk", "file_name") if is_called_after(one[1], subject.names)]
    for key, name in named:
        files.filter(pk=key).update(file_name=plain_name(key, name))
    return len(named)


def _reword(subject: ErasedSubject) -> int:
    """Take names of files that are named after the person from what is said of them; records changed."""
    changed = 0
    for key, notes in Import.objects.using(subject.using).exclude(notes=[]).values_list("pk", "notes"):
        kept = [NAMED if is_called_after(told, subject.names) else told for told in notes]
        if kept != notes:
            changed += Import.objects.using(subject.using).filter(pk=key).update(notes=kept)
    rules = Problem.objects.using(subject.using)
    for rule in rules.order_by("rule").values_list("rule", flat=True).distinct():
        if is_called_after(rule, subject.names):
            changed += rules.filter(rule=rule).update(rule=NAMED)
    files = Upload.objects.using(subject.using)
    for key, problem in files.exclude(problem=None).values_list("pk", "problem"):
        kept = {
            word: NAMED if is_called_after(told or "", subject.names) else told
            for word, told in problem.items()
        }
        if kept != problem:
            changed += files.filter(pk=key).update(problem=kept)
    return changed
