"""What a respondent does by their link: see the answer, name people, send. Without an account.

Everything here runs as the plain role, for which the database shows what belongs to the link and nothing else; names
are written and read by its functions (``sql/answering.sql``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import Max
from django.utils import timezone
from psycopg.errors import ProgramLimitExceeded

from leadscape_web.accounts.context import because
from leadscape_web.accounts.links import with_link
from leadscape_web.register.models import School
from leadscape_web.rounds.models import Asked, Line, Round, Sending, SentLine

MOST_LINES: Final = 500
"""More people than any authority of England named in 2006, many times over."""
MOST_A_DAY: Final = 10
WHY: Final = "Answered a survey round by a personal link"


@dataclass(frozen=True)
class NamedLine:
    """A line with the name that it is about."""

    id: UUID
    name: str
    line: Line | SentLine
    school: School | None

    @property
    def home(self) -> str:
        """The home school as it is shown."""
        return (self.school.name if self.school else None) or self.line.home_text


@dataclass(frozen=True)
class Answering:
    """The answer of a link.

    Attributes
    ----------
    takes
        Whether it can still be changed and sent.
    """

    token: str
    asked: Asked
    round: Round
    takes: bool

    @property
    def sent(self) -> bool:
        """Whether it was sent before, so that sending is a correction."""
        return self.asked.answered_at is not None

    @property
    def has_changed(self) -> bool:
        """Whether something was saved since the answer was last sent."""
        sent = self.asked.corrected_at or self.asked.answered_at
        return sent is None or (self.asked.saved_at is not None and self.asked.saved_at > sent)

    @property
    def is_late_now(self) -> bool:
        """Whether an answer sent now is late."""
        return timezone.localdate() > self.round.closes_on


def answering_by(token: str) -> Answering | None:
    """The answer of a link; null when it is no link that works. From here on the transaction is the link's."""
    with_link(token)
    asked = Asked.objects.select_related("round").first()
    if asked is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("select leadscape_answering() is not null")
        takes = cursor.fetchone() == (True,)
        if asked.opened_at is None:
            cursor.execute("select leadscape_round_opened()")
    return Answering(token, asked, asked.round, takes)


def lines_of(answering: Answering) -> list[NamedLine]:
    """The lines as they are worked on, in order: two queries however many there are."""
    rows = Line.objects.filter(asked=answering.asked, removed_at=None, erased_at=None)
    return _named(list(rows.select_related("home_school").order_by("position", "made_at")))


def sent_lines(answering: Answering) -> tuple[Sending | None, list[NamedLine]]:
    """The answer as it was last sent, and its lines."""
    last = Sending.objects.filter(asked=answering.asked).order_by("-number").first()
    if last is None:
        return None, []
    rows = SentLine.objects.filter(sending=last, erased_at=None)
    return last, _named(list(rows.select_related("home_school").order_by("position", "pk")))


def _named(rows: list[Any]) -> list[NamedLine]:
    with connection.cursor() as cursor:
        cursor.execute("select person_id, full_name from leadscape_nominee_names()")
        names = dict(cursor.fetchall())
    return [NamedLine(row.pk, names.get(row.person_id, ""), row, row.home_school) for row in rows]


class TooManyNames(Exception):
    """So many names were typed by the link that the database takes no more (``sql/answering.sql``)."""


def save_line(answering: Answering, line: Line | None, name: str, given: Mapping[str, Any]) -> None:
    """Name somebody, or change what was said of them. A name typed otherwise is the same person's other name.

    Raises
    ------
    TooManyNames
        When nothing was saved, because names were typed anew too often.
    """
    because(WHY)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select leadscape_name_nominee(%s, %s)", [line.person_id if line else None, name])
            person = (cursor.fetchone() or (None,))[0]
    except OperationalError as error:
        if isinstance(error.__cause__, ProgramLimitExceeded):
            raise TooManyNames from error
        raise
    Line.objects.filter(asked=answering.asked, person=person).update(**given)


def remove_line(line: Line) -> None:
    """Take somebody out of the answer; the record that they stood in it stays, without being counted."""
    because(WHY)
    Line.objects.filter(pk=line.pk).update(removed_at=timezone.now())


def sent_often(answering: Answering) -> bool:
    """Whether so many answers were sent in a day that the database takes no more (``sql/answering.sql``)."""
    since = timezone.now() - timedelta(days=1)
    return Sending.objects.filter(asked=answering.asked, sent_at__gt=since).count() >= MOST_A_DAY


def is_full(answering: Answering) -> bool:
    """Whether the answer, with what was taken out of it, holds no more lines."""
    return Line.objects.filter(asked=answering.asked).count() >= 2 * MOST_LINES


def send(answering: Answering, *, has_none: bool) -> Sending:
    """Send the answer as it stands; it takes the place of what was sent before."""
    because(WHY)
    last = Sending.objects.filter(asked=answering.asked).aggregate(last=Max("number"))["last"]
    return Sending.objects.create(asked=answering.asked, number=(last or 0) + 1, has_none=has_none)


def stop_letters(stop: bool) -> None:
    """No more letters, or letters again."""
    because("A respondent said whether they want letters of a survey round")
    with connection.cursor() as cursor:
        cursor.execute("select leadscape_stop_letters(%s)", [stop])
