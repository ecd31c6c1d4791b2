"""What the register's lists show and may be narrowed by; every one can be downloaded just as it is shown."""

from __future__ import annotations

from typing import Final

import polars as pl

from leadscape_web.govuk.addresses import address_of
from leadscape_web.govuk.listing import Column, Filter, Listing
from leadscape_web.register.wording import NO_GROUP

SCHOOL: Final = address_of("register:school", urn="urn")
AUTHORITY: Final = address_of("register:authority", code="authority_code")
_SCHOOL_COLUMNS: Final = (
    Column("name", "School", href=SCHOOL),
    Column("urn", "URN"),
    Column("phase", "Phase"),
    Column("type", "Type"),
    Column("status", "Status"),
    Column("authority", "Authority", href=AUTHORITY),
    Column("region", "Region"),
    Column("town", "Town"),
    Column("postcode", "Postcode"),
    Column("pupils", "Pupils", kind="number"),
    Column("trusts", "Trust or federation", missing=NO_GROUP),
)


def schools_listing(rows: pl.DataFrame, source: str) -> Listing:
    """Every school of the register, open or not."""
    return Listing(
        name="schools",
        title="Schools",
        about="One row is one school as the newest register that lists it describes it, open or not.",
        columns=_SCHOOL_COLUMNS,
        rows=rows,
        source=source,
        filters=(
            Filter("name", "Name", kind="text"),
            Filter("phase", "Phase"),
            Filter("type", "Type"),
            Filter("status", "Status"),
            Filter("authority", "Authority"),
            Filter("region", "Region"),
            Filter("trusts", "Trust or federation"),
        ),
        empty="No register is loaded. Ask whoever runs this service to load a study.",
    )


def authority_schools(rows: pl.DataFrame, name: str, source: str) -> Listing:
    """The schools of one authority."""
    return Listing(
        name="authority-schools",
        title=f"Schools in {name}",
        about="One row is one school that the authority answers for, open or not.",
        columns=tuple(column for column in _SCHOOL_COLUMNS if column.key not in ("authority", "region")),
        rows=rows,
        source=source,
        filters=(
            Filter("name", "Name", kind="text"),
            Filter("phase", "Phase"),
            Filter("status", "Status"),
            Filter("trusts", "Trust or federation"),
        ),
        empty="The register lists no school of this authority. It is known because it was asked, or named in a return.",
    )


def authorities_listing(rows: pl.DataFrame, source: str) -> Listing:
    """Every authority."""
    return Listing(
        name="authorities",
        title="Authorities",
        about="One row is one authority that answers for schools, or that was asked in a survey.",
        columns=(
            Column("name", "Authority", href=address_of("register:authority", code="code")),
            Column("code", "Code"),
            Column("region", "Region"),
            Column("open", "Open schools", kind="number"),
            Column("others", "Schools not open", kind="number"),
            Column("trusts", "Trusts and federations", kind="number"),
        ),
        rows=rows,
        source=source,
        filters=(Filter("name", "Name", kind="text"), Filter("region", "Region")),
        empty="No register is loaded. Ask whoever runs this service to load a study.",
    )


def trusts_listing(rows: pl.DataFrame, source: str) -> Listing:
    """Every trust, federation and sponsor."""
    return Listing(
        name="trusts",
        title="Trusts and federations",
        about="One row is one trust, federation or sponsor that a file names.",
        columns=(
            Column("name", "Trust or federation", href=address_of("register:trust", uid="uid")),
            Column("uid", "Unique id"),
            Column("group_id", "Trust reference", missing="None given"),
            Column("group_type", "Kind"),
            Column("status", "Status"),
            Column("schools", "Schools now", kind="number"),
            Column("former", "Former schools", kind="number"),
            Column("authorities", "Authorities", kind="number"),
            Column("authority", "Authority", href=AUTHORITY, missing="Several, or not known"),
        ),
        rows=rows,
        source=source,
        filters=(
            Filter("name", "Name", kind="text"),
            Filter("group_type", "Kind"),
            Filter("authority", "Authority"),
        ),
        empty="No file of trusts and federations is loaded. A study names one under [register] groups.",
    )


def sources_listing(rows: pl.DataFrame) -> Listing:
    """Every file that was loaded."""
    return Listing(
        name="sources",
        title="Sources",
        about="One row is one file that facts or figures were taken from.",
        columns=(
            Column("file_name", "File"),
            Column("purpose", "Read as"),
            Column("as_of", "Describes", kind="date", missing="No date"),
            Column("rows", "Rows", kind="number", missing="Not a table, or not told"),
            Column("loaded_on", "Loaded", kind="date"),
            Column("sha256", "SHA-256"),
        ),
        rows=rows,
        source="The studies loaded into this service",
        filters=(Filter("file_name", "File", kind="text"), Filter("purpose", "Read as")),
        empty="Nothing is loaded. Ask whoever runs this service to load a study.",
        notes=(
            "A file without a date of its own describes the date of the study that names it.",
            "Rows of a single return are not told where small counts are hidden: they would say how many people it"
            " names.",
            "Whoever has a file can check with its SHA-256 that it is the one.",
        ),
    )
