"""What a program sends to change leaders' records: the parts of every change, and which of them must be given."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict

from leadscape_web.accounts.api_pages import Day, Reason, Text


class Change(Schema):
    """What every change says."""

    model_config = ConfigDict(extra="forbid")
    why: Reason = Field(description="The reason, kept for good in the history. No names of people.")


class Versioned(Change):
    """A change of a record that is there."""

    version: int = Field(
        ge=1, description="Version of the record as it was read; if it has another by now, nothing is saved."
    )


class NewHolding(Change):
    """A role that the leader holds and no return told of."""

    role: Text = Field(description="Role id of the codebook that holds on the day of the start.")
    started_on: Day | None = Field(None, description="First day; null: not known.")
    ended_on: Day | None = Field(None, description="Day after the last; null: in force, or not known.")


class CorrectedHolding(NewHolding, Versioned):
    """The whole holding as it should be."""


class End(Versioned):
    """An end, or that it never was."""

    kind: Literal["ended", "mistake"] = Field(
        description="ended: it counts until the day; mistake: it is withdrawn and counts nowhere."
    )
    ended_on: Day | None = Field(None, description="Day on which it ended; null for a mistake.")


class NewSupport(Change):
    """A partner school that the leader supports in one of their roles."""

    holding: UUID = Field(description="Id of the role-holding in which the support is given.")
    partner_school: str = Field(pattern=r"^[0-9]{1,10}$", description="URN of the school that receives it.")
    started_on: Day | None = Field(None, description="First day; null: not known.")


class HomeSchool(Versioned):
    """Another home school; authority, region and phase follow from it."""

    school: str = Field(pattern=r"^[0-9]{1,10}$", description="URN, in the area that you edit.")
    kind: Literal["moved", "wrong"] = Field(
        description="moved: what has ended keeps the former school; wrong: everything that carries it is put right."
    )
