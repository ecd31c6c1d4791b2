"""Returns and frames that are brought in: tried with their study, stored by running it, taken out again.

Nothing is written about a person here: leaders and role-holdings are counted, by authority.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from leadscape.actions.check_returns import check_returns, problems_of
from leadscape.actions.open_study import OpenedStudy
from leadscape.core.errors import FileProblem, LeadscapeError, StudyProblem, TableProblem
from leadscape_web.audit.models import Event
from leadscape_web.audit.undoing import UndoRefused
from leadscape_web.govuk.wording import written_date
from leadscape_web.imports.models import FRAME, RETURNS, Import, Problem, Upload
from leadscape_web.imports.work.comparing import LABELS, compare_run
from leadscape_web.imports.work.contents import content_of, uploads_of, written
from leadscape_web.imports.work.held import OWNER
from leadscape_web.jobs.performing import Running
from leadscape_web.studies.inputs import add_input, current_inputs, remove_input
from leadscape_web.studies.models import Study, StudyInput
from leadscape_web.studies.running import check


class _Back(Exception):
    """Ends the trial, so that what it wrote is taken back."""


def try_returns(found: Import, running: Running) -> dict[str, Any]:
    """Read the files, run the study with them, and count what would change; the study stays as it is.

    Raises
    ------
    StudyProblem
        When they cannot be used.
    """
    assert found.study is not None
    uploads = uploads_of(found)
    running.step("Reading the files")
    _check_files(found, uploads)
    running.step("Running the study with them")
    opened, added = _run_with(found.study, uploads, found)
    running.step("Counting what would change")
    counts = compare_run(found, opened)
    return {
        "as_of": found.study.as_of,
        "newest": True,
        "basis": basis_of_study(found.study),
        "summary": [{"change": LABELS[name], "rows": rows, "why_not": None} for name, rows in counts.items()],
        "notes": [
            f"The study “{found.study.title}” is run again with these files.",
            *_replaced(found.study, uploads),
            *_not_kept(added),
        ],
    }


def add_files(study: Study, found: Import) -> list[StudyInput]:
    """Give the study its new files, in the caller's transaction as the owner role with a reason set."""
    return [
        add_input(study, upload.key, upload.file_name, content_of(upload), added_by=found.created_by_id)
        for upload in uploads_of(found)
    ]


def take_out(study: Study, job: str) -> None:
    """Give the study the files back that it had before a job.

    Raises
    ------
    UndoRefused
        When one of the files was replaced or removed since, or one that they took the place of was emptied.
    """
    events = Event.objects.using(OWNER).filter(request=job, table="studies_studyinput")
    added = [one.record for one in events.filter(action="insert")]
    former = [one.record for one in events.filter(action="update")]
    current = {str(one.pk): one for one in current_inputs(study)}
    lost = [record for record in added if record not in current]
    if lost or not added:
        raise UndoRefused(
            f"{len(lost)} of the files {'was' if len(lost) == 1 else 'were'} replaced or removed since."
            if lost
            else "The study got no file then.",
            "Taking the others out would leave the study as it never was.",
            tuple(("studies_studyinput", record) for record in lost),
        )
    blanked = StudyInput.objects.using(OWNER).filter(pk__in=former).exclude(blanked_at=None)
    if blanked.exists():
        raise UndoRefused(
            f"Files that the study had before were emptied for good since: {blanked.count()}.",
            "They named somebody who was erased, or were kept long enough.",
            tuple(("studies_studyinput", str(one.pk)) for one in blanked.defer("content")),
        )
    for record in added:
        remove_input(current[record])
    StudyInput.objects.using(OWNER).filter(pk__in=former).update(removed_at=None)


def basis_of_study(study: Study) -> str:
    """Changes whenever the study was run again or got other files."""
    files = "".join(f"{one.pk}{one.position}" for one in current_inputs(study))
    return hashlib.sha256(f"{study.wave_id}{files}".encode()).hexdigest()


