"""What the register's records look like to a program: every field with its meaning and unit, what is missing typed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, get_args
from uuid import UUID

from ninja import Field, Schema

from leadscape_web.register.models import (
    Authority,
    Group,
    Headship,
    Link,
    Membership,
    School,
    SchoolName,
    Source,
)

Status = Literal["reported", "suppressed", "not_applicable", "not_collected", "not_published", "unknown"]
NOT_KNOWN = "null: not known"


OTHERS = (
    "Fields that another file than source states: field to the id of that file, or to “missing from” and the id of a"
    " file that does not list it, where an editor answered so. null: none."
)


class Measure(Schema):
    """A number that may be missing, with the reason."""

    value: float | None = Field(description="null unless status is reported; a missing number is never 0.")
    status: Status = Field(description="Why it is missing, or reported.")


def measure(value: float | None, status: str) -> Measure:
    """A number beside its status."""
    known: dict[str, Status] = {each: each for each in get_args(Status)}
    return Measure(value=value, status=known[status])


class SourceShape(Schema):
    """One file that facts were taken from."""

    id: UUID
    purpose: str = Field(description="schools, links, groups, returns, …")
    file_name: str
    sha256: str = Field(description="Of the file, as hexadecimal.")
    rows: int | None = Field(description=f"Rows in the file. {NOT_KNOWN}.")
    as_of: date | None = Field(description=f"Date that the file describes. {NOT_KNOWN}.")
    loaded_at: datetime


class AuthorityShape(Schema):
    """One authority that answers for schools."""

    code: str = Field(description="As the register has it; text, with its leading zeros.")
    name: str
    region: str | None = Field(description=f"{NOT_KNOWN}.")
    source: UUID | None = Field(description="Id of the file that says so.")
    stated_by: dict[str, str] | None = Field(description=OTHERS)


class SchoolShape(Schema):
    """One school as the latest register describes it."""

    urn: str = Field(description="Unique reference number; text, never a number.")
    name: str | None = Field(description=f"{NOT_KNOWN}.")
    status: str = Field(description="open, closed, proposed, …")
    opened_on: date | None = Field(description=f"{NOT_KNOWN}.")
    closed_on: date | None = Field(description="null: not closed, or not known; see status.")
    phase: str | None = Field(description=f"primary, secondary, … {NOT_KNOWN}.")
    type: str | None = Field(description=f"As the register words it. {NOT_KNOWN}.")
    type_group: str | None = Field(description=f"As the register words it. {NOT_KNOWN}.")
    authority: str | None = Field(description=f"Code of the authority. {NOT_KNOWN}.")
    district: str | None = Field(description=f"{NOT_KNOWN}.")
    region: str | None = Field(description=f"{NOT_KNOWN}.")
    town: str | None = Field(description=f"{NOT_KNOWN}.")
    postcode: str | None = Field(description=f"{NOT_KNOWN}.")
    easting: float | None = Field(description=f"Metres on the national grid. {NOT_KNOWN}.")
    northing: float | None = Field(description=f"Metres on the national grid. {NOT_KNOWN}.")
    longitude: float | None = Field(description=f"Degrees east, WGS 84. {NOT_KNOWN}.")
    latitude: float | None = Field(description=f"Degrees north, WGS 84. {NOT_KNOWN}.")
    low_age: int | None = Field(description=f"Years. {NOT_KNOWN}.")
    high_age: int | None = Field(description=f"Years. {NOT_KNOWN}.")
    gender: str | None = Field(description=f"Of the pupils. {NOT_KNOWN}.")
    religious_character: str | None = Field(description=f"{NOT_KNOWN}.")
    capacity: Measure = Field(description="Places.")
    pupils: Measure = Field(description="Pupils on roll.")
    fsm_pct: Measure = Field(description="Pupils known to be eligible for free school meals, 0-100 %.")
    source: UUID = Field(description="Id of the file that says so.")
    stated_by: dict[str, str] | None = Field(description=OTHERS)


class NameShape(Schema):
    """One name that a file gives a school."""

    id: UUID
    school: str = Field(description="URN.")
    name: str
    first_seen: date | None = Field(description="First dated file that gives it; null: no file is dated.")
    last_seen: date | None = Field(description="Last dated file that gives it; null: no file is dated.")
    sources: list[str] = Field(description="Files that give it.")


class TrustShape(Schema):
    """One trust, federation or sponsor."""

    uid: str
    group_id: str | None = Field(description=f"{NOT_KNOWN}.")
    name: str
    group_type: str = Field(description="multi_academy_trust, federation, …")
    status: str = Field(description="open, closed, unknown.")
    opened_on: date | None = Field(description=f"{NOT_KNOWN}.")
    closed_on: date | None = Field(description="null: not closed, or not known; see status.")
    companies_house_number: str | None = Field(description=f"{NOT_KNOWN}.")
    source: UUID | None = Field(description="Id of the file that says so.")
    stated_by: dict[str, str] | None = Field(description=OTHERS)


class MembershipShape(Schema):
    """One school's membership of one trust, federation or sponsor."""

    id: UUID
    school: str = Field(description="URN.")
    trust: str = Field(description="uid.")
    joined_on: date | None = Field(description=f"{NOT_KNOWN}.")
    left_on: date | None = Field(description="null: a member still, or not known.")
    source: UUID | None = Field(description="Id of the file that says so.")
    stated_by: dict[str, str] | None = Field(description=OTHERS)


