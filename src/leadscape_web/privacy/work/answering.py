"""Carry out what an editor said of a row that may name somebody who stays out: take it out, leave it, put it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.db import connections, transaction
from django.db.models import F
from django.utils import timezone

from leadscape.actions.redact_row import line_of, put_row_back, read_rows, take_row_out
from leadscape.core.errors import LeadscapeError
from leadscape_web.landscape.loading.load import lock_loads
from leadscape_web.privacy.models import DoubtfulRow, WithdrawnLine
from leadscape_web.privacy.rows import PERSON, WHY, carried_out
from leadscape_web.privacy.work.doubts import fingerprint_of, note_doubts, set_doubtful, shown
from leadscape_web.privacy.work.files import store_file
from leadscape_web.privacy.work.recognising import service_secret
from leadscape_web.privacy.work.sifting import leader_keys
from leadscape_web.studies.models import StudyInput

if TYPE_CHECKING:
    from leadscape_web.jobs.performing import Running

OWNER: Final = "owner"


class NotAsItWas(LeadscapeError):
    """The row is not any more what the answer was about."""

    def __init__(self, what: str) -> None:
        super().__init__(
            what,
            "The answer was about what stood there before.",
            "Look at the rows that are open now.",
        )


def perform_note(running: Running) -> Mapping[str, Any]:
    """The job ``privacy.note_doubts``, every day: rows of files that came in ways that no run has heard of yet."""
    lock_loads(connections[OWNER].cursor().cursor)
    running.because("Rows that may name somebody who stays out are noted")
    return {"rows": note_doubts()}


def perform_answer(running: Running) -> Mapping[str, Any]:
    """The job ``privacy.answer_row``: the answer as it stands in the row, carried out once."""
    lock_loads(connections[OWNER].cursor().cursor)
    rows = DoubtfulRow.objects.using(OWNER).filter(pk=running.given["row"])
    one = rows.select_for_update().get()
    wanted, before = DoubtfulRow.Answer(one.answer), carried_out(one)
    if wanted == before:
        return {"done": False, "why": "It was done already"}
    running.because(WHY[wanted])
    try:
        with transaction.atomic(using=OWNER):
            done = _carry_out(one, before, wanted)
    except LeadscapeError as error:
        # What a file is called may be a person's name; the page of the row says it, and an erasure changes it there.
        what, following = (
            text.replace(one.file.file_name, "the file") for text in (error.what, error.next_step)
        )
        rows.update(answer=before, trouble=f"{_sentence(what)} {following}", version=F("version") + 1)
        return {"done": False, "why": _sentence(what)}
    by = str(running.asked_by) if running.asked_by else None
    act = {"answer": str(wanted), "at": timezone.now().isoformat(), "by": by}
    rows.update(trouble="", acts=[*one.acts, act], version=F("version") + 1, **done)
    set_doubtful(one.file, {*one.file.doubtful, one.row}, OWNER)
    return {"done": True}


def _carry_out(one: DoubtfulRow, before: DoubtfulRow.Answer, wanted: DoubtfulRow.Answer) -> dict[str, Any]:
    """Change the file; what the row is to say besides."""
    file = StudyInput.objects.using(OWNER).select_for_update().get(pk=one.file_id)
    if file.removed_at or file.blanked_at:
        raise NotAsItWas("The file was replaced or removed since.")
    done: dict[str, Any] = {}
    if before == PERSON:
        done |= _put_back(one, file)
        file.refresh_from_db(using=OWNER)
    if wanted == PERSON:
        done |= _take_out(one, file)
    elif one.column is None:
        done["nomination"] = line_of(bytes(file.content), file.file_name, file.key, one.row)
    return done


def _take_out(one: DoubtfulRow, file: StudyInput) -> dict[str, Any]:
    content = bytes(file.content)
    cells = read_rows(content, file.file_name, file.key, [one.row]).get(one.row)
    if fingerprint_of(cells, service_secret(OWNER)) != one.fingerprint:
        raise NotAsItWas(f"Something else stands in row {one.row} of the file by now.")
    person = str(one.may_be) if one.may_be else None
    redacted = take_row_out(content, file.file_name, file.key, one.row, one.column, person)
    store_file(file, redacted.content or b"", OWNER, taken_out=file.taken_out + redacted.taken_out)
    line = next(redacted.lines.drop_nulls("nomination_id").iter_rows(named=True), None)
    if line is not None and person is not None:
        # So that the line stays out when the file is brought in again, and its respondent still counts as one who
        # answered.
        WithdrawnLine.objects.using(OWNER).get_or_create(
            nomination=line["nomination_id"],
            defaults={
                "person_id": person,
                "leader_key": leader_keys([person], OWNER).get(person, person),
                "respondent": line["respondent_id"],
                "withdrawn_on": timezone.localdate(),
            },
        )
    # What is put back is the whole of it, not what is shown.
    return {"nomination": line["nomination_id"] if line else None, "cells": shown(cells, None)}


def _put_back(one: DoubtfulRow, file: StudyInput) -> dict[str, Any]:
    if one.cells is None:
        raise NotAsItWas(f"What stood in row {one.row} of the file is not kept any more.")
    content = put_row_back(bytes(file.content), file.file_name, one.row, dict(one.cells))
    store_file(file, content, OWNER, taken_out=max(file.taken_out - 1, 0))
    if one.nomination:
        WithdrawnLine.objects.using(OWNER).filter(nomination=one.nomination, person_id=one.may_be).delete()
    return {"nomination": None}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
