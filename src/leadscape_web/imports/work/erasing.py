"""What waits here when a person is erased: given up, since its files may name them; and names of files that do."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from leadscape_web.accounts.reasons import names_person
from leadscape_web.imports.files import empty_files
from leadscape_web.imports.models import Import, Upload
from leadscape_web.studies.personal import ErasedSubject

WAITING: Final = (Import.State.CHECKING, Import.State.CHECKED, Import.State.STORING)
GIVEN_UP: Final = (
    "A person was erased while this waited, and its files may name them. Bring the files in again: whoever was erased"
    " is left out then."
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


def _rename_files(subject: ErasedSubject) -> int:
    named = [
        (key, name)
        for key, name in Upload.objects.using(subject.using).values_list("pk", "file_name")
        if any(names_person(_parted(name), one) for one in subject.names)
    ]
    for key, name in named:
        _, dot, ending = name.rpartition(".")
        Upload.objects.using(subject.using).filter(pk=key).update(file_name=f"file-{key}{dot}{ending[:8]}")
    return len(named)


def _parted(file_name: str) -> str:
    """The words of a file's name, parted."""
    return "".join(letter if letter.isalnum() else " " for letter in file_name)
