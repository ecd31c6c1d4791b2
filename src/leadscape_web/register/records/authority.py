"""One authority: how many schools of which phase and status, and which trusts work there."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from leadscape_web.register.models import Authority, Group, School


@dataclass(frozen=True)
class PhaseCount:
    """How many schools of one phase and status."""

    phase: str | None
    status: str
    schools: int


@dataclass(frozen=True)
class TrustHere:
    """A trust or federation, with how many of its schools are here, and in all."""

    group: Group
    here: int
    schools: int


@dataclass(frozen=True)
class AuthorityRecord:
    """What an authority's page is made of."""

    authority: Authority
    counts: tuple[PhaseCount, ...]
    trusts: tuple[TrustHere, ...]


def read_authority(code: str) -> AuthorityRecord | None:
    """The authority with this code; null where no file names it. Three queries."""
    authority = Authority.objects.select_related("source").filter(pk=code).first()
    if authority is None:
        return None
    counted = (
        School.objects.filter(authority=authority)
        .values("phase", "status")
        .annotate(schools=Count("urn"))
        .order_by("phase", "status")
    )
    current = Q(memberships__left_on=None)
    trusts = (
        Group.objects.filter(memberships__school__authority=authority, memberships__left_on=None)
        .distinct()
        .values_list("uid", flat=True)
    )
    groups = (
        Group.objects.filter(uid__in=trusts)
        .annotate(
            here=Count(
                "memberships__school",
                filter=current & Q(memberships__school__authority=authority),
                distinct=True,
            ),
            schools=Count("memberships__school", filter=current, distinct=True),
        )
        .order_by("-here", "name")
    )
    return AuthorityRecord(
        authority=authority,
        counts=tuple(PhaseCount(row["phase"], row["status"], row["schools"]) for row in counted),
        trusts=tuple(TrustHere(group, group.here, group.schools) for group in groups),  # type: ignore[attr-defined]
    )
