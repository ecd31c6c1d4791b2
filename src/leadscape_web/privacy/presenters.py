"""Data protection in words: rows and facts from records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.urls import reverse
from django.utils import timezone

from leadscape.actions.tell_rights import tell_rights
from leadscape_web.govuk.listing import Column, Filter, Listing
from leadscape_web.privacy import notices
from leadscape_web.privacy.models import Address, Basis, Erasure, Exclusion, Notice, PersonRequest
from leadscape_web.survey.models import Leader, Wave
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN

SOURCE = "What this service recorded about notices and requests"


@dataclass(frozen=True)
class ShownPerson:
    """One person for whoever answers for them."""

    name: str
    facts: tuple[dict[str, Any], ...]
    notices: tuple[dict[str, Any], ...]
    requests: tuple[dict[str, Any], ...]
    out: str
    can_tell: bool
    can_come_back: bool
    can_email: bool
    leader: UUID | None


def show_person(
    *,
    name: str | None,
    leader: Leader | None,
    wave: Wave | None,
    address: Address | None,
    told: Iterable[Notice],
    asked: Iterable[PersonRequest],
    basis: Basis | None,
    out: Exclusion | None,
) -> ShownPerson:
    """Facts, notices and requests of one person."""
    notes = list(told)
    latest = next((one for one in notes if one.ended_at is None), notes[0] if notes else None)
    state = notices.state_of(latest) if latest or wave else "No wave is loaded"
    return ShownPerson(
        name=name or NAME_NOT_KNOWN,
        facts=(
            {
                "label": "Home school",
                "value": leader.home_school.name if leader and leader.home_school else None,
            },
            {"label": "E-mail address", "value": address.email if address else None, "missing": "None is known"},
            {"label": "Notice", "value": "Stays out: none is owed" if out else state},
            {
                "label": "Lawful basis",
                "value": _sentence(tell_rights(basis.basis).basis) if basis else None,
                "missing": "Nobody recorded one",
                "note": f"{'Recorded for this person' if basis.person_id else 'Of the wave'}. {basis.explained}"
                if basis
                else None,
            },
        ),
        notices=tuple(
            {
                "id": one.pk,
                "made": one.made_at,
                "wave": one.wave.title,
                "how": one.get_channel_display(),  # type: ignore[attr-defined]
                "state": notices.state_of(one),
                "until": one.expires_at,
                "may_bounce": one.sent_at is not None and one.bounced_at is None and one.ended_at is None,
            }
            for one in notes
        ),
        requests=tuple(
            {
                "href": reverse("privacy:request", args=[one.pk]),
                "kind": one.get_kind_display(),  # type: ignore[attr-defined]
                "asked": one.asked_at,
                "state": one.get_state_display() if one.kind == "correction" else "Done at once",  # type: ignore[attr-defined]
            }
            for one in asked
        ),
        out=out.get_kind_display() if out else "",  # type: ignore[attr-defined]
        can_tell=wave is not None and out is None,
        can_come_back=out is not None and out.kind != Exclusion.Kind.ERASURE,
        can_email=address is not None,
        leader=leader.pk if leader else None,
    )  # fmt: skip


def notices_listing(
    leaders: Iterable[Leader],
    names: Mapping[UUID, str],
    told: Mapping[UUID, Notice],
    addressed: frozenset[UUID],
    wave: Wave,
) -> Listing:
    """Everybody whom a wave names, and where their notice stands."""
    now = timezone.now()
    rows = [
        {
            "person": str(one.person_id),
            "name": names.get(one.person_id),
            "school": one.home_school.name if one.home_school else None,
            "state": notices.state_of(told.get(one.person_id), now),
            "how": "E-mail" if one.person_id in addressed else "Letter",
            "sent": _day(told[one.person_id].sent_at) if one.person_id in told else None,
            "until": _day(told[one.person_id].expires_at) if one.person_id in told else None,
        }
        for one in leaders
    ]
    schema = {"person": pl.String, "name": pl.String, "school": pl.String, "state": pl.String, "how": pl.String,
              "sent": pl.Date, "until": pl.Date}  # fmt: skip
    return Listing(
        name="notices",
        title="Notices",
        about=f"Leaders whom “{wave.title}” names, and whether they were told what is held about them. Whoever was"
        " named by others must be told (UK GDPR, Article 14).",
        columns=(
            Column("name", "Leader", href="/data-protection/person/{person}/", missing=NAME_NOT_KNOWN),
            Column("school", "Home school"),
            Column("state", "Notice"),
            Column("how", "Reached by"),
            Column("sent", "Sent", kind="date", missing="Not yet"),
            Column("until", "Link works until", kind="date", missing="No link"),
        ),
        rows=pl.DataFrame(rows, schema=schema),
        source=SOURCE,
        as_of=wave.as_of,
        filters=(Filter("state", "Notice"), Filter("how", "Reached by")),
        sort="name",
        empty="No leader whom you edit is named in this wave.",
    )


def requests_listing(found: Iterable[PersonRequest], names: Mapping[UUID, str]) -> Listing:
    """What people asked for, latest first."""
    rows = [
        {
            "id": str(one.pk),
            "what": one.get_kind_display(),  # type: ignore[attr-defined]
            "about": one.get_about_display() if one.kind == "correction" else None,  # type: ignore[attr-defined]
            "name": names.get(one.person_id),
            "asked": _day(one.asked_at),
            "state": one.get_state_display() if one.kind == "correction" else "Done at once",  # type: ignore[attr-defined]
            "decided": _day(one.decided_at),
        }
        for one in found
    ]
    schema = {"id": pl.String, "what": pl.String, "about": pl.String, "name": pl.String, "asked": pl.Date,
              "state": pl.String, "decided": pl.Date}  # fmt: skip
    return Listing(
        name="requests",
        title="Requests of people",
        about="What people who are held asked for. Answer a correction within one month (UK GDPR, Article 12(3)).",
        columns=(
            Column("what", "Asked for", href="/data-protection/request/{id}/"),
            Column("about", "About", missing="The study as a whole"),
            Column("name", "Person", missing=NAME_NOT_KNOWN),
            Column("asked", "Asked on", kind="date"),
            Column("state", "State"),
            Column("decided", "Answered", kind="date", missing="Not yet"),
        ),
        rows=pl.DataFrame(rows, schema=schema),
        source=SOURCE,
        filters=(Filter("state", "State"), Filter("what", "Asked for")),
        sort="-asked",
        empty="Nobody asked for anything yet.",
    )


def erasures_listing(found: Iterable[Erasure]) -> Listing:
    """The ledger, without names."""
    rows = [
        {
            "id": str(one.pk),
            "person": str(one.person_id),
            "why": one.get_why_display(),  # type: ignore[attr-defined]
            "on": _day(one.erased_at),
            "digest": ", ".join(one.digests) or None,
        }
        for one in found
    ]
    schema = {"id": pl.String, "person": pl.String, "why": pl.String, "on": pl.Date, "digest": pl.String}
    return Listing(
        name="erasures",
        title="Erasures",
        about="Everybody who was erased, by an id that says nothing. Whoever is in this list is recognised when a new"
        " register or return names them, and stays out. After a restore all of it is done again.",
        columns=(
            Column("on", "Erased on", kind="date"),
            Column("why", "Why"),
            Column("person", "Person"),
            Column("digest", "Key", missing="No name was known"),
        ),
        rows=pl.DataFrame(rows, schema=schema),
        source="The ledger of erasures",
        sort="-on",
        empty="Nobody was erased yet.",
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _day(at: datetime | None) -> Any:
    return timezone.localtime(at).date() if at else None
