"""Rows of files that may name somebody who stays out: kept for an editor to answer, with what stands in them.

A file is looked through before it is kept, so that its row numbers are known then; what stands in those rows is read
here, once the file belongs to a study. A row that was answered for once is answered for again where a later file of the
study holds it word for word.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import polars as pl
from django.db.models import Q

from leadscape.actions.redact_row import read_rows
from leadscape.core.errors import LeadscapeError
from leadscape_web.privacy.models import DoubtfulRow
from leadscape_web.privacy.work.recognising import service_secret
from leadscape_web.privacy.work.sifting import look
from leadscape_web.studies.models import StudyInput
from leadscape_web.studies.personal import ErasedSubject, is_called_after

LONGEST: Final = 2000
"""Characters of one cell that are kept to be shown."""


def note_doubts(using: str = "owner") -> int:
    """Note the doubtful rows of every file that a run reads and that were not noted yet; how many there were.

    Files that a run reads no more need no answer, so that nothing of their rows is kept here.
    """
    DoubtfulRow.objects.using(using).exclude(
        Q(file__removed_at=None, file__blanked_at=None) | Q(cells=None)
    ).update(cells=None)
    new = 0
    current = StudyInput.objects.using(using).filter(removed_at=None, blanked_at=None).exclude(doubtful=[])
    for one in current.defer("content"):
        rows = DoubtfulRow.objects.using(using).filter(file=one)
        if set(one.doubtful) <= set(rows.values_list("row", flat=True)):
            continue
        content = bytes(StudyInput.objects.using(using).values_list("content", flat=True).get(pk=one.pk))
        try:
            found = look(one.key, one.file_name, content, using)
        except LeadscapeError:
            continue
        if found is not None:
            new += keep_doubts(one, content, found.doubts, using)
    return new


def keep_doubts(one: StudyInput, content: bytes, doubts: pl.DataFrame, using: str) -> int:
    """Note what of a file is in doubt, and what stands there; how many of them were not noted before.

    Parameters
    ----------
    doubts
        ``row``, ``column``, ``person``, as :class:`leadscape.actions.redact_file.RedactedFile` has them.
    """
    held = DoubtfulRow.objects.using(using).filter(file=one)
    known = {(row, str(may_be) if may_be else None) for row, may_be in held.values_list("row", "may_be")}
    new = [place for place in doubts.iter_rows() if (place[0], place[2]) not in known]
    if not new:
        return 0
    cells = read_rows(content, one.file_name, one.key, [row for row, _, _ in new])
    secret = service_secret(using)
    made = [
        DoubtfulRow(
            file=one, row=row, column=column, may_be=person, cells=shown(cells.get(row)),
            fingerprint=fingerprint_of(cells.get(row), secret),
        )
        for row, column, person in new
    ]  # fmt: skip
    _answer_as_before(one, made, using)
    DoubtfulRow.objects.using(using).bulk_create(made)
    set_doubtful(one, {*one.doubtful, *(row for row, _, _ in new)}, using)
    return len(made)


def set_doubtful(one: StudyInput, rows: Iterable[int], using: str) -> None:
    """Say of a file which of ``rows`` are in doubt still: those of which something is not answered."""
    answers: dict[int, list[bool]] = {}
    for row, answer in DoubtfulRow.objects.using(using).filter(file=one).values_list("row", "answer"):
        answers.setdefault(row, []).append(answer != "")
    left = sorted(row for row in set(rows) if not all(answers.get(row, [False])))
    StudyInput.objects.using(using).filter(pk=one.pk).exclude(doubtful=left).update(doubtful=left)


def hear_run(*, using: str, **_: Any) -> None:
    """Note what is in doubt in files that came with a run: heard when it is stored."""
    note_doubts(using)


def settle_after_erasure(subject: ErasedSubject) -> None:
    """What is kept of rows, once files were written again without somebody: nothing that names them.

    A row that is in its file no more is no question any more; one that was taken out because it named the person
    cannot be put back.
    """
    rows = (
        DoubtfulRow.objects.using(subject.using)
        .exclude(cells=None)
        .select_related("file")
        .defer("file__content")
    )
    by_file: dict[Any, list[DoubtfulRow]] = {}
    for each in rows:
        by_file.setdefault(each.file_id, []).append(each)
    secret = service_secret(subject.using) if by_file else b""
    for held in by_file.values():
        file = held[0].file
        content = StudyInput.objects.using(subject.using).values_list("content", flat=True).get(pk=file.pk)
        there = _read(file, bytes(content), [each.row for each in held])
        gone: set[int] = set()
        for each in held:
            same = DoubtfulRow.objects.using(subject.using).filter(pk=each.pk)
            cells = there.get(each.row)
            if each.answer == DoubtfulRow.Answer.PERSON:
                text = " ".join(text for _, text in each.cells or [])
                if each.may_be == subject.person or is_called_after(text, subject.names):
                    forget_cells(same)
            elif fingerprint_of(cells, secret) != each.fingerprint:
                if not cells and each.answer == DoubtfulRow.Answer.OPEN:
                    same.delete()
                    gone.add(each.row)
                else:
                    same.update(cells=shown(cells), fingerprint=fingerprint_of(cells, secret))
        left = DoubtfulRow.objects.using(subject.using).filter(file=file, row__in=gone)
        gone -= set(left.values_list("row", flat=True))
        set_doubtful(file, set(file.doubtful) - gone, subject.using)


def forget_cells(rows: Any) -> int:
    """Keep no longer what stood in rows."""
    return rows.exclude(cells=None).update(cells=None)


def shown(cells: Mapping[str, str] | None, longest: int | None = LONGEST) -> list[list[str]] | None:
    """What stands in a row, as it is kept: in the order of the file."""
    return [[name, text[:longest]] for name, text in cells.items()] if cells is not None else None


def fingerprint_of(cells: Mapping[str, str] | None, secret: bytes) -> str:
    """By what a row is known again that stands in another file word for word; blank where it could not be read."""
    if cells is None:
        return ""
    text = json.dumps(cells, ensure_ascii=False, sort_keys=True)
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()[:32]


def _read(one: StudyInput, content: bytes, rows: list[int]) -> dict[int, Mapping[str, str]]:
    """What stands in rows of a file; nothing where it was emptied or cannot be read any more."""
    try:
        return dict(read_rows(content, one.file_name, one.key, rows)) if content else {}
    except LeadscapeError:
        return {}


def _answer_as_before(one: StudyInput, made: list[DoubtfulRow], using: str) -> None:
    """Rows that stood in a former file of the study, of which an editor said that they name somebody else."""
    former = DoubtfulRow.objects.using(using).filter(
        file__study=one.study_id, file__key=one.key, answer=DoubtfulRow.Answer.ANOTHER,
        fingerprint__in=[each.fingerprint for each in made if each.fingerprint],
    )  # fmt: skip
    answers = {(each.fingerprint, each.may_be): each for each in former.order_by("answered_at")}
    for each in made:
        before = answers.get((each.fingerprint, _uuid(each.may_be)))
        if before is not None:
            each.answer, each.acts = before.answer, before.acts
            each.answered_at, each.answered_by_id = before.answered_at, before.answered_by_id


def _uuid(value: Any) -> Any:
    return DoubtfulRow._meta.get_field("may_be").to_python(value)
