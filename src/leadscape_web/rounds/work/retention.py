"""What of a round must not stay: addresses, names that no count holds, and people who stay out and were named again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import polars as pl
from django.db import connections
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone

from leadscape_web.accounts.models import PersonName
from leadscape_web.landscape.loading.kept_out import find_kept_out
from leadscape_web.rounds.models import Contact, Line, Meant, Round, Sending, SentLine
from leadscape_web.rounds.work.blanking import blank_persons
from leadscape_web.studies.keeping import Period

USING: Final = "owner"
PERIOD: Final = Period(
    "rounds",
    "Addresses of respondents and of people named in a survey round, and names that were never sent, taken out, or"
    " never counted",
    "the day the round was closed, or the last day of late answers while nobody has closed it",
    90,
    "Answers may be asked about for a while; then who answered is known without an address (our choice)",
)


def rounds_over(using: str) -> list[tuple[str, date]]:
    """Rounds that hold any of that, each with the day from which the days count.

    A round that nobody closes is over once it takes no answer any more: what it holds is kept no longer for that.
    """
    of_round = {"asked__round": OuterRef("pk")}
    held = Round.objects.using(using).filter(
        Exists(_contacts(using, **of_round))
        | Exists(_uncounted(using, **of_round))
        | Exists(_addressed(using, **of_round))
    )
    return [
        (str(found.pk), timezone.localdate(found.closed_at) if found.closed_at else found.links_end)
        for found in held
    ]


def forget_rounds(rounds: Sequence[str], using: str) -> int:
    """Blank what those rounds hold of that; how many records. In a transaction with a reason."""
    of = {"asked__round__in": rounds}
    changed = _contacts(using, **of).update(email="", ended_at=Coalesce("ended_at", timezone.now()))
    changed += blank_persons(set(_uncounted(using, **of).values_list("person_id", flat=True)), using)
    return changed + _addressed(using, **of).update(nominee_email="")


def _contacts(using: str, **of: Any) -> Any:
    return Contact.objects.using(using).filter(**of).exclude(email="")


def _lines(using: str, **of: Any) -> Any:
    return Line.objects.using(using).filter(erased_at=None, **of)


def _uncounted(using: str, **of: Any) -> Any:
    """Lines that no count holds: never sent, taken out by a correction or with their respondent, or not counted.

    A count holds those of an answer as it was last sent that its run took to mean a leader: they are kept, and erased,
    with the leader.
    """
    later = Sending.objects.using(using).filter(
        asked=OuterRef("sending__asked"), number__gt=OuterRef("sending__number")
    )
    counted = SentLine.objects.using(using).filter(
        ~Exists(later),
        Exists(Meant.objects.using(using).filter(line=OuterRef("pk"))),
        person=OuterRef("person"),
        asked__withdrawn_at=None,
    )
    return _lines(using, **of).filter(~Exists(counted))


def _addressed(using: str, **of: Any) -> Any:
    return _lines(using, **of).exclude(nominee_email="")


def blank_kept_out(using: str = USING) -> int:
    """Blank lines about people who objected or were erased and were named again; how many.

    Who that is, is known by keyed hashes alone, without a name (:mod:`leadscape_web.landscape.loading.kept_out`).
    """
    lines = list(Line.objects.using(using).filter(erased_at=None).select_related("home_school", "asked"))
    names = dict(
        PersonName.objects.using(using)
        .filter(person__in=[line.person_id for line in lines], superseded_at=None)
        .values_list("person_id", "full_name")
    )
    people = pl.DataFrame(
        [_place(line, names[line.person_id]) for line in lines if line.person_id in names],
        schema=dict.fromkeys(("id", "name", "urn", "school", "authority_code"), pl.String()),
        orient="row",
    )
    out = find_kept_out(connections[using].cursor().cursor, people)
    return blank_persons({line.person_id for line in lines if str(line.pk) in out}, using) if out else 0


def _place(line: Line, name: str) -> tuple[Any, ...]:
    school = line.home_school
    return (
        str(line.pk),
        name,
        school.urn if school else None,
        (school.name if school else None) or line.home_text or None,
        (school.authority_id if school else None) or line.asked.authority_code or None,
    )
