"""The job that tries files: what is wrong in them, what they would change, what must be asked. Nothing held changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import polars as pl
from django.utils import timezone

from leadscape.actions.compare_held import KINDS, ComparedHeld, HeldRegister, compare_held
from leadscape.actions.open_register import OpenedRegister, RegisterFile, open_register, read_register_files
from leadscape.core.errors import LeadscapeError, StudyProblem
from leadscape_web.govuk.wording import written_date
from leadscape_web.imports.files import empty_files
from leadscape_web.imports.models import Absence, Change, Import, Problem, Upload
from leadscape_web.imports.work.contents import uploads_of, written
from leadscape_web.imports.work.held import OWNER, basis_of_held, read_held, system_held
from leadscape_web.imports.work.returns import try_returns
from leadscape_web.jobs.performing import Running

MOST_TOLD: Final = 100_000
"""Rows of problems or changes that are kept of one import."""
_BATCH: Final = 5_000
WORDS: Final = {
    "fsm_pct": "the share of free school meals", "authority_code": "authority", "authority_name": "name of authority",
    "low_age": "lowest age", "high_age": "highest age", "opened_on": "date opened", "closed_on": "date closed",
}  # fmt: skip
"""Columns whose names are no words."""
Answers = Mapping[tuple[str, str, str, str], Mapping[str, Any]]
"""URN, status, what links say, and successors of a missing school to what was answered of it."""


def perform_check(running: Running) -> Mapping[str, Any]:
    """The job ``imports.check``."""
    found = take(running, Import.State.CHECKING)
    answers = _answers(found)
    for model in (Problem, Change, Absence):
        model.objects.using(OWNER).filter(belongs_to=found).delete()
    try:
        told = (
            try_returns(found, running)
            if found.kind == Import.Kind.RETURNS
            else _try_register(found, running, answers)
        )
    except LeadscapeError as error:
        return _refused(found, running, error)
    running.because("Checked files that were brought in")
    Import.objects.using(OWNER).filter(pk=found.pk).update(
        state=Import.State.CHECKED, checked_at=timezone.now(), **told
    )
    return {"problems": Problem.objects.using(OWNER).filter(belongs_to=found).count()}


def take(running: Running, state: str) -> Import:
    """The import that a job is for, locked until the job is over.

    Raises
    ------
    LeadscapeError
        When it is not in the state that the job is for: another job, or a user, was faster.
    """
    found = Import.objects.using(OWNER).select_for_update().get(pk=running.given["import"])
    if found.state != state:
        raise LeadscapeError(
            f"The import is {found.get_state_display().lower()} by now.",  # type: ignore[attr-defined]
            "This work was asked for when it stood otherwise.",
            "Look at the import to see what was decided.",
        )
    running.because("Began the work that an import waits for")
    Import.objects.using(OWNER).filter(pk=found.pk).update(job=running.job.pk)
    return found


def read_and_open(found: Import, held: HeldRegister, running: Running) -> OpenedRegister:
    """The files of an import of a register, read; what is wrong in them is kept.

    Raises
    ------
    StudyProblem, NotComparable
        When they cannot be used.
    """
    uploads = uploads_of(found)
    running.step("Reading the files", 0, len(uploads))
    with written(uploads) as paths:
        files = read_register_files(paths, as_of=found.stated_as_of)
    _refuse_days_to_come(files)
    for upload, file in zip(uploads, files, strict=True):
        _keep_verdict(found, upload, file)
    return open_register(files, system=system_held(), known=held.schools["urn"].to_list())


def _refuse_days_to_come(files: Sequence[RegisterFile]) -> None:
    today = timezone.localdate()
    told = [
        f"{file.name} describes {written_date(file.reading.seen_on)}, a day to come."
        for file in files
        if file.reading is not None and file.reading.seen_on and file.reading.seen_on > today
    ]
    if told:
        raise StudyProblem(
            " ".join(told),
            "Every register until then would count as older, and only add what is missing.",
            "Correct the date in the name of the file, and bring it in again.",
            tuple(told),
        )


def _try_register(found: Import, running: Running, answers: Answers) -> dict[str, Any]:
    held = read_held()
    opened = read_and_open(found, held, running)
    running.step("Comparing with the register that is held")
    compared = compare_held(held, opened)
    running.step("Writing down what would change")
    _keep_changes(found, compared)
    if compared.newest:
        _keep_absences(found, compared.absent, answers)
    return {
        "as_of": opened.as_of,
        "newest": compared.newest,
        "basis": basis_of_held(),
        "summary": [
            {"change": KINDS[change], "rows": rows, "why_not": why}
            for change, rows, why in compared.summary.iter_rows()
        ],
        "notes": _notes(held, opened, compared),
    }


def _keep_verdict(found: Import, upload: Upload, file: RegisterFile) -> None:
    problems = file.problems
    reading, error = file.reading, file.error
    Upload.objects.using(OWNER).filter(pk=upload.pk).update(
        key=file.purpose or "",
        recognised_as=file.format_title or "",
        rows=reading.rows_read if reading else None,
        outcomes=file.counts.to_dicts(),
        problem={"what": error.what, "why": error.why, "next": error.next_step} if error else None,
    )
    keep_problems(found, upload, problems)


def keep_problems(found: Import, upload: Upload, problems: pl.DataFrame) -> None:
    """Keep rows as :class:`leadscape.core.tables.Problems`, without values of people; too many are cut, and told."""
    _create(
        Problem(belongs_to=found, upload=upload, row=row, column=column, value=value, rule=rule)
        for row, column, value, rule in problems.select("row", "column", "value", "rule")
        .head(MOST_TOLD)
        .iter_rows()
    )
    if problems.height > MOST_TOLD:
        _create(
            [
                Problem(
                    belongs_to=found,
                    upload=upload,
                    rule=f"{problems.height:,} problems were found, of which the first {MOST_TOLD:,} are listed.",
                )
            ]
        )


def _keep_changes(found: Import, compared: ComparedHeld) -> None:
    _create(Change(belongs_to=found, **row) for row in compared.changes.head(MOST_TOLD).iter_rows(named=True))


def _answers(found: Import) -> Answers:
    """What was answered of missing schools before, by what was known of each when it was."""
    given = Absence.objects.using(OWNER).filter(belongs_to=found).exclude(answer="")
    return {
        (one.urn, one.status, one.note, one.successors): {
            "answer": one.answer,
            "closed_on": one.closed_on,
            "answered_by_id": one.answered_by_id,
            "answered_at": one.answered_at,
        }
        for one in given
    }


def _keep_absences(found: Import, absent: pl.DataFrame, answers: Answers) -> None:
    """Ask about each missing school; one of which the same is known as when it was answered keeps its answer."""
    kept = found.absent == Import.Absent.KEEP
    unanswered = {
        "answer": Absence.Answer.KEEP if kept else "",
        "answered_by_id": found.created_by_id if kept else None,
        "answered_at": found.created_at if kept else None,
    }

    def absence(row: Mapping[str, Any]) -> Absence:
        known = (row["urn"], row["status"], row["note"] or "", row["successors"] or "")
        urn, status, note, successors = known
        return Absence(
            belongs_to=found, urn=urn, name=row["name"], status=status, note=note, successors=successors,
            **answers.get(known, unanswered),
        )  # fmt: skip

    _create(absence(row) for row in absent.iter_rows(named=True))


def _create(rows: Iterable[Any]) -> None:
    made = list(rows)
    if made:
        type(made[0]).objects.using(OWNER).bulk_create(made, batch_size=_BATCH)


def _notes(held: HeldRegister, opened: OpenedRegister, compared: ComparedHeld) -> list[str]:
    """What should be read before deciding, a sentence each."""
    told = []
    if held.as_of is None and opened.schools.height:
        told.append(
            f"No register was held before: the schools in it, {opened.schools.height:,}, are the first."
        )
    if not compared.newest:
        told.append(
            "A newer register is held. These files only add what is missing; nothing that is there is changed."
        )
    if opened.unstated and opened.schools.height:
        told.append(
            f"The extract does not hold {_and(opened.unstated)}; what is held of them stays as it is, and of new"
            " schools it is not known."
        )
    if compared.changes.height > MOST_TOLD:
        told.append(f"Of {compared.changes.height:,} changes the first {MOST_TOLD:,} are listed.")
    return told


def _and(names: Sequence[str]) -> str:
    words = [WORDS.get(name, name.replace("_", " ")) for name in names if not name.endswith("_status")]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _refused(found: Import, running: Running, error: LeadscapeError) -> Mapping[str, Any]:
    running.because("Checked files that were brought in, which cannot be used")
    sentences = list(error.problems) if isinstance(error, StudyProblem) else [error.what]
    Import.objects.using(OWNER).filter(pk=found.pk).update(
        state=Import.State.REFUSED,
        checked_at=timezone.now(),
        notes=[*sentences, error.why, error.next_step],
    )
    empty_files(found, OWNER)
    return {"refused": len(sentences)}
