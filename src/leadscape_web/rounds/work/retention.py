"""What of a round must not stay: addresses, names never sent, and people who stay out and were named again."""

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
from leadscape_web.rounds.models import Contact, Line, Round, Sending, SentLine
from leadscape_web.rounds.work.blanking import blank_persons
from leadscape_web.studies.keeping import Period

USING: Final = "owner"
PERIOD: Final = Period(
    "rounds",
    "Addresses of respondents and of people named in a survey round, and names that were never sent or taken out",
    "the day the round was closed",
    90,
    "Answers may be asked about for a while; then who answered is known without an address (our choice)",
)


def closed_rounds(using: str) -> list[tuple[str, date]]:
    """Rounds that are closed and still hold any of that, each with the day on which it was closed."""
    closed = Round.objects.using(using).filter(closed_at__isnull=False)
    return [
        (str(found.pk), timezone.localdate(found.closed_at))
        for found in closed
        if _contacts([found.pk], using).exists() or _never_sent([found.pk], using).exists()
        or _addressed([found.pk], using).exists()
    ]  # fmt: skip


def forget_rounds(rounds: Sequence[str], using: str) -> int:
    """Blank what those rounds hold of that; how many records. In a transaction with a reason."""
    changed = _contacts(rounds, using).update(email="", ended_at=Coalesce("ended_at", timezone.now()))
    changed += blank_persons(set(_never_sent(rounds, using).values_list("person_id", flat=True)), using)
    return changed + _addressed(rounds, using).update(nominee_email="")


def _contacts(rounds: Sequence[Any], using: str) -> Any:
    return Contact.objects.using(using).filter(asked__round__in=rounds).exclude(email="")


def _lines(rounds: Sequence[Any], using: str) -> Any:
    return Line.objects.using(using).filter(asked__round__in=rounds, erased_at=None)


def _never_sent(rounds: Sequence[Any], using: str) -> Any:
    """Lines that do not stand in an answer as it was last sent: never sent, or taken out by a correction."""
    later = Sending.objects.using(using).filter(
        asked=OuterRef("sending__asked"), number__gt=OuterRef("sending__number")
    )
    standing = SentLine.objects.using(using).filter(~Exists(later))
    return _lines(rounds, using).exclude(person__in=standing.values("person"))


def _addressed(rounds: Sequence[Any], using: str) -> Any:
    return _lines(rounds, using).exclude(nominee_email="")


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
