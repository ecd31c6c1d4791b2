"""What lists of the survey show and may be narrowed by; every one can be downloaded just as it is shown."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from leadscape.core.missing import SUPPRESSED
from leadscape_web.govuk.addresses import address_of
from leadscape_web.govuk.listing import Column, Filter, Listing
from leadscape_web.govuk.wording import MISSING_WORDS, written_date
from leadscape_web.register.presenters.lists import AUTHORITY, SCHOOL
from leadscape_web.register.wording import NO_GROUP
from leadscape_web.survey.codebooks import KnownWaves
from leadscape_web.survey.presenters.words import NO_END, NO_KIND, STARTED_NOT_KNOWN

LEADER: Final = address_of("survey:leader", key="leader")
HIDDEN: Final = f"{MISSING_WORDS[SUPPRESSED]}, or not known"
"""Of a place that is not told: whether there was one to withhold would tell something of the leader."""
AREA_ONLY: Final = "Only people whom you may see are listed; others are neither shown nor counted."
_PLACE: Final = (
    Column("school", "Home school", href=SCHOOL),
    Column("authority", "Authority", href=AUTHORITY),
    Column("region", "Region"),
    Column("phase", "Phase"),
    Column("trusts", "Trust or federation", missing=NO_GROUP),
)
_PLACE_FILTERS: Final = (
    Filter("authority", "Authority"),
    Filter("region", "Region"),
    Filter("phase", "Phase"),
    Filter("trusts", "Trust or federation"),
)


def leaders_listing(rows: pl.DataFrame, waves: KnownWaves, day: date | None) -> Listing:
    """Leaders, with the roles they hold."""
    return Listing(
        name="leaders",
        title="Leaders",
        about="One row is one person who is said to lead beyond their own school. A person with two roles has one row.",
        columns=(
            Column("name", "Leader", href=LEADER),
            *_PLACE,
            Column("roles", "Roles", missing="None that counts"),
            Column("holdings", "Role-holdings", kind="number"),
            Column("key", "Key", download_only=True),
        ),
        rows=rows,
        source=sources(waves),
        filters=(
            Filter("name", "Name", kind="text"),
            Filter("roles", "Role"),
            Filter("origins", "Origin"),
            Filter("kinds", "Kind"),
            *_PLACE_FILTERS,
        ),
        sort="name",
        empty="No leader whom you may see is known. Ask whoever loads returns whether a survey covers your area.",
        notes=_notes(day),
    )


def holdings_listing(rows: pl.DataFrame, waves: KnownWaves, day: date | None) -> Listing:
    """Role-holdings, one row each."""
    return Listing(
        name="role-holdings",
        title="Role-holdings",
        about="One row is one person's holding of one role. A person with two roles has two rows.",
        columns=(
            Column("name", "Leader", href=LEADER),
            Column("role", "Role"),
            Column("origin", "Origin"),
            Column("kinds", "Kind", missing=NO_KIND),
            Column("started_on", "Started", kind="date", missing=STARTED_NOT_KNOWN),
            Column("ended_on", "Ended", kind="date", missing=NO_END),
            *_PLACE,
            Column("routes", "Reported by way of"),
        ),
        rows=rows,
        source=sources(waves),
        filters=(
            Filter("name", "Name", kind="text"),
            Filter("role", "Role"),
            Filter("origin", "Origin"),
            Filter("kinds", "Kind"),
            *_PLACE_FILTERS,
        ),
        sort="name",
        empty="No role-holding that you may see is known. Ask whoever loads returns whether a survey covers your area.",
        notes=_notes(day),
    )


def anonymous_listing(rows: pl.DataFrame, waves: KnownWaves) -> Listing:
    """Role-holdings without names or schools, for research."""
    return Listing(
        name="role-holdings-without-names",
        title="Role-holdings without names",
        about="One row is one role-holding. Rows with the same letters and digits under Leader are of one person; it is"
        " not told where the roles of one person together would say who it is.",
        columns=(
            Column("leader", "Leader", missing="Not told"),
            Column("role", "Role"),
            Column("origin", "Origin"),
            Column("kinds", "Kind", missing=NO_KIND),
            Column("started_year", "Year of start"),
            Column("ended_year", "Year of end", missing=NO_END),
            Column("authority", "Authority", href=AUTHORITY, missing=HIDDEN),
            Column("region", "Region", missing=HIDDEN),
            Column("phase", "Phase of the home school", missing=HIDDEN),
            Column("routes", "Reported by way of"),
            Column("wave", "Survey", missing="None"),
        ),
        rows=rows,
        source=sources(waves),
        filters=(
            Filter("role", "Role"),
            Filter("origin", "Origin"),
            Filter("kinds", "Kind"),
            Filter("authority", "Authority"),
            Filter("region", "Region"),
            Filter("phase", "Phase"),
        ),
        empty="No role-holding may be shown for your area: too few leaders share a role, or none is known there.",
        notes=(
            "Left out: names, schools, trusts, partner schools, who reported it, and days of start and end.",
            "Suppressed: places, years and roles by which a leader could be told from fewer than six.",
        ),
    )


def sources(waves: KnownWaves) -> str:
    """The waves, with their dates."""
    told = [f"{wave.title}, as of {written_date(wave.as_of)}" for wave in waves.waves]
    return ("; ".join(told) or "no survey is loaded") + "; corrections by editors"


def _notes(day: date | None) -> tuple[str, ...]:
    if day is None:
        return (AREA_ONLY,)
    return (
        f"Only roles in force on {written_date(day)}; one whose start is not known counts as in force.",
        AREA_ONLY,
    )
