"""Make a round, say who is asked and at which address, start it, take somebody out. On behalf of an editor."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import polars as pl
from django.db.models import F, QuerySet
from django.utils import timezone

from leadscape_web.accounts.context import because
from leadscape_web.accounts.models import User
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.models import Job
from leadscape_web.register.models import Authority
from leadscape_web.rounds.models import Asked, Contact, Link, Round
from leadscape_web.rounds.wanting import INVITE, reachable, try_again, want_new_links

COUNT: Final = "rounds.count"
BY_HAND: Final = "by hand"


@dataclass(frozen=True)
class Added:
    """What bringing respondents did.

    Attributes
    ----------
    new
        Respondents who were not asked before.
    letters
        Letters with a new link that go to those with another address.
    addresses
        Addresses that are new, of those who are new too.
    channels
        Respondents who are asked another way now.
    """

    new: int
    letters: int
    addresses: int = 0
    channels: int = 0


def make_round(by: User, given: Mapping[str, Any]) -> Round:
    """A round that nobody is asked in yet."""
    because("Made a survey round")
    return Round.objects.create(made_by=by, **given)


def change_round(found: Round, given: Mapping[str, Any], version: int) -> bool:
    """Change a round; whether nobody else had meanwhile."""
    because("Changed a survey round")
    rows = Round.objects.filter(pk=found.pk, version=version, closed_at=None)
    if rows.update(**given, version=version + 1) != 1:
        return False
    over = Round.objects.get(pk=found.pk).links_over
    Link.objects.filter(asked__round=found, ended_at=None).update(expires_at=over)
    return True


def add_authorities(found: Round, regions: Iterable[str] | None, by: User) -> Added:
    """Ask every authority of the register, or those of some regions."""
    rows = Authority.objects.order_by("code")
    if regions is not None:
        rows = rows.filter(region__in=list(regions))
    return _add(
        found,
        [
            {"respondent": code, "name": name, "kind": "authority", "authority_code": code, "region": region or ""}
            for code, name, region in rows.values_list("code", "name", "region")
        ],
        {},
        by,
    )  # fmt: skip


def add_respondents(found: Round, respondents: pl.DataFrame, by: User) -> Added:
    """Ask everybody in a frame (as :class:`leadscape.actions.read_frame.FrameReading`).

    Of those who are asked already the address is taken over where the file gives one, as :func:`set_address` does it,
    and so is the way in which they are asked.
    """
    rows, addresses, channels = [], {}, {}
    for row in respondents.iter_rows(named=True):
        rows.append(
            {
                "respondent": row["respondent_id"],
                "name": row["respondent_name"],
                "kind": row["kind"],
                "authority_code": row["authority_code"] or "",
                "region": row["region"] or "",
                "channel": row["channel"] or "email",
            }
        )
        if row["email"]:
            addresses[row["respondent_id"]] = row["email"]
        if row["channel"]:
            channels[row["respondent_id"]] = row["channel"]
    return _add(found, rows, addresses, by, channels)


def _add(
    found: Round,
    rows: list[dict[str, Any]],
    addresses: Mapping[str, str],
    by: User,
    channels: Mapping[str, str] | None = None,
) -> Added:
    because("Said who is asked in a survey round")
    # Respondents before their round, as whoever sends a letter takes them.
    _lock(Asked.objects.filter(round=found, respondent__in=list(addresses)))
    # Two who add respondents at once wait for each other.
    Round.objects.select_for_update().get(pk=found.pk)
    there = {asked.respondent: asked for asked in Asked.objects.filter(round=found)}
    new = [Asked(round=found, **row) for row in rows if row["respondent"] not in there]
    Asked.objects.bulk_create(new)
    otherwise = {asked.pk: (channels or {}).get(key, asked.channel) for key, asked in there.items()}
    moved = [asked.pk for asked in there.values() if otherwise[asked.pk] != asked.channel]
    for channel in {otherwise[key] for key in moved}:
        to_it = [key for key in moved if otherwise[key] == channel]
        Asked.objects.filter(pk__in=to_it).update(channel=channel, version=F("version") + 1)
    held = dict(
        Contact.objects.filter(asked__round=found, ended_at=None).values_list("asked__respondent", "email")
    )
    known = there | {asked.respondent: asked for asked in new}
    changed = [known[key] for key, email in addresses.items() if held.get(key) != email]
    Contact.objects.filter(asked__in=changed, ended_at=None).update(ended_at=timezone.now())
    Contact.objects.bulk_create(Contact(asked=asked, email=addresses[asked.respondent]) for asked in changed)
    # What came back from the former address says nothing of the new one.
    bounced = Asked.objects.filter(pk__in=[asked.pk for asked in changed]).exclude(bounced_at=None)
    bounced.update(bounced_at=None, bounce="", version=F("version") + 1)
    letters = _move([asked.pk for asked in changed], found, by)
    return Added(len(new), letters, len(changed), len(moved))


def set_address(asked: Asked, email: str, by: User) -> int | None:
    """Another address, or none; what bounced at the former one is no matter any more.

    Every link ends, because whoever reads the former address has it. Who had one gets another by letter.

    Returns
    -------
    int | None
        Letters with a new link that go to the new address; null where it was the address already.
    """
    because("Changed the address of a respondent")
    _lock(Asked.objects.filter(pk=asked.pk))
    address, current = email.strip().lower(), Contact.objects.filter(asked=asked, ended_at=None)
    _change(asked, bounced_at=None, bounce="")
    if address == next(iter(current.values_list("email", flat=True)), ""):
        return None
    current.update(ended_at=timezone.now())
    if address:
        Contact.objects.create(asked=asked, email=address)
    return _move([asked.pk], asked.round, by)


def _move(asked: Collection[UUID], found: Round, by: User) -> int:
    """End every link of respondents who have another address now; letters with a new one to those who had one."""
    had_one = set(Link.objects.filter(asked__in=asked).values_list("asked_id", flat=True))
    end_links(asked)
    if not had_one or found.closed_at is not None or timezone.localdate() > found.links_end:
        return 0
    return want_new_links(reachable(found).filter(pk__in=had_one).values_list("pk", flat=True), by)


def start_round(found: Round, by: User, address: str) -> Job | None:
    """Start a round; the job that writes to everybody, or null where it opens on a later day.

    Parameters
    ----------
    address
        Of the service, as the links carry it.
    """
    because("Started a survey round")
    Round.objects.filter(pk=found.pk, started_at=None).update(
        started_at=timezone.now(), address=address, version=found.version + 1
    )
    return ask_everybody(found, by) if found.opens_on <= timezone.localdate() else None


def ask_everybody(found: Round, by: User) -> Job:
    """The job that writes to those who can be reached and were not written to yet."""
    return ask_for(INVITE, asked_by=by, subject=found.title, given={"round": str(found.pk)})


def send_again(found: Round, by: User) -> int:
    """Try letters again that the mail server did not take; how many. Sending that was stopped goes on."""
    halted = found.halted_at is not None
    if halted:
        because("Sent letters of a survey round again")
        Round.objects.filter(pk=found.pk).update(halted_at=None, refused_in_a_row=0)
    return try_again(found, by, untried=halted)


def close_round(found: Round, by: User) -> Job:
    """Close a round for good, and ask for its count."""
    because("Closed a survey round")
    Round.objects.filter(pk=found.pk, closed_at=None).update(
        closed_at=timezone.now(), halted_at=None, refused_in_a_row=0, version=found.version + 1
    )
    return ask_for(COUNT, asked_by=by, subject=found.title, given={"round": str(found.pk)})


def issue_again(asked: Asked, by: User) -> None:
    """A new link by letter; every former link ends, and who was taken out is back. Not for who wants no letters.

    A letter that came back is forgotten: the editor who asks knows better.
    """
    because("Made a respondent's link again")
    _lock(Asked.objects.filter(pk=asked.pk))
    end_links([asked.pk])
    _change(asked, withdrawn_at=None, bounced_at=None, bounce="")
    want_new_links([asked.pk], by)


def note_wish(asked: Asked) -> None:
    """They told somebody that they want letters again."""
    because("A respondent told us that they want letters again")
    _change(asked, stopped_at=None)


def withdraw(asked: Asked) -> None:
    """Take a respondent out: every link ends, nothing is written to them, what they sent is not counted."""
    because("Took a respondent out of a survey round")
    _lock(Asked.objects.filter(pk=asked.pk))
    end_links([asked.pk])
    _change(asked, withdrawn_at=timezone.now())


def bring_back(asked: Asked) -> None:
    """Count somebody again who was taken out; links that ended stay so."""
    because("Brought a respondent back into a survey round")
    _change(asked, withdrawn_at=None)


def set_channel(asked: Asked, channel: str) -> None:
    """Ask somebody another way: by letter to their address, or otherwise, and then no letter goes out."""
    because("Said how a respondent is asked")
    _lock(Asked.objects.filter(pk=asked.pk))
    _change(asked, channel=channel)


def mark_bounced(asked: Asked) -> None:
    """Somebody noticed that the address does not work."""
    because("Noted that a letter came back")
    _change(asked, bounced_at=timezone.now(), bounce=BY_HAND)


def note_heard(asked: Asked, heard: str) -> None:
    """What came otherwise than by the link."""
    because("Noted what a respondent said otherwise than by the link")
    _change(asked, heard=heard)


def end_links(asked: Collection[UUID]) -> None:
    """End every link of respondents, who must be locked: a link that is being sent is there once its letter is out."""
    Link.objects.filter(asked__in=asked, ended_at=None).update(ended_at=timezone.now())


def _lock(asked: QuerySet[Asked]) -> None:
    """Wait for letters that are being sent to respondents, and let none be sent until this transaction is over."""
    list(asked.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def _change(asked: Asked, **given: Any) -> None:
    Asked.objects.filter(pk=asked.pk).update(**given, version=F("version") + 1)
