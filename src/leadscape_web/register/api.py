"""The register as programs read it: schools, authorities, trusts, names, links, memberships, headships, sources."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema

from leadscape_web.accounts.api import ONE, PROBLEMS
from leadscape_web.accounts.api_access import needs
from leadscape_web.accounts.api_pages import Page, PageQuery, Text, each, page_of
from leadscape_web.accounts.names import names_of
from leadscape_web.accounts.rules import ANY_RIGHT, SEES_PEOPLE, allow
from leadscape_web.register import api_shapes as shape
from leadscape_web.register.memberships import current_members
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
from leadscape_web.register.records.lineage import neighbours_by_links

router = Router(tags=["Register"])
Record = TypeVar("Record", bound=Model)
READ = "register:read"


class SchoolFilters(Schema):
    """Which schools; several filters all hold."""

    status: Text | None = Field(None, description="open, closed, …")
    phase: Text | None = Field(None, description="primary, secondary, …")
    type: Text | None = Field(None, description="As the register words it.")
    authority: Text | None = Field(None, description="Code of the authority.")
    region: Text | None = Field(None, description="Name of the region.")
    trust: Text | None = Field(None, description="uid of a trust that the school is a member of now.")


@router.get(
    "/schools", response={200: Page[shape.SchoolShape], **PROBLEMS}, summary="Schools, in order of URN"
)
@allow(ANY_RIGHT)
@needs(READ)
def schools(
    request: HttpRequest, filters: Query[SchoolFilters], page: Query[PageQuery]
) -> Page[shape.SchoolShape]:
    """Schools as the latest register describes them, open and closed."""
    asked = filters.dict(exclude_none=True)
    trust = asked.pop("trust", None)
    found = School.objects.filter(**asked)
    if trust is not None:
        found = found.filter(
            pk__in=Membership.objects.filter(current_members(), group_id=trust).values("school_id")
        )
    return page_of(
        request,
        page,
        found,
        "urn",
        each(shape.school_shape),
        Page[shape.SchoolShape],
    )


@router.get("/schools/{urn}", response={200: shape.SchoolShape, **ONE}, summary="One school")
@allow(ANY_RIGHT)
@needs(READ)
def school(request: HttpRequest, urn: Text) -> shape.SchoolShape:
    """One school as the latest register describes it."""
    return shape.school_shape(one_of(School.objects.all(), urn=urn))


class Lineage(Schema):
    """What a school was before and became after, one step each way."""

    urn: str
    predecessors: list[str] = Field(
        description="URNs of schools that came before, by links that anybody stated."
    )
    successors: list[str] = Field(description="URNs of schools that came after; those in the register.")


@router.get("/schools/{urn}/lineage", response={200: Lineage, **ONE}, summary="Before and after one school")
@allow(ANY_RIGHT)
@needs(READ)
def lineage(request: HttpRequest, urn: Text) -> Lineage:
    """Predecessors and successors of one school, whichever of the two stated the link. /links has every statement."""
    known = one_of(School.objects.all(), urn=urn).urn
    before, after = neighbours_by_links([known])[known]
    after &= set(School.objects.filter(pk__in=after).values_list("pk", flat=True))
    return Lineage(urn=known, predecessors=sorted(before), successors=sorted(after))


class OfSchool(Schema):
    """Of which school."""

    school: Text | None = Field(None, description="URN; all schools without it.")


@router.get(
    "/school-names", response={200: Page[shape.NameShape], **PROBLEMS}, summary="Names that schools have had"
)
@allow(ANY_RIGHT)
@needs(READ)
def school_names(
    request: HttpRequest, filters: Query[OfSchool], page: Query[PageQuery]
) -> Page[shape.NameShape]:
    """Names beside the one of today, with the dates on which files give them."""
    found = SchoolName.objects.filter(**_given(school_id=filters.school))
    return page_of(
        request,
        page,
        found,
        "id",
        each(shape.name_shape),
        Page[shape.NameShape],
    )


class LinkFilters(Schema):
    """Which links."""

    school: Text | None = Field(None, description="URN on either side; all links without it.")
    relation: Text | None = Field(None, description="predecessor, successor, …")


@router.get(
    "/links", response={200: Page[shape.LinkShape], **PROBLEMS}, summary="Who follows or precedes whom"
)
@allow(ANY_RIGHT)
@needs(READ)
def links(request: HttpRequest, filters: Query[LinkFilters], page: Query[PageQuery]) -> Page[shape.LinkShape]:
    """Statements that a school follows or precedes another."""
    found = Link.objects.filter(**_given(relation=filters.relation))
    if filters.school is not None:
        found = found.filter(Q(urn=filters.school) | Q(link_urn=filters.school))
    return page_of(
        request,
        page,
        found,
        "id",
        each(shape.link_shape),
        Page[shape.LinkShape],
    )


class RegionFilter(Schema):
    """Of which region."""

    region: Text | None = Field(None, description="Name of the region; all without it.")


@router.get("/authorities", response={200: Page[shape.AuthorityShape], **PROBLEMS}, summary="Authorities")
@allow(ANY_RIGHT)
@needs(READ)
def authorities(
    request: HttpRequest, filters: Query[RegionFilter], page: Query[PageQuery]
) -> Page[shape.AuthorityShape]:
    """Authorities that answer for schools, in order of code."""
    found = Authority.objects.filter(**_given(region=filters.region))
    return page_of(
        request, page, found, "code", each(shape.authority_shape),
        Page[shape.AuthorityShape],
    )  # fmt: skip


@router.get("/authorities/{code}", response={200: shape.AuthorityShape, **ONE}, summary="One authority")
@allow(ANY_RIGHT)
@needs(READ)
def authority(request: HttpRequest, code: Text) -> shape.AuthorityShape:
    """One authority."""
    return shape.authority_shape(one_of(Authority.objects.all(), code=code))


class TrustFilters(Schema):
    """Which trusts."""

    group_type: Text | None = Field(None, description="multi_academy_trust, federation, …")
    status: Text | None = Field(None, description="open, closed, unknown.")


@router.get(
    "/trusts", response={200: Page[shape.TrustShape], **PROBLEMS}, summary="Trusts, federations, sponsors"
)
@allow(ANY_RIGHT)
@needs(READ)
def trusts(
    request: HttpRequest, filters: Query[TrustFilters], page: Query[PageQuery]
) -> Page[shape.TrustShape]:
    """Trusts, federations and sponsors, in order of uid."""
    found = Group.objects.filter(**filters.dict(exclude_none=True))
    return page_of(
        request,
        page,
        found,
        "uid",
        each(shape.trust_shape),
        Page[shape.TrustShape],
    )


@router.get("/trusts/{uid}", response={200: shape.TrustShape, **ONE}, summary="One trust")
@allow(ANY_RIGHT)
@needs(READ)
def trust(request: HttpRequest, uid: Text) -> shape.TrustShape:
    """One trust, federation or sponsor."""
    return shape.trust_shape(one_of(Group.objects.all(), uid=uid))


class MembershipFilters(Schema):
    """Which memberships."""

    school: Text | None = Field(None, description="URN.")
    trust: Text | None = Field(None, description="uid.")
    now: bool = Field(False, description="Only those that have not ended.")


@router.get(
    "/memberships", response={200: Page[shape.MembershipShape], **PROBLEMS}, summary="Schools in trusts"
)
@allow(ANY_RIGHT)
@needs(READ)
def memberships(
    request: HttpRequest, filters: Query[MembershipFilters], page: Query[PageQuery]
) -> Page[shape.MembershipShape]:
    """Which school is, or was, in which trust or federation."""
    found = Membership.objects.filter(**_given(school_id=filters.school, group_id=filters.trust))
    found = found.filter(current_members()) if filters.now else found
    return page_of(
        request, page, found, "id", each(shape.membership_shape),
        Page[shape.MembershipShape],
    )  # fmt: skip


@router.get(
    "/headships", response={200: Page[shape.HeadshipShape], **PROBLEMS}, summary="Heads, in your area"
)
@allow(SEES_PEOPLE)
@needs("people:read")
def headships(
    request: HttpRequest, filters: Query[OfSchool], page: Query[PageQuery]
) -> Page[shape.HeadshipShape]:
    """Who a register shows as head of which school: people of your area only. A headship is not a role-holding."""
    found = Headship.objects.filter(**_given(school_id=filters.school))

    def shapes(some: list[Headship]) -> list[shape.HeadshipShape]:
        names = names_of(one.person_id for one in some)
        return [shape.headship_shape(one, names.get(one.person_id)) for one in some]

    return page_of(request, page, found, "id", shapes, Page[shape.HeadshipShape])


@router.get(
    "/sources", response={200: Page[shape.SourceShape], **PROBLEMS}, summary="Files that facts come from"
)
@allow(ANY_RIGHT)
@needs(READ)
def sources(request: HttpRequest, page: Query[PageQuery]) -> Page[shape.SourceShape]:
    """Files that facts were taken from; every fact names one."""
    return page_of(
        request, page, Source.objects.all(), "id", each(shape.source_shape),
        Page[shape.SourceShape],
    )  # fmt: skip


def one_of(records: QuerySet[Record], **key: str | UUID) -> Record:
    """The record with a key, where the user may see it.

    Raises
    ------
    Http404
        There is none, or none that the user may see.
    """
    try:
        return records.get(**key)
    except ObjectDoesNotExist as error:
        raise Http404 from error


def _given(**filters: str | None) -> dict[str, str]:
    return {name: value for name, value in filters.items() if value is not None}