class LinkShape(Schema):
    """One statement that a school follows or precedes another, which need not be in the register."""

    id: UUID
    urn: str
    link_urn: str = Field(description="The other school.")
    relation: str = Field(description="What link_urn is to urn: predecessor, successor, related, …")
    link_name: str | None = Field(description="Name of the other school as the file has it.")
    link_type: str = Field(description="As the file words it.")
    established_on: date | None = Field(description=f"{NOT_KNOWN}.")
    source: UUID | None = Field(description="Id of the file that says so.")


class HeadshipShape(Schema):
    """One person leading one school as a register shows it: not a role-holding. Personal data."""

    id: UUID
    school: str = Field(description="URN.")
    person: UUID
    name: str | None = Field(description="null: erased, or never known.")
    job_title: str | None = Field(description=f"{NOT_KNOWN}.")
    seen_on: date | None = Field(description="Date of the register that shows it.")
    ended_on: date | None = Field(description="null: not ended as far as known.")
    source: UUID | None = Field(description="Id of the file that says so.")
    stated_by: dict[str, str] | None = Field(description=OTHERS)


def _others(one: Authority | School | Group | Membership | Headship) -> dict[str, str] | None:
    """Files of single fields; a number and why it is missing are one field."""
    files: dict[str, str] = one.stated_by or {}
    named = {name.removesuffix("_status").removesuffix("_id"): file for name, file in files.items()}
    return named or None


def source_shape(one: Source) -> SourceShape:
    """A source as a program reads it."""
    return SourceShape(id=one.pk, purpose=one.purpose, file_name=one.file_name, sha256=one.sha256, rows=one.rows,
                       as_of=one.as_of, loaded_at=one.loaded_at)  # fmt: skip


def authority_shape(one: Authority) -> AuthorityShape:
    """An authority as a program reads it."""
    return AuthorityShape(code=one.code, name=one.name, region=one.region, source=one.source_id,
                          stated_by=_others(one))  # fmt: skip


_PLAIN = tuple(
    name
    for name in SchoolShape.model_fields
    if name not in ("authority", "source", "stated_by", "capacity", "pupils", "fsm_pct")
)


def school_shape(one: School) -> SchoolShape:
    """A school as a program reads it."""
    return SchoolShape(
        **{name: getattr(one, name) for name in _PLAIN},
        authority=one.authority_id,
        source=one.source_id,
        stated_by=_others(one),
        capacity=measure(one.capacity, one.capacity_status),
        pupils=measure(one.pupils, one.pupils_status),
        fsm_pct=measure(one.fsm_pct, one.fsm_pct_status),
    )


def name_shape(one: SchoolName) -> NameShape:
    """A name as a program reads it."""
    return NameShape(id=one.pk, school=one.school_id, name=one.name, first_seen=one.first_seen,
                     last_seen=one.last_seen, sources=one.sources)  # fmt: skip


def trust_shape(one: Group) -> TrustShape:
    """A trust as a program reads it."""
    names = (name for name in TrustShape.model_fields if name not in ("source", "stated_by"))
    return TrustShape(
        **{name: getattr(one, name) for name in names}, source=one.source_id, stated_by=_others(one)
    )


def membership_shape(one: Membership) -> MembershipShape:
    """A membership as a program reads it."""
    return MembershipShape(id=one.pk, school=one.school_id, trust=one.group_id, joined_on=one.joined_on,
                           left_on=one.left_on, source=one.source_id, stated_by=_others(one))  # fmt: skip


def link_shape(one: Link) -> LinkShape:
    """A link as a program reads it."""
    names = (name for name in LinkShape.model_fields if name != "source")
    return LinkShape(**{name: getattr(one, name) for name in names}, source=one.source_id)


def headship_shape(one: Headship, name: str | None) -> HeadshipShape:
    """A headship as a program reads it."""
    return HeadshipShape(id=one.pk, school=one.school_id, person=one.person_id, name=name, job_title=one.job_title,
                         seen_on=one.seen_on, ended_on=one.ended_on, source=one.source_id,
                         stated_by=_others(one))  # fmt: skip
