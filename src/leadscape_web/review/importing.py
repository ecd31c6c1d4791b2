"""A review file that was filled in elsewhere: what it would change, and the change itself.

Nothing is kept between the two but what the page carries, signed: a review file names people.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError

from leadscape.actions.read_review_file import read_review_file
from leadscape.core.errors import LeadscapeError
from leadscape_web.jobs.asking import ask_for
from leadscape_web.register.models import School
from leadscape_web.review.deciding import Wanted, decidable, decide_all
from leadscape_web.review.models import Decision, Question, Text
from leadscape_web.review.notes import check_note
from leadscape_web.review.reading import Asked, read_questions
from leadscape_web.studies.models import Study

SALT: Final = "leadscape review file"
HOUR: Final = 3600


@dataclass(frozen=True)
class Change:
    """One decision that the file would make.

    Attributes
    ----------
    before
        The decision that stands; null: the question is open.
    note_left_out
        Why the note of the file is not taken along; empty: it is, or there is none.
    """

    asked: Asked
    before: str | None
    after: str
    note: str
    decided_by: str
    decided_in: str
    note_left_out: str


@dataclass(frozen=True)
class DryRun:
    """What a file would change.

    Attributes
    ----------
    changes
        Decisions that would be made.
    same
        Decisions that stand already.
    not_asked
        Decisions on questions that are not asked, or not seen by the user.
    outside
        Decisions on questions that the user sees and does not edit.
    token
        The changes, signed, for the page to carry.
    """

    changes: tuple[Change, ...]
    same: int
    not_asked: int
    outside: int
    token: str


class Outdated(LeadscapeError):
    """A dry run that does not hold any more."""

    def __init__(self) -> None:
        super().__init__(
            "What the file would change cannot be applied any more.",
            "It was checked more than an hour ago, by somebody else, or the page was changed.",
            "Upload the file again.",
        )


def check_file(study: Study, name: str, content: bytes, user: Any) -> DryRun:
    """What the decisions of a review file would change. Nothing is written.

    Raises
    ------
    TableProblem, FileProblem
        With everything wrong in the file.
    """
    asked = {key: one for one in read_questions(study) if (key := one.word(Text.Field.KEY))}
    with TemporaryDirectory(prefix="leadscape-review-") as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        book = study.wave.codebook_text if study.wave else ""
        decisions = read_review_file(path, book, _known_schools, list(asked))
    said = [asked[key].question.pk for key in decisions["question_id"] if key in asked]
    edited = decidable(said)
    changes: list[Change] = []
    same = not_asked = outside = 0
    for row in decisions.iter_rows(named=True):
        one = asked.get(row["question_id"])
        if one is None:
            not_asked += 1
        elif one.answer == row["decision"]:
            same += 1
        elif one.question.pk not in edited:
            outside += 1
        else:
            changes.append(_change(one, row))
    return DryRun(tuple(changes), same, not_asked, outside, _sign(study, changes, user))


def _change(one: Asked, row: dict[str, Any]) -> Change:
    note, left_out = row["note"] or "", ""
    if note:
        try:
            note = check_note(note, one.lines)
        except ValidationError as problem:
            note, left_out = "", problem.messages[0]
    by, where = row["decided_by"] or "", row["decided_in"] or ""
    return Change(one, one.answer, row["decision"], note, by, where, left_out)


def apply_file(study: Study, token: str, user: Any) -> int:
    """Make the decisions that a dry run listed; all of them or none. How many.

    A job asked for in the same transaction takes words about people who stay out from them: who that is, the plain role
    cannot know.

    Raises
    ------
    Outdated
        When the dry run is older than an hour, or not this user's of this study.
    DecidedMeanwhile
        When somebody decided one of the questions meanwhile.
    """
    try:
        carried = signing.loads(token, salt=SALT, max_age=HOUR)
    except signing.BadSignature as error:
        raise Outdated from error
    if carried["study"] != str(study.pk) or carried["user"] != str(user.pk):
        raise Outdated
    wanted = [
        Wanted(
            UUID(key), study.pk, answer, UUID(standing) if standing else None, note, decided_by, decided_in
        )
        for key, answer, note, decided_by, decided_in, standing in carried["changes"]
    ]
    keys = [one.question for one in wanted]
    if Question.objects.filter(study=study, gone_at=None, pk__in=keys).count() != len(set(keys)):
        raise Outdated
    made = decide_all(wanted, user=user, origin=Decision.Origin.FILE)
    if any(one.note or one.decided_by for one in wanted):
        first = min(one.decided_at for one in made)
        given = {"study": str(study.pk), "since": first.isoformat()}
        ask_for("review.sift", asked_by=user, subject=study.title, given=given)
    return len(made)


def _sign(study: Study, changes: list[Change], user: Any) -> str:
    made = [
        (
            str(change.asked.question.pk),
            change.after,
            change.note,
            change.decided_by,
            change.decided_in,
            str(change.asked.standing.pk) if change.asked.standing else "",
        )
        for change in changes
    ]
    return signing.dumps(
        {"study": str(study.pk), "user": str(user.pk), "changes": made}, salt=SALT, compress=True
    )


def _known_schools(urns: list[str]) -> set[str]:
    return set(School.objects.filter(urn__in=urns).values_list("urn", flat=True))
