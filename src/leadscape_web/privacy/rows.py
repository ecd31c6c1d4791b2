"""Rows of files that may name somebody who stays out, for whoever may answer: which are open, what was said of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from leadscape_web.accounts.context import because
from leadscape_web.accounts.models import User
from leadscape_web.accounts.names import names_of
from leadscape_web.audit.versions import save_if_current
from leadscape_web.govuk.wording import local_day
from leadscape_web.jobs.asking import ask_for
from leadscape_web.privacy.models import DoubtfulRow, Erasure, Exclusion
from leadscape_web.survey.models import Leader

ANSWER: Final = "privacy.answer_row"
OPEN, PERSON, ANOTHER = (DoubtfulRow.Answer(word) for word in ("", "person", "another"))
WHY: Final[Mapping[str, str]] = {
    PERSON: "A row that names somebody who stays out is taken out",
    ANOTHER: "A row names somebody else, and is left",
    OPEN: "What was said of a row is taken back",
}
_EMAIL: Final = re.compile(r"[^\s,;<>()]+@[^\s,;<>()]+")
HIDDEN: Final = "(an e-mail address)"


@dataclass(frozen=True)
class Candidate:
    """Somebody who stays out and whom a row may name.

    Attributes
    ----------
    name
        Null: erased, so that nobody knows it any more.
    why, since
        Why they stay out, and since when.
    school
        Their home school, where they are or were a leader.
    """

    name: str | None
    why: str
    since: date | None
    school: str | None


def rows_of_files() -> QuerySet[DoubtfulRow]:
    """Every row of a file that a run reads, without what is in the file."""
    found = DoubtfulRow.objects.filter(file__removed_at=None, file__blanked_at=None)
    return found.select_related("file", "file__study").defer("file__content")


def open_rows() -> QuerySet[DoubtfulRow]:
    """Those that nobody answered for."""
    return rows_of_files().filter(answer=OPEN)


def carried_out(one: DoubtfulRow) -> DoubtfulRow.Answer:
    """What was carried out last; open where nothing was."""
    return DoubtfulRow.Answer(one.acts[-1]["answer"]) if one.acts else OPEN


def is_under_way(one: DoubtfulRow) -> bool:
    """Whether the answer waits for its job."""
    return one.answer != carried_out(one)


def can_take_back(one: DoubtfulRow) -> bool:
    """Whether the answer can be undone: what was taken out can be put back while it is kept."""
    answered = one.answer != OPEN and not is_under_way(one)
    return answered and (one.answer == ANOTHER or one.cells is not None)


def answer_row(one: DoubtfulRow, answer: DoubtfulRow.Answer, version: int, by: User) -> None:
    """Say what a row is; a job carries it out.

    Raises
    ------
    EditedMeanwhile
        When somebody else was faster.
    """
    because(WHY[answer])
    save_if_current(one, version, answer=answer, answered_at=timezone.now(), answered_by=by, trouble="")
    ask_to_carry_out(one, by)


def ask_to_carry_out(one: DoubtfulRow, by: User) -> None:
    """Ask for the job; asked twice it does it once."""
    ask_for(ANSWER, asked_by=by, given={"row": str(one.pk)})


def candidates(persons: Iterable[UUID | None]) -> dict[UUID, Candidate]:
    """Who may be named, as far as the user sees them."""
    wanted = {person for person in persons if person}
    names = names_of(wanted)
    out = {one.person_id: one for one in Exclusion.objects.filter(person__in=wanted)}
    erased = {one.person_id: one for one in Erasure.objects.filter(person_id__in=wanted)}
    leaders = Leader.objects.filter(person__in=wanted).select_related("home_school")
    schools = {one.person_id: one.home_school.name for one in leaders if one.home_school}
    return {
        person: Candidate(
            name=names.get(person),
            why="Erased" if person in erased
            else out[person].get_kind_display() if person in out else "Stays out",  # type: ignore[attr-defined]
            since=local_day(erased[person].erased_at if person in erased
                       else out[person].recorded_at if person in out else None),
            school=schools.get(person),
        )
        for person in wanted
    }  # fmt: skip


def shown_cells(cells: Iterable[tuple[str, str]] | None) -> list[list[str]]:
    """What stands in a row, without e-mail addresses: nobody needs them to tell who is meant."""
    return [[name, _EMAIL.sub(HIDDEN, text)] for name, text in cells or ()]
