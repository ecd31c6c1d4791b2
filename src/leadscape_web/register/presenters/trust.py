"""What a trust's page shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl
from django.urls import reverse

from leadscape.core.missing import NOT_COLLECTED
from leadscape_web.govuk.listing import Column, Filter, Listing
from leadscape_web.govuk.wording import MISSING_WORDS, NOT_KNOWN, written_number
from leadscape_web.register.presenters.facts import Fact, Row, cell, others, stated_by, stated_by_all
from leadscape_web.register.presenters.lists import AUTHORITY, SCHOOL
from leadscape_web.register.presenters.school import member_by
from leadscape_web.register.records.trust import TrustRecord
from leadscape_web.register.wording import (
    NOT_CLOSED,
    OPEN_STATUSES,
    STATUSES,
    group_words,
    phase_words,
    status_words,
)


@dataclass(frozen=True)
class TrustPage:
    """A trust or federation as its page shows it.

    Attributes
    ----------
    facts
        Facts, each with the file that it comes from.
    authorities
        Rows of the table of authorities that it has schools in now.
    no_authorities
        What to say where there is none.
    schools
        Its schools over time, as a list.
    """

    name: str
    kind: str
    facts: tuple[Fact, ...]
    authorities: tuple[Row, ...]
    no_authorities: str
    schools: Listing


def present_trust(record: TrustRecord) -> TrustPage:
    """The page of one trust."""
    group = record.group
    named, told = stated_by(group.source), _told_by(record)
    stands = sum(one.status in OPEN_STATUSES for one in record.now)
    unknown = MISSING_WORDS[NOT_COLLECTED]
    return TrustPage(
        name=group.name,
        kind=group_words(group.group_type),
        facts=(
            Fact("Unique id", group.uid, source=named),
            Fact("Trust reference", group.group_id, "None given", source=named),
            Fact("Kind", group_words(group.group_type), source=named),
            Fact("Status", STATUSES.get(group.status) if group.status != "unknown" else None, source=named),
            Fact("Opened", group.opened_on, source=named),
            Fact(
                "Closed",
                group.closed_on,
                "Not closed" if group.status in NOT_CLOSED else NOT_KNOWN,
                source=named,
            ),
            Fact(
                "Companies House number",
                group.companies_house_number,
                "None given",
                source=others(group, {"companies_house_number": "number"}, record.files) or named,
            ),
            Fact("Schools now", len(record.now) if record.collected else None, unknown, source=told),
            Fact("Former schools", record.former if record.collected else None, unknown, source=told),
            Fact(
                "Open schools",
                stands if record.collected else None,
                unknown,
                source=stated_by_all(record.schools_sources) if record.collected else None,
                note=f"Of {written_number(len(record.now))} schools now" if record.collected else "",
            ),
        ),
        authorities=_authorities(record),
        no_authorities="No file states that a school belongs to it now."
        if record.collected
        else f"{unknown}: no file that is loaded says which schools belong to it.",
        schools=_listing(record),
    )


def _authorities(record: TrustRecord) -> tuple[Row, ...]:
    now = record.now
    counted = Counter((one.authority.name, one.authority.code) if one.authority else None for one in now)
    rows = sorted(counted.items(), key=lambda item: (-item[1], item[0] or ("", "")))
    return tuple(
        (
            cell(place[0], reverse("register:authority", args=[place[1]])) if place else cell(None),
            f"{schools:,}",
            f"{100 * schools / len(now):.1f} % of {len(now):,}",
        )
        for place, schools in rows
    )


def _told_by(record: TrustRecord) -> str | None:
    """The files that say who its members are and were; null where none does."""
    if not record.collected:
        return None
    files = dict.fromkeys(stated_by(one.source) for one in record.memberships)
    return "; ".join(files) or stated_by(record.groups_source)


def _listing(record: TrustRecord) -> Listing:
    rows = [
        {
            "urn": one.school.urn,
            "name": one.school.name,
            "phase": phase_words(one.school.phase),
            "status": status_words(one.school.status),
            "authority": one.school.authority.name if one.school.authority else None,
            "authority_code": one.school.authority_id,
            "joined_on": one.joined_on,
            "left_on": one.left_on,
            "source": member_by(one, record.files),
        }
        for one in record.memberships
    ]
    texts = dict.fromkeys(("urn", "name", "phase", "status", "authority", "authority_code"), pl.String)
    schema = {**texts, "joined_on": pl.Date, "left_on": pl.Date, "source": pl.String}
    return Listing(
        name="trust-schools",
        title="Schools over time",
        about="One row is one school’s membership, present or former.",
        columns=(
            Column("name", "School", href=SCHOOL),
            Column("urn", "URN"),
            Column("phase", "Phase"),
            Column("status", "Status"),
            Column("authority", "Authority", href=AUTHORITY),
            Column("joined_on", "Joined", kind="date"),
            Column("left_on", "Left", kind="date", missing="Still a member"),
            Column("source", "Source", missing=NOT_KNOWN),
        ),
        rows=pl.DataFrame(rows, schema=schema),
        source=_told_by(record) or stated_by(None),
        filters=(Filter("authority", "Authority"), Filter("phase", "Phase")),
        empty="No file states that a school belongs to it.",
    )
