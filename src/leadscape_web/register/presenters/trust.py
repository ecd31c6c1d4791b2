"""What a trust's page shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl
from django.urls import reverse

from leadscape_web.govuk.listing import Column, Filter, Listing
from leadscape_web.govuk.wording import NOT_KNOWN, written_number
from leadscape_web.register.presenters.facts import Fact, Row, cell, stated_by
from leadscape_web.register.records.trust import TrustRecord
from leadscape_web.register.wording import OPEN_STATUSES, STATUSES, group_words, phase_words, status_words


@dataclass(frozen=True)
class TrustPage:
    """A trust or federation as its page shows it.

    Attributes
    ----------
    facts, source
        Facts, and the file that they come from.
    authorities
        Rows of the table of authorities that it has schools in now.
    schools
        Its schools over time, as a list.
    """

    name: str
    kind: str
    facts: tuple[Fact, ...]
    source: str
    authorities: tuple[Row, ...]
    schools: Listing


def present_trust(record: TrustRecord) -> TrustPage:
    """The page of one trust."""
    group = record.group
    now = [one for one in record.memberships if one.left_on is None]
    stands = sum(one.school.status in OPEN_STATUSES for one in now)
    return TrustPage(
        name=group.name,
        kind=group_words(group.group_type),
        facts=(
            Fact("Unique id", group.uid),
            Fact("Trust reference", group.group_id, "None given"),
            Fact("Kind", group_words(group.group_type)),
            Fact("Status", STATUSES.get(group.status) if group.status != "unknown" else None),
            Fact("Opened", group.opened_on),
            Fact("Closed", group.closed_on),
            Fact("Companies House number", group.companies_house_number, "None given"),
            Fact("Schools now", len(now), note=f"{written_number(stands)} of them open"),
            Fact("Former schools", len(record.memberships) - len(now)),
        ),
        source=stated_by(group.source),
        authorities=_authorities(record),
        schools=_listing(record),
    )


def _authorities(record: TrustRecord) -> tuple[Row, ...]:
    now = [one.school for one in record.memberships if one.left_on is None]
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
            "source": stated_by(one.source),
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
            Column("name", "School", href="/register/school/{urn}/"),
            Column("urn", "URN"),
            Column("phase", "Phase"),
            Column("status", "Status"),
            Column("authority", "Authority", href="/register/authority/{authority_code}/"),
            Column("joined_on", "Joined", kind="date"),
            Column("left_on", "Left", kind="date", missing="still a member"),
            Column("source", "Source", missing=NOT_KNOWN),
        ),
        rows=pl.DataFrame(rows, schema=schema),
        source=stated_by(record.group.source),
        filters=(Filter("authority", "Authority"), Filter("phase", "Phase")),
        empty="No file states that a school belongs to it.",
    )
