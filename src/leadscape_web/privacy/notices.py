"""Tell people what is held, or that a request was answered: send it, make it again, note that it came back.

A notice is sent by a job of its own. The link is made when it is sent and kept as a hash only. If the job is done twice
because its worker was killed, the person gets two, and the link of the second works: at least once, never none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from leadscape.core.errors import LeadscapeError
from leadscape_web.accounts.context import because
from leadscape_web.accounts.links import make_link
from leadscape_web.accounts.models import User
from leadscape_web.jobs.asking import ask_for, ask_for_each
from leadscape_web.privacy.models import Address, Notice, PersonRequest
from leadscape_web.privacy.periods import days_of
from leadscape_web.survey.models import Wave

OWED, WAITING, TRIED, NEVER_TAKEN, SENT, BOUNCED, OPENED, EXPIRED, ENDED = (
    "Owed", "Being sent", "Not taken yet: tried again daily", "Never taken: owed again", "Sent", "Came back", "Opened",
    "Expired", "Ended",
)  # fmt: skip
SEND: Final = "privacy.send_notice"
SEND_ALL: Final = "privacy.send_all"


@dataclass(frozen=True)
class Link:
    """A link just made. It cannot be had again."""

    address: str
    expires_at: datetime


class ManyAreMade(LeadscapeError):
    """Notices to everybody are being made, maybe to this person too."""

    def __init__(self) -> None:
        super().__init__(
            "Notices to everybody who is owed one are being made at this moment.",
            "A second notice would end the link of the first before it was read.",
            "Wait a minute, then look at the page of the person: send it again if they still are owed one.",
        )


def state_of(notice: Notice | None, now: datetime | None = None) -> str:
    """Where a notice stands; none at all is owed."""
    if notice is None:
        return OWED
    if notice.bounced_at:
        return BOUNCED
    if notice.sent_at is None and notice.tried_at:
        return NEVER_TAKEN if notice.ended_at else TRIED
    if notice.ended_at:
        return ENDED
    if notice.sent_at is None:
        return WAITING
    if notice.expires_at and notice.expires_at <= (now or timezone.now()):
        return EXPIRED
    return OPENED if notice.opened_at else SENT


def current_address(person: UUID, using: str = "default") -> Address | None:
    """At which address a person can be told; null: by letter."""
    return Address.objects.using(using).filter(person=person, ended_at=None).first()


def record_address(person: Any, email: str, source: str, using: str = "default") -> bool:
    """Record where a person can be told; whether it was new. A reason must be set in the transaction.

    What an editor entered, or a file brought, takes the place of what is held. What a respondent typed never does: a
    slip, or somebody's own address, would be sent everything that is held about another. Two respondents who say
    different things leave none.
    """
    address = email.strip().lower()
    rows = Address.objects.using(using).filter(person=person)
    held = rows.filter(ended_at=None).first()
    if held is not None and held.email == address:
        return False
    if source == Address.Source.ROUND:
        if held is not None:
            rows.filter(ended_at=None, source=source).update(ended_at=timezone.now())
        if held is not None or rows.filter(source=source, ended_at__isnull=False).exists():
            return False
    rows.filter(ended_at=None).update(ended_at=timezone.now())
    Address.objects.using(using).create(person_id=person, email=address, source=source)
    return True


def make_notice(
    person: UUID, wave: Wave, by: User, channel: str, answers: PersonRequest | None = None
) -> Notice:
    """A notice to be sent; those that are there make room, and their links die.

    Parameters
    ----------
    answers
        The request whose answer it tells; null: it tells what is held.

    Raises
    ------
    ManyAreMade
        While notices to everybody are made.
    """
    _hold_notice(person)
    because("A notice of what is held is made" if answers is None else "The answer to a request is told")
    Notice.objects.filter(person=person, ended_at=None).update(ended_at=timezone.now(), token_hash=None)
    return Notice.objects.create(person_id=person, wave=wave, made_by=by, channel=channel, answers=answers)


def send_by_email(
    person: UUID, wave: Wave, by: User, base: str, answers: PersonRequest | None = None
) -> bool:
    """Make a notice and ask for it to be sent; false where no address is known."""
    if current_address(person) is None:
        return False
    notice = make_notice(person, wave, by, Notice.Channel.EMAIL, answers)
    ask_for(SEND, asked_by=by, given={"notice": str(notice.pk), "base": base})
    return True


def send_to_each(waves: Mapping[UUID, Wave], by: User, base: str, using: str) -> int:
    """Make a notice of what is held for every person, and ask for each to be sent; how many. Few queries, however many.

    In a transaction with a reason that holds the notices (:func:`hold_notices`).

    Parameters
    ----------
    waves
        The wave that names each person; every one of them has an address.
    """
    rows = Notice.objects.using(using)
    rows.filter(person__in=list(waves), ended_at=None).update(ended_at=timezone.now(), token_hash=None)
    made = rows.bulk_create(
        [
            Notice(person_id=person, wave=wave, made_by=by, channel=Notice.Channel.EMAIL)
            for person, wave in waves.items()
        ],
        batch_size=1000,
    )
    # A letter to one person goes before letters to everybody.
    given = [{"notice": str(one.pk), "base": base, "patient": True} for one in made]
    return ask_for_each(SEND, given, asked_by=by, using=using)


def hold_notices(using: str) -> None:
    """Let nobody else make a notice until this transaction is over; another that makes many is waited for."""
    with connections[using].cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('leadscape notices'), 0)")


def _hold_notice(person: UUID) -> None:
    """Wait for whoever makes a notice for this person, but not for whoever makes thousands.

    Raises
    ------
    ManyAreMade
        When somebody does.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock_shared(hashtext('leadscape notices'), 0)")
        if cursor.fetchone() != (True,):
            raise ManyAreMade
        cursor.execute(
            "select pg_advisory_xact_lock(hashtext('leadscape notice'), hashtext(%s))", [str(person)]
        )


