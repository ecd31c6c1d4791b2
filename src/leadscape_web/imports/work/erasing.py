"""What waits here is given up when a person is erased or it waited too long; and names of files that name somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.utils import timezone

from leadscape_web.imports.files import empty_files
from leadscape_web.imports.models import Import, Upload
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
    """Imports that nobody confirmed or gave up, each with the day on which the files were brought in."""
    waiting = Import.objects.using(using).filter(state__in=(Import.State.CHECKING, Import.State.CHECKED))
    return [(str(key), timezone.localdate(at)) for key, at in waiting.values_list("pk", "created_at")]


def give_up(keys: Sequence[str], using: str) -> int:
    """Give up imports that waited long enough, and forget their files; how many."""
    waiting = Import.objects.using(using).select_for_update().filter(pk__in=keys, state__in=WAITING[:2])
    given_up = list(waiting)
    for one in given_up:
        Import.objects.using(using).filter(pk=one.pk).update(
            state=Import.State.WITHDRAWN, withdrawn_at=timezone.now(), notes=[WAITED]
        )
        empty_files(one, using)
    return len(given_up)


def _rename_files(subject: ErasedSubject) -> int:
    files = Upload.objects.using(subject.using)
    named = [one for one in files.values_list("pk", "file_name") if is_called_after(one[1], subject.names)]
    for key, name in named:
        files.filter(pk=key).update(file_name=plain_name(key, name))
    return len(named)
