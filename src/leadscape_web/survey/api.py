"""Leaders, the roles they hold and the schools they support as programs read them; waves and responses.

The database shows what the user may see, as on the pages: people of their area, or role-holdings without names.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from leadscape_web.accounts.api import ONE, PROBLEMS
from leadscape_web.accounts.api_access import needs
from leadscape_web.accounts.api_pages import Day, Page, PageQuery, Text, each, page_of
from leadscape_web.accounts.names import names_of
from leadscape_web.accounts.rules import ANY_RIGHT, SEES_ANONYMOUS, SEES_PEOPLE, allow
from leadscape_web.register.api import one_of
from leadscape_web.survey import api_shapes as shape
from leadscape_web.survey.models import AnonymousHolding, Leader, Response, RoleHolding, Support, Wave
from leadscape_web.survey.rows import in_force

router = Router(tags=["Survey"])
PEOPLE = "people:read"
LANDSCAPE = "landscape:read"


class LeaderFilters(Schema):
    """Which leaders; several filters all hold."""

    authority: Text | None = Field(None, description="Code of the authority.")
    region: Text | None = Field(None, description="Name of the region.")
    phase: Text | None = Field(None, description="primary, secondary, …")
    home_school: Text | None = Field(None, description="URN.")


@router.get("/leaders", response={200: Page[shape.LeaderShape], **PROBLEMS}, summary="Leaders, in your area")
@allow(SEES_PEOPLE)
@needs(PEOPLE)
def leaders(
    request: HttpRequest, filters: Query[LeaderFilters], page: Query[PageQuery]
) -> Page[shape.LeaderShape]:
    """People who are said to lead beyond their own school: those of your area."""
    found = Leader.objects.filter(**_given(filters))
    return page_of(request, page, found, "id", _with_names, Page[shape.LeaderShape])


@router.get("/leaders/{uuid:key}", response={200: shape.LeaderShape, **ONE}, summary="One leader")
@allow(SEES_PEOPLE)
@needs(PEOPLE)
def leader(request: HttpRequest, key: UUID) -> shape.LeaderShape:
    """One leader of your area."""
    return _with_names([one_of(Leader.objects.all(), pk=key)])[0]


class HoldingFilters(Schema):
    """Which role-holdings; several filters all hold."""

    leader: UUID | None = Field(None, description="Id of the leader.")
    role: Text | None = Field(None, description="Role id.")
    origin: Text | None = Field(None, description="national, local, trust, none.")
    authority: Text | None = Field(None, description="Code of the authority.")
    home_school: Text | None = Field(None, description="URN.")
    in_force_on: Day | None = Field(
        None,
        description="Begun by then and not ended; one whose start is not known may be in force and is given.",
    )
    withdrawn: bool = Field(False, description="Those entered by mistake as well, which count nowhere.")


@router.get(
    "/role-holdings", response={200: Page[shape.RoleHoldingShape], **PROBLEMS}, summary="Roles that are held"
)
@allow(SEES_PEOPLE)
@needs(PEOPLE)
def role_holdings(
    request: HttpRequest, filters: Query[HoldingFilters], page: Query[PageQuery]
) -> Page[shape.RoleHoldingShape]:
    """Who holds which role, from when to when: people of your area."""
    day = filters.in_force_on
    found = RoleHolding.objects.filter(**_given(filters, "in_force_on", "withdrawn"))
    found = found if filters.withdrawn else found.filter(withdrawn_at=None)
    if day is not None:
        found = found.filter(in_force(day))
    return page_of(request, page, found, "id", each(shape.holding_shape), Page[shape.RoleHoldingShape])


@router.get(
    "/role-holdings/{uuid:key}", response={200: shape.RoleHoldingShape, **ONE}, summary="One role-holding"
)
@allow(SEES_PEOPLE)
@needs(PEOPLE)
def role_holding(request: HttpRequest, key: UUID) -> shape.RoleHoldingShape:
    """One role-holding of your area."""
    return shape.holding_shape(one_of(RoleHolding.objects.all(), pk=key))


class SupportFilters(Schema):
    """Which supports; several filters all hold."""

    leader: UUID | None = Field(None, description="Id of the leader.")
    home_school: Text | None = Field(None, description="URN of the school that gives.")
    partner_school: Text | None = Field(None, description="URN of the school that receives.")
    role: Text | None = Field(None, description="Role id.")
    withdrawn: bool = Field(False, description="Those entered by mistake as well, which count nowhere.")


@router.get(
    "/supports", response={200: Page[shape.SupportShape], **PROBLEMS}, summary="Who supports which school"
)
@allow(SEES_PEOPLE)
@needs(PEOPLE)
def supports(
    request: HttpRequest, filters: Query[SupportFilters], page: Query[PageQuery]
) -> Page[shape.SupportShape]:
    """Which leader supports which partner school: people of your area."""
    found = Support.objects.filter(**_given(filters, "withdrawn"))
    found = found if filters.withdrawn else found.filter(withdrawn_at=None)
    return page_of(request, page, found, "id", each(shape.support_shape), Page[shape.SupportShape])


class AnonymousFilters(Schema):
    """Which anonymous role-holdings; several filters all hold."""

    role: Text | None = Field(None, description="Role id.")
    origin: Text | None = Field(None, description="national, local, trust, none.")
    authority: Text | None = Field(None, description="Code, where it is told.")
    region: Text | None = Field(None, description="Name, where it is told.")
    wave: UUID | None = Field(None, description="Id of the wave.")


@router.get(
    "/anonymous-holdings",
    response={200: Page[shape.AnonymousShape], **PROBLEMS},
    summary="Roles, without names",
)
@allow(SEES_ANONYMOUS)
@needs("anonymous:read")
def anonymous_holdings(
    request: HttpRequest, filters: Query[AnonymousFilters], page: Query[PageQuery]
) -> Page[shape.AnonymousShape]:
    """Role-holdings for research: no name, no school, nothing that tells one leader from fewer than six.

    The place is told where six leaders share it with all of their roles and the phase, and where those whose place is
    withheld there are none or at least six.
    """
    found = AnonymousHolding.objects.filter(**_given(filters))
    return page_of(request, page, found, "holding", each(shape.anonymous_shape), Page[shape.AnonymousShape])


@router.get(
    "/waves", response={200: Page[shape.WaveShape], **PROBLEMS}, summary="Waves: rounds of the survey"
)
@allow(ANY_RIGHT)
@needs(LANDSCAPE)
def waves(request: HttpRequest, page: Query[PageQuery]) -> Page[shape.WaveShape]:
    """Waves as studies settled them. A wave is one round of the survey."""
    # The codebook's text and the run's record are long, and a list needs neither.
    found = Wave.objects.defer("codebook_text", "provenance")
    return page_of(request, page, found, "id", each(shape.wave_shape), Page[shape.WaveShape])


class WholeWave(shape.WaveShape):
    """One wave, with the codebook as used and the record of the run."""

    codebook_text: str = Field(description="The codebook as used, as TOML.")
    provenance: dict[str, Any] = Field(description="What the library recorded about the run.")


@router.get("/waves/{uuid:key}", response={200: WholeWave, **ONE}, summary="One wave")
@allow(ANY_RIGHT)
@needs(LANDSCAPE)
def wave(request: HttpRequest, key: UUID) -> WholeWave:
    """One wave, with the codebook as used and what was recorded about the run."""
    one = one_of(Wave.objects.all(), pk=key)
    return WholeWave.model_validate({name: getattr(one, name) for name in WholeWave.model_fields})


class ResponseFilters(Schema):
    """Which responses; several filters all hold."""

    wave: UUID | None = Field(None, description="Id of the wave.")
    kind: Text | None = Field(None, description="authority, agency, network.")
    response: Text | None = Field(None, description="Whether an answer came.")
    authority: Text | None = Field(None, description="Code of the authority.")


@router.get("/responses", response={200: Page[shape.ResponseShape], **PROBLEMS}, summary="Who answered")
@allow(ANY_RIGHT)
@needs(LANDSCAPE)
def responses(
    request: HttpRequest, filters: Query[ResponseFilters], page: Query[PageQuery]
) -> Page[shape.ResponseShape]:
    """Who was asked in which wave, and whether an answer came."""
    found = Response.objects.filter(**_given(filters))
    return page_of(request, page, found, "id", each(shape.response_shape), Page[shape.ResponseShape])


def _with_names(some: list[Leader]) -> list[shape.LeaderShape]:
    names = names_of(one.person_id for one in some)
    return [shape.leader_shape(one, names.get(one.person_id)) for one in some]


def _given(filters: Schema, *left_out: str) -> dict[str, Any]:
    """Column to value for the filters that were given."""
    return filters.model_dump(exclude_none=True, exclude=set(left_out))
