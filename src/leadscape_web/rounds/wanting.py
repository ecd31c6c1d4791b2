"""Which letters are wanted? Asked for by editors in requests and by jobs alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from leadscape_web.accounts.models import User
from leadscape_web.jobs.asking import ask_for_each
from leadscape_web.rounds.models import Asked, Letter, Round

LETTER: Final = "rounds.letter"
INVITE: Final = "rounds.invite"


DAY_ZERO: Final = date(2000, 1, 1)


def day_number(day: date) -> int:
    """A reminder's number: its day, so that days that are added or left out later change no letter that went out."""
    return (day - DAY_ZERO).days


def day_of(number: int) -> date:
    """The day of a reminder of that number."""
    return DAY_ZERO + timedelta(days=number)


def reachable(found: Round, using: str = "default") -> QuerySet[Asked]:
    """Respondents of a round to whom a letter may go at all."""
    return Asked.objects.using(using).filter(
        round=found,
        channel="email",
        withdrawn_at=None,
        stopped_at=None,
        bounced_at=None,
        contacts__ended_at=None,
        contacts__isnull=False,
    )


def not_invited(found: Round, using: str = "default") -> QuerySet[Asked]:
    """Respondents who can be reached, have said nothing, and have no invitation that is sent or on its way.

    One that came back, or was wanted no more, is none: whoever has another address now is asked again.
    """
    live = Letter.objects.using(using).filter(
        asked__round=found, kind=Letter.Kind.INVITATION, refused_at=None, dropped_at=None
    )
    silent = reachable(found, using).filter(asked_at=None, answered_at=None, heard="")
    return silent.exclude(pk__in=live.values("asked_id"))


def want_invitations(found: Round, *, asked_by: User | None, using: str) -> int:
    """Ask for an invitation to everybody in :func:`not_invited`; how many were new."""
    former = Count("letters", filter=Q(letters__kind=Letter.Kind.INVITATION), distinct=True)
    rows = not_invited(found, using).annotate(former=former).values_list("former", "pk")
    by_number: dict[int, list[UUID]] = {}
    for number, key in rows:
        by_number.setdefault(number + 1, []).append(key)
    return sum(
        want_letters(Letter.Kind.INVITATION, keys, number, asked_by=asked_by, using=using)
        for number, keys in by_number.items()
    )


def want_letters(kind: str, asked: Iterable[UUID], number: int, *, asked_by: User | None, using: str) -> int:
    """Ask for one letter of a number to each respondent, unless it is there; how many were new."""
    wanted = list(asked)
    there = Letter.objects.using(using).filter(asked__in=wanted, kind=kind, number=number)
    taken = set(there.values_list("asked_id", flat=True))
    letters = [Letter(asked_id=key, kind=kind, number=number) for key in wanted if key not in taken]
    Letter.objects.using(using).bulk_create(letters)
    return ask_for_each(
        LETTER,
        [{"letter": str(letter.pk)} for letter in letters],
        asked_by=asked_by,
        subject=_round_of(wanted, using),
        using=using,
    )


def _round_of(asked: list[UUID], using: str = "default") -> str:
    """What the round of respondents is called: what their letters are about."""
    rows = Asked.objects.using(using).filter(pk__in=asked[:1])
    return next(iter(rows.values_list("round__title", flat=True)), "")


def want_new_links(asked: Iterable[UUID], asked_by: User) -> int:
    """Ask for a letter with a new link to each respondent, as the editor; how many. The respondents must be locked."""
    wanted = list(asked)
    former = Letter.objects.filter(asked__in=wanted, kind=Letter.Kind.NEW_LINK)
    last = dict(former.values("asked_id").annotate(last=Max("number")).values_list("asked_id", "last"))
    letters = [Letter(asked_id=key, kind=Letter.Kind.NEW_LINK, number=last.get(key, 0) + 1) for key in wanted]
    Letter.objects.bulk_create(letters)
    given = [{"letter": str(letter.pk)} for letter in letters]
    return ask_for_each(LETTER, given, asked_by=asked_by, subject=_round_of(wanted))


def waiting_letters(found: Round) -> QuerySet[Letter]:
    """Letters of a round that were not handed over and are still wanted."""
    return Letter.objects.filter(asked__round=found, sent_at=None, refused_at=None, dropped_at=None)


def try_again(found: Round, asked_by: User, *, untried: bool) -> int:
    """Ask once more for every letter of a round that the mail server did not take; how many.

    Parameters
    ----------
    untried
        Whether those go as well that were never tried.
    """
    waiting = waiting_letters(found)
    if not untried:
        waiting = waiting.filter(tried_at__isnull=False)
    keys = waiting.values_list("pk", flat=True)
    return ask_for_each(
        LETTER, [{"letter": str(key)} for key in keys], asked_by=asked_by, subject=found.title
    )
