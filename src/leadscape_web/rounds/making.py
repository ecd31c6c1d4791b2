"""Make a round, say who is asked and at which address, start it, take somebody out. On behalf of an editor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import polars as pl
from django.db.models import F
from django.utils import timezone

from leadscape_web.accounts.context import because
from leadscape_web.accounts.models import User
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.models import Job
from leadscape_web.register.models import Authority
from leadscape_web.rounds.models import Asked, Contact, Link, Round
from leadscape_web.rounds.wanting import INVITE, try_again, want_new_link

COUNT: Final = "rounds.count"
BY_HAND: Final = "by hand"


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


def add_authorities(found: Round, regions: Iterable[str] | None) -> int:
    """Ask every authority of the register, or those of some regions; how many are new."""
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
    )  # fmt: skip


def add_respondents(found: Round, respondents: pl.DataFrame) -> int:
    """Ask everybody in a frame (as :class:`leadscape.actions.read_frame.FrameReading`); how many are new.

    Of those who are asked already the address is taken over where the file gives one.
    """
    rows, addresses = [], {}
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
    return _add(found, rows, addresses)


def _add(found: Round, rows: list[dict[str, Any]], addresses: Mapping[str, str]) -> int:
    because("Said who is asked in a survey round")
    # Two who add respondents at once wait for each other.
    Round.objects.select_for_update().get(pk=found.pk)
    there = {asked.respondent: asked for asked in Asked.objects.filter(round=found)}
    new = [Asked(round=found, **row) for row in rows if row["respondent"] not in there]
    Asked.objects.bulk_create(new)
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
    return len(new)


def set_address(asked: Asked, email: str) -> None:
    """Another address; what bounced at the former one is no matter any more."""
    because("Changed the address of a respondent")
    Asked.objects.select_for_update().get(pk=asked.pk)
    Contact.objects.filter(asked=asked, ended_at=None).update(ended_at=timezone.now())
    if email:
        Contact.objects.create(asked=asked, email=email.strip().lower())
    _change(asked, bounced_at=None, bounce="")


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
    end_links(asked)
    _change(asked, withdrawn_at=None, bounced_at=None, bounce="")
    want_new_link(asked, by)


def note_wish(asked: Asked) -> None:
    """They told somebody that they want letters again."""
    because("A respondent told us that they want letters again")
    _change(asked, stopped_at=None)


def withdraw(asked: Asked) -> None:
    """Take a respondent out: every link ends, nothing is written to them, what they sent is not counted."""
    because("Took a respondent out of a survey round")
    end_links(asked)
    _change(asked, withdrawn_at=timezone.now())


def mark_bounced(asked: Asked) -> None:
    """Somebody noticed that the address does not work."""
    because("Noted that a letter came back")
    _change(asked, bounced_at=timezone.now(), bounce=BY_HAND)


def note_heard(asked: Asked, heard: str) -> None:
    """What came otherwise than by the link."""
    because("Noted what a respondent said otherwise than by the link")
    _change(asked, heard=heard)


def end_links(asked: Asked) -> None:
    """End every link of a respondent."""
    Link.objects.filter(asked=asked, ended_at=None).update(ended_at=timezone.now())


def _change(asked: Asked, **given: Any) -> None:
    Asked.objects.filter(pk=asked.pk).update(**given, version=asked.version + 1)
