"""Registers of the invented system as files, in the national format, with whatever a test changes in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

HEADERS = (
    "URN", "LA (code)", "LA (name)", "EstablishmentName", "TypeOfEstablishment (name)", "EstablishmentTypeGroup (name)",
    "EstablishmentStatus (name)", "OpenDate", "CloseDate", "PhaseOfEducation (name)", "Postcode", "Town", "GOR (name)",
    "HeadTitle (name)", "HeadFirstName", "HeadLastName", "HeadPreferredJobTitle", "NumberOfPupils", "SchoolCapacity",
    "Easting", "Northing",
)  # fmt: skip
SCHOOLS: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    # urn, name, phase, authority, region, first name, last name of the head
    ("100001", "Ashgrove Primary School", "Primary", "101", "North", "Alice", "Ash"),
    ("100002", "Beechwood Secondary School", "Secondary", "101", "North", "Dora", "Dunn"),
    ("100003", "Cedar Lane Primary School", "Primary", "102", "North", "Bob", "Birch"),
    ("100004", "Dale Special School", "Not applicable", "102", "North", "Edgar", "Elm"),
    ("100005", "Elmfield Primary School", "Primary", "201", "South", "Frances", "Fir"),
    ("100006", "Fernhill Academy", "Secondary", "201", "South", "Charlie", "Cedar"),
    ("100008", "Gorse Nursery School", "Nursery", "201", "South", "Gina", "Gorse"),
)
AUTHORITIES = {"101": "Northshire", "102": "Eastvale", "201": "Southport"}


def register_rows() -> dict[str, dict[str, Any]]:
    """The invented system as rows of the national extract, by URN."""
    return {
        urn: {
            "URN": urn, "LA (code)": authority, "LA (name)": AUTHORITIES[authority], "EstablishmentName": name,
            "TypeOfEstablishment (name)": "Community school",
            "EstablishmentTypeGroup (name)": "Local authority maintained schools",
            "EstablishmentStatus (name)": "Open", "OpenDate": "01-09-1990", "CloseDate": "",
            "PhaseOfEducation (name)": phase, "Postcode": "NS1 1AA", "Town": "Town", "GOR (name)": region,
            "HeadTitle (name)": "", "HeadFirstName": first, "HeadLastName": last,
            "HeadPreferredJobTitle": "Headteacher", "NumberOfPupils": "200", "SchoolCapacity": "210",
            "Easting": "430000", "Northing": "430000",
        }
        for urn, name, phase, authority, region, first, last in SCHOOLS
    }  # fmt: skip


def as_csv(
    rows: Sequence[Mapping[str, Any]], headers: Sequence[str] = HEADERS, encoding: str = "utf-8"
) -> bytes:
    """Rows as a file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, headers, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def register_csv(changes: Mapping[str, Mapping[str, Any] | None] | None = None) -> bytes:
    """The extract with some rows changed, taken out (null) or added."""
    rows = register_rows()
    for urn, change in (changes or {}).items():
        if change is None:
            rows.pop(urn)
        else:
            base = rows.get(urn, {**rows["100001"], "URN": urn, "HeadFirstName": "", "HeadLastName": ""})
            rows[urn] = {**base, **change}
    return as_csv(list(rows.values()))


LINK_HEADERS = ("URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate")


def links_csv(*links: tuple[str, str, str, str, str]) -> bytes:
    """A links file."""
    return as_csv([dict(zip(LINK_HEADERS, link, strict=True)) for link in links], LINK_HEADERS)
