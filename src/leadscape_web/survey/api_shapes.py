"""What leaders, roles and waves look like to a program: every field with its meaning, what is missing in words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from leadscape_web.survey.models import AnonymousHolding, Leader, Response, RoleHolding, Support, Wave

NOT_KNOWN = "null: not known"


class WaveShape(Schema):
    """One wave as one study settled it."""

    id: UUID
    title: str
    system: str = Field(description="The school system, such as england.")
    as_of: date = Field(description="Date that its figures are for.")
    codebook: str = Field(description="Id of the codebook that its roles are from.")
    codebook_sha256: str
    inputs_sha256: str = Field(description="Of all inputs and parameters: same inputs, same figures.")
    loaded_at: datetime


class ResponseShape(Schema):
    """One respondent who was asked, and whether an answer came."""

    id: UUID
    wave: UUID
    respondent: str
    respondent_name: str = Field(description="Name of the authority, agency or network.")
    kind: str = Field(description="authority, agency, network.")
    authority: str | None = Field(description="Code; null: the respondent is no authority of the register.")
    region: str | None = Field(description=f"{NOT_KNOWN}.")
    response: str = Field(
        description="Whether an answer came. One that did not answer is unknown, never zero."
    )


class LeaderShape(Schema):
    """One person who is said to lead beyond their own school. Personal data."""

    id: UUID
    key: str = Field(description="What files call the leader, such as a file of addresses.")
    person: UUID
    name: str | None = Field(description="null: erased, or never known.")
    home_school: str | None = Field(description=f"URN. {NOT_KNOWN}.")
    authority: str | None = Field(description=f"Code. {NOT_KNOWN}.")
    region: str | None = Field(description=f"{NOT_KNOWN}.")
    phase: str | None = Field(description=f"{NOT_KNOWN}.")
    wave: UUID | None = Field(description="Wave that told of them; null: added by an editor.")
    version: int = Field(description="Grows with every change of the record.")


class RoleHoldingShape(Schema):
    """One person's holding of one role. Personal data. One leader may hold several."""

    id: UUID
    leader: UUID
    role: str = Field(description="Role id of the wave's codebook.")
    origin: str = Field(description="national, local, trust, none.")
    home_school: str | None = Field(description=f"URN. {NOT_KNOWN}.")
    authority: str | None = Field(description=f"Code. {NOT_KNOWN}.")
    started_on: date | None = Field(description=f"First day. {NOT_KNOWN}.")
    ended_on: date | None = Field(description="Day after the last; null: in force, or not known.")
    respondents: list[str] = Field(description="Who reported it.")
    routes: list[str] = Field(description="How it reached us: authority, agency, network, editor.")
    wave: UUID | None = Field(description="null: added by an editor.")
    withdrawn_at: datetime | None = Field(
        description="Entered by mistake and counted nowhere since; null: it counts."
    )
    version: int = Field(description="Grows with every change of the record.")


class SupportShape(Schema):
    """One leader's help to one partner school in one role. Personal data. None: no return named the school."""

    id: UUID
    holding: UUID = Field(description="Id of the role-holding.")
    leader: UUID
    role: str
    home_school: str | None = Field(description=f"URN of the school that gives. {NOT_KNOWN}.")
    partner_school: str = Field(description="URN of the school that receives.")
    started_on: date | None = Field(description=f"{NOT_KNOWN}.")
    ended_on: date | None = Field(description="null: in force, or not known.")
    wave: UUID | None = Field(description="null: added by an editor.")
    withdrawn_at: datetime | None = Field(description="null: it counts.")
    version: int


class AnonymousShape(Schema):
    """One role-holding without name or school; nothing in it tells one leader from fewer than six."""

    holding: str = Field(description="Stands for the holding.")
    leader: str | None = Field(
        description="Stands for the leader in one wave: rows of one leader share it; null where that would tell who."
    )
    wave: UUID | None
    role: str | None = Field(description="Role id of the wave's codebook; see role_status.")
    role_status: Literal["reported", "suppressed"] = Field(
        description="Why the role is missing, or reported."
    )
    origin: str
    authority: str | None = Field(description="Code, where place is authority; else withheld.")
    region: str | None = Field(description="Where place is authority or region; else withheld, or not known.")
    phase: str | None = Field(description="Where place is authority or region; else withheld, or not known.")
    place: Literal["authority", "region", "withheld"] = Field(description="How closely the place is told.")
    started_year: int | None = Field(description="See years_status.")
    ended_year: int | None = Field(description="null: see years_status; where that is reported, not ended.")
    years_status: Literal["reported", "suppressed", "unknown"]
    routes: list[str] = Field(description="authority, agency, network, editor.")


def wave_shape(one: Wave) -> WaveShape:
    """A wave as a program reads it."""
    return WaveShape.model_validate({name: getattr(one, name) for name in WaveShape.model_fields})


def response_shape(one: Response) -> ResponseShape:
    """A response as a program reads it."""
    return ResponseShape.model_validate({name: _value(one, name) for name in ResponseShape.model_fields})


def leader_shape(one: Leader, name: str | None) -> LeaderShape:
    """A leader as a program reads it."""
    values = {field: _value(one, field) for field in LeaderShape.model_fields if field != "name"}
    return LeaderShape.model_validate({**values, "name": name})


def holding_shape(one: RoleHolding) -> RoleHoldingShape:
    """A role-holding as a program reads it."""
    return RoleHoldingShape.model_validate(
        {name: _value(one, name) for name in RoleHoldingShape.model_fields}
    )


def support_shape(one: Support) -> SupportShape:
    """A support as a program reads it."""
    return SupportShape.model_validate({name: _value(one, name) for name in SupportShape.model_fields})


def anonymous_shape(one: AnonymousHolding) -> AnonymousShape:
    """An anonymous holding as a researcher's program reads it."""
    return AnonymousShape.model_validate({name: _value(one, name) for name in AnonymousShape.model_fields})


def _value(record: object, field: str) -> object:
    """A column; of another record its key, without reading that record."""
    return getattr(record, f"{field}_id" if hasattr(type(record), f"{field}_id") else field)