def print_letter(person: UUID, wave: Wave, by: User, base: str, answers: PersonRequest | None = None) -> Link:
    """Make a notice that is printed now, with its link."""
    notice = make_notice(person, wave, by, Notice.Channel.LETTER, answers)
    return give_link(notice, base)


def print_letters(waves: Mapping[UUID, Wave], by: User, base: str) -> dict[UUID, Link]:
    """Make a notice that is printed now for each person, with its link. Few queries, however many.

    In a transaction with a reason that holds the notices (:func:`hold_notices`).

    Parameters
    ----------
    waves
        The wave that names each person.
    """
    Notice.objects.filter(person__in=list(waves), ended_at=None).update(
        ended_at=timezone.now(), token_hash=None
    )
    now = timezone.now()
    expires = now + timedelta(days=days_of("links"))
    links, made = {}, []
    for person, wave in waves.items():
        made.append(Notice(person_id=person, wave=wave, made_by=by, channel=Notice.Channel.LETTER))
    Notice.objects.bulk_create(made)
    for notice in made:
        token, notice.token_hash = make_link()
        notice.sent_at, notice.expires_at = now, expires
        links[notice.person_id] = Link(_address_of(base, token), expires)
    Notice.objects.bulk_update(made, ["token_hash", "sent_at", "expires_at"])
    return links


def give_link(notice: Notice, base: str, using: str = "default") -> Link:
    """A new link for a notice: from now on until it expires, and the only one that works."""
    token, hashed = make_link()
    now = timezone.now()
    expires = now + timedelta(days=days_of("links", using))
    Notice.objects.using(using).filter(pk=notice.pk).update(
        token_hash=hashed, sent_at=now, expires_at=expires
    )
    return Link(_address_of(base, token), expires)


def _address_of(base: str, token: str) -> str:
    return base.rstrip("/") + reverse("privacy:my_data", args=[token])


def note_bounce(notice: Notice) -> None:
    """A letter came back: the address is used no more, and the notice is owed again."""
    because("A notice came back")
    now = timezone.now()
    Notice.objects.filter(pk=notice.pk).update(
        bounced_at=now, ended_at=notice.ended_at or now, token_hash=None
    )
    if notice.channel == Notice.Channel.EMAIL:
        Address.objects.filter(person=notice.person_id, ended_at=None).update(ended_at=now)
