"""One authority: how many schools of which phase and status, and which trusts work there."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from leadscape_web.register.memberships import current_members, memberships_collected
from leadscape_web.register.models import Authority, Group, Membership, School, Source
from leadscape_web.register.records.sources import (
    newest_first,
    newest_sources,
    other_sources,
    sources_of_status,
)


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
    """What an authority's page is made of.

    Attributes
    ----------
    trusts_known
        Whether any file says which school is in which trust; else ``trusts`` is empty without being none.
    schools_sources
        The files by which its schools are open or closed, the newest first.
    groups_sources
        The files that say which of its schools are in which trust, the newest first.
    files
        Id to file, of those that state single facts beside the authority's own.
    """

    authority: Authority
    counts: tuple[PhaseCount, ...]
    trusts: tuple[TrustHere, ...]
    trusts_known: bool
    schools_sources: tuple[Source, ...]
    groups_sources: tuple[Source, ...]
    files: dict[str, Source]


def read_authority(code: str) -> AuthorityRecord | None:
    """The authority with this code; null where no file names it. Seven queries at most."""
    authority = Authority.objects.select_related("source").filter(pk=code).first()
    if authority is None:
        return None
    counted = (
        School.objects.filter(authority=authority)
        .values("phase", "status")
        .annotate(schools=Count("urn"))
        .order_by("phase", "status")
    )
    current = current_members("memberships__")
    trusts = Membership.objects.filter(current_members(), school__authority=authority).values("group")
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
    here = tuple(TrustHere(group, group.here, group.schools) for group in groups)  # type: ignore[attr-defined]
    told = newest_first(Source.objects.filter(pk__in=trusts.order_by().values("source")))
    return AuthorityRecord(
        authority=authority,
        counts=tuple(PhaseCount(row["phase"], row["status"], row["schools"]) for row in counted),
        trusts=here,
        trusts_known=bool(here) or memberships_collected(),
        schools_sources=sources_of_status(School.objects.filter(authority=authority)),
        groups_sources=told or tuple(newest_sources("groups").values()),
        files=other_sources([authority]),
    )
