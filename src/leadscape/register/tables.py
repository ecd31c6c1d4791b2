"""Tables of the register: schools, authorities, groups, and who belonged to what and led what, when."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from leadscape.core.identifiers import URN_PATTERN
from leadscape.core.tables import Table, status_column

OPEN_STATUSES = ("open", "proposed_to_close")
STATUSES = (*OPEN_STATUSES, "proposed_to_open", "closed", "unknown")
GROUP_TYPES = ("multi_academy_trust", "single_academy_trust", "sponsor", "federation", "foundation_trust",
               "umbrella_trust", "childrens_centres", "other")  # fmt: skip
RELATIONS = ("predecessor", "successor", "related")


def urn_column(*, primary_key: bool = False, nullable: bool = False, description: str = "") -> dy.String:
    """A school's unique reference number, as text."""
    return dy.String(
        primary_key=primary_key,
        nullable=nullable,
        regex=URN_PATTERN,
        description=description or "Unique reference number of the school in its national register",
    )


class Schools(Table):
    """One row is one school as one register file describes it on its date.

    A missing row means that the file does not list the school, which is a question and not a closure. Left out, and
    kept in :class:`OutOfScope` with the reason: what is not a school (children's centres, offshore units), what lies
    outside the system (Welsh rows of an English file), and aggregate rows.

    Source: the national register of the country (England: Get Information about Schools, Open Government Licence
    v3.0), as mapped by a format file.
    """

    urn = urn_column(primary_key=True)
    name = dy.String(
        nullable=True, min_length=1, description="Name on that date; null where the file has none"
    )
    status = dy.Enum(STATUSES, description="Whether it is open on the register's date")
    opened_on = dy.Date(nullable=True, description="Date opened; placeholders such as 1900-01-01 are null")
    closed_on = dy.Date(nullable=True, description="Date closed")
    phase = dy.String(
        nullable=True, description="Phase id of the codebook; null where the register gives none"
    )
    type = dy.String(nullable=True, description="Type of establishment as the register words it")
    type_group = dy.String(nullable=True, description="Group of types as the register words it")
    authority_code = dy.String(nullable=True, description="Code of the authority that answers for the school")
    authority_name = dy.String(nullable=True, description="Name of that authority")
    district = dy.String(nullable=True, description="Administrative district")
    region = dy.String(nullable=True, description="Region, in the codebook's words")
    town = dy.String(nullable=True)
    postcode = dy.String(nullable=True)
    easting = dy.Float64(nullable=True, description="British National Grid (EPSG:27700), metres")
    northing = dy.Float64(nullable=True, description="British National Grid (EPSG:27700), metres")
    longitude = dy.Float64(nullable=True, min=-180, max=180, description="WGS84 (EPSG:4326), degrees east")
    latitude = dy.Float64(nullable=True, min=-90, max=90, description="WGS84 (EPSG:4326), degrees north")
    low_age = dy.Int64(nullable=True, min=0, max=99, description="Statutory lowest age, years")
    high_age = dy.Int64(nullable=True, min=0, max=99, description="Statutory highest age, years")
    gender = dy.String(nullable=True)
    religious_character = dy.String(nullable=True)
    capacity = dy.Float64(nullable=True, min=0, description="Places")
    capacity_status = status_column("capacity")
    pupils = dy.Float64(nullable=True, min=0, description="Pupils on roll")
    pupils_status = status_column("pupils")
    fsm_pct = dy.Float64(
        nullable=True, min=0, max=100, description="Pupils eligible for free school meals, %"
    )
    fsm_pct_status = status_column("fsm_pct")


class OutOfScope(Table):
    """One row is one row of a register file that is not a school of the system, with the reason.

    A missing row means that the row of the file became a school or a problem.
    """

    row = dy.Int64(description="Row in the file, the header being row 1")
    urn = dy.String(nullable=True)
    name = dy.String(nullable=True)
    reason = dy.String(description="Why it is not a school of the system: id of the format's rule")
    value = dy.String(nullable=True, description="The value that the rule matched")


class Authorities(Table):
    """One row is one authority that answers for schools, as found in a register or a frame.

    A missing row means that no school names the authority.
    """

    authority_code = dy.String(primary_key=True)
    authority_name = dy.String()
    region = dy.String(nullable=True, description="Region of most of its schools")
    schools = dy.Int64(min=0, description="Open schools")


class Groups(Table):
    """One row is one trust, federation or sponsor. A missing row means that no file lists it."""

    group_uid = dy.String(primary_key=True, description="The register's unique id of the group")
    group_id = dy.String(nullable=True, description="The published trust reference (TRnnnnn), where given")
    name = dy.String()
    group_type = dy.Enum(GROUP_TYPES)
    status = dy.Enum(("open", "closed", "unknown"))
    opened_on = dy.Date(nullable=True)
    closed_on = dy.Date(nullable=True)
    companies_house_number = dy.String(nullable=True, description="Survives a change of name")


class Memberships(Table):
    """One row is one school's membership of one group as one file states it on its date.

    A missing row means that the file does not state a membership; whether one ended is seen by comparing files.
    """

    urn = urn_column(primary_key=True)
    group_uid = dy.String(primary_key=True)
    group_name = dy.String()
    group_type = dy.Enum(GROUP_TYPES)
    companies_house_number = dy.String(nullable=True, description="Survives a change of the group's name")
    joined_on = dy.Date(nullable=True)
    left_on = dy.Date(nullable=True)
    seen_on = dy.Date(nullable=True, description="Date of the file that states it")


class Headships(Table):
    """One row is one person leading one school as seen in one register on its date. Personal data.

    A missing row means that the register names nobody. A headship is not a role-holding: see the survey stage.
    """

    urn = urn_column(primary_key=True)
    head = dy.String(primary_key=True, description="Full name, or the id that stands for it")
    job_title = dy.String(nullable=True)
    seen_on = dy.Date(nullable=True, description="Date of the register")


class Links(Table):
    """One row is one statement that a school follows or precedes another, or is related without saying which.

    A missing row means that no file states it; one-sided statements are common. Sources: GIAS links (OGL v3.0).
    """

    urn = urn_column(primary_key=True, description="The school whose record holds the statement")
    link_urn = urn_column(primary_key=True, description="The other school")
    relation = dy.Enum(RELATIONS, primary_key=True, description="What link_urn is to urn")
    link_name = dy.String(nullable=True, description="Name of link_urn as the file words it")
    link_type = dy.String(description="As the file words it")
    established_on = dy.Date(nullable=True)


def is_open(as_of: pl.Expr | None = None) -> pl.Expr:
    """Whether a row of :class:`Schools` is open on its register's date, or on ``as_of`` by its own dates."""
    if as_of is None:
        return pl.col("status").cast(pl.String).is_in(OPEN_STATUSES)
    began = pl.col("opened_on").is_null() | (pl.col("opened_on") <= as_of)
    going = pl.col("closed_on").is_null() | (pl.col("closed_on") > as_of)
    return began & going & (pl.col("status").cast(pl.String) != "proposed_to_open")