def _check_files(found: Import, uploads: list[Upload]) -> None:
    names = [one.file_name for one in uploads]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise FileProblem(
            f"Two files are called {', '.join(twice)}.",
            "The name of a return may say whose it is.",
            "Rename one of them, or bring them in one after the other.",
        )
    with written(uploads) as paths:
        returns = [path for path, one in zip(paths, uploads, strict=True) if one.key == RETURNS]
        frames = [path for path, one in zip(paths, uploads, strict=True) if one.key == FRAME]
        checked = check_returns(returns, frames[0] if frames else None)
    rows = {file: (rows, used) for file, rows, used, _ in checked.counts.iter_rows()}
    for one in uploads:
        told = rows.get(one.file_name)
        Upload.objects.using(OWNER).filter(pk=one.pk).update(
            recognised_as="Return" if one.key == RETURNS else "Frame",
            rows=told[0] if told else checked.asked if one.key == FRAME else None,
            outcomes=[{"outcome": "used", "reason": "nominations", "rows": told[1], "meaning": ""}]
            if told
            else [],
        )
    _refuse(found, uploads, checked.problems)


def _refuse(found: Import, uploads: list[Upload], problems: pl.DataFrame) -> None:
    if problems.is_empty():
        return
    places = {one.file_name: one for one in uploads}
    Problem.objects.using(OWNER).bulk_create(
        [
            Problem(
                belongs_to=found,
                # A problem of the files together, or of one that the study has, stands with the first.
                upload=places.get(file, uploads[0]),
                row=row,
                column=column,
                rule=rule if file in places or file is None else f"{file}: {rule}",
            )
            for file, row, column, _, rule in problems.iter_rows()
        ],
        batch_size=5_000,
    )
    raise StudyProblem(
        f"{problems.height} problem{'s' * (problems.height != 1)} in the files.",
        "A line that is read wrongly becomes a wrong leader.",
        "Correct every problem in the list, and bring the files in again.",
    )


def _run_with(study: Study, uploads: list[Upload], found: Import) -> tuple[OpenedStudy, list[StudyInput]]:
    try:
        with _tried():
            added = add_files(study, found)
            return check(study), added
    except TableProblem as error:
        _refuse(found, uploads, problems_of(error))
        raise cannot_be_used() from None
    except StudyProblem as error:
        raise LeadscapeError(error.what, error.why, error.next_step) from error


def cannot_be_used() -> LeadscapeError:
    """What is said in place of an error of a table, whose sentence may quote what a return says of somebody."""
    return LeadscapeError(
        "The study cannot be run with these files.",
        "A table that is made of them breaks its declaration.",
        "Check each file by itself, and bring them in one after the other.",
    )


@contextmanager
def _tried() -> Iterator[None]:
    """What is written inside is taken back at the end."""
    with suppress(_Back), transaction.atomic(using=OWNER):
        yield
        raise _Back


def _not_kept(added: list[StudyInput]) -> list[str]:
    """What of the files is not kept, and what should be looked at first, a sentence each."""
    told = []
    for one in added:
        if one.taken_out:
            lines = "1 line is" if one.taken_out == 1 else f"{one.taken_out} lines are"
            told.append(
                f"{one.file_name} names people who objected or were erased: {lines} not kept or counted."
            )
        if one.doubtful:
            rows = f"row{'s' * (len(one.doubtful) != 1)} {', '.join(map(str, one.doubtful))}"
            told.append(
                f"{one.file_name} may name such a person in {rows}. Once it is stored, answer for that among the"
                " doubtful rows of data protection."
            )
    return told


def _replaced(study: Study, uploads: list[Upload]) -> list[str]:
    """Files of the study whose place is taken, a sentence each."""
    return [
        f"{one.file_name} takes the place of {held.file_name}, added {written_date(timezone.localdate(held.added_at))}."
        for held in current_inputs(study)
        for one in uploads
        if one.key == held.key and (one.key == FRAME or one.file_name == held.file_name)
    ]
