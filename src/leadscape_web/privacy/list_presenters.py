"""Lists of data protection, in words: notices, requests, erasures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import polars as pl
from django.utils import timezone

from leadscape_web.govuk.listing import Column, Filter, Listing
from leadscape_web.govuk.wording import local_day
from leadscape_web.privacy.models import Erasure, PersonRequest
from leadscape_web.privacy.owed import Standing, named_waves
from leadscape_web.privacy.reached import Place
from leadscape_web.survey.models import Wave
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN

SOURCE = "What this service recorded about notices and requests"


def notices_listing(
    places: Mapping[UUID, Place],
    names: Mapping[UUID, str],
    standing: Mapping[UUID, Standing],
    addressed: frozenset[UUID],
    waves: Sequence[Wave],
) -> Listing:
    """Everybody whom waves that count name, and where their notice stands.

    Parameters
    ----------
    places
        Where each of the leaders works.
    """
    now = timezone.now()
    titles = {wave.pk: wave.title for wave in waves}
    rows = [
        {
            "person": str(person),
            "name": names.get(person),
            "key": place.key,
            "school": place.school,
            "waves": "; ".join(titles[wave.pk] for wave in its.waves),
            "owed": "Yes" if its.owed else "No",
            "state": its.state(now),
            "how": "E-mail" if person in addressed else "Letter",
            "sent": local_day(its.notice.sent_at) if its.notice else None,
            "until": local_day(its.notice.expires_at) if its.notice and its.notice.ended_at is None else None,
        }
        for person, place in places.items()
        if (its := standing.get(person))
    ]
    words = ("person", "key", "name", "school", "waves", "owed", "state", "how")
    several = len(waves) > 1
    return Listing(
        name="notices",
        title="Notices",
        about=f"Leaders whom {named_waves(waves)} name{'' if several else 's'}, and whether they were told what is held"
        " about them. Whoever was named by others must be told (UK GDPR, Article 14).",
        columns=(
            Column("name", "Leader", href="/data-protection/person/{person}/", missing=NAME_NOT_KNOWN),
            Column("school", "Home school"),
            *([Column("waves", "Named by")] if several else []),
            Column("owed", "Owed one"),
            Column("state", "Notice"),
            Column("how", "Reached by"),
            Column("sent", "Sent", kind="date", missing="Not yet"),
            Column("until", "Link works until", kind="date", missing="None works"),
            Column("key", "Key", download_only=True),
        ),
        rows=pl.DataFrame(
            rows, schema={**dict.fromkeys(words, pl.String), "sent": pl.Date, "until": pl.Date}
        ),
        source=SOURCE,
        as_of=waves[0].as_of,
        filters=(Filter("owed", "Owed one"), Filter("state", "Notice"), Filter("how", "Reached by")),
        sort="name",
        empty="No leader whom you edit is named in a wave that counts.",
    )


def addresses_listing(
    places: Mapping[UUID, Place], names: Mapping[UUID, str], waves: Sequence[Wave]
) -> Listing:
    """Leaders without an address, as a file in which addresses are filled in and that is brought back."""
    rows = [
        {"person": str(person), "key": place.key, "name": names.get(person), "school": place.school,
         "authority": place.authority, "email": None}
        for person, place in places.items()
    ]  # fmt: skip
    return Listing(
        name="addresses",
        title="Leaders without an address",
        about=f"Leaders whom {named_waves(waves)} name{'' if len(waves) > 1 else 's'}, and whose e-mail address is not"
        " known. Fill in the column Email and bring the file back as it is.",
        columns=(
            Column("key", "Key", download_only=True),
            Column("name", "Leader", href="/data-protection/person/{person}/", missing=NAME_NOT_KNOWN),
            Column("school", "Home school"),
            Column("authority", "Authority"),
            Column("email", "Email", missing="", download_only=True),
        ),
        rows=pl.DataFrame(
            rows,
            schema=dict.fromkeys(("person", "key", "name", "school", "authority", "email"), pl.String),
        ),
        source=SOURCE,
        as_of=waves[0].as_of,
        filters=(Filter("authority", "Authority"),),
        sort="name",
        empty="Of every leader whom you edit and a wave that counts names an address is known.",
    )


def requests_listing(found: Iterable[PersonRequest], names: Mapping[UUID, str]) -> Listing:
    """What people asked for, latest first."""
    rows = [
        {
            "id": str(one.pk),
            "what": one.get_kind_display(),  # type: ignore[attr-defined]
            "about": one.get_about_display() if one.kind == "correction" else None,  # type: ignore[attr-defined]
            "name": names.get(one.person_id),
            "asked": local_day(one.asked_at),
            "state": one.state_in_words,
            "decided": local_day(one.decided_at),
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
            "on": local_day(one.erased_at),
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


def with_cut(listing: Listing, listed: int, held: int, which: str) -> Listing:
    """The same, saying how many of those that are held it lists, and ``which``, where that is not all."""
    if held <= listed:
        return listing
    note = f"Of {held:,} these are {which} {listed:,}; a download holds no others."
    return replace(listing, notes=(*listing.notes, note))
