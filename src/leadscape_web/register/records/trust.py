"""One trust or federation: its schools over time, and where it works."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import BooleanField, ExpressionWrapper

from leadscape_web.register.memberships import current_members, memberships_collected
from leadscape_web.register.models import Group, Membership, School, Source
from leadscape_web.register.records.sources import newest_sources, other_sources, sources_of_status


@dataclass(frozen=True)
class TrustRecord:
    """What a trust's page is made of.

    Attributes
    ----------
    memberships
        In order of the school's name, present ones and former ones.
    now
        Schools that are members today, each once, however many files say so.
    former
        How many schools were members and are not.
    collected
        Whether any file says which school is in which trust.
    schools_sources
        The files by which its schools are open or closed, the newest first.
    groups_source
        The newest file of trusts; null where there is none.
    files
        Id to file, of those that state single facts beside a record's own.
    """

    group: Group
    memberships: tuple[Membership, ...]
    now: tuple[School, ...]
    former: int
    collected: bool
    schools_sources: tuple[Source, ...]
    groups_source: Source | None
    files: dict[str, Source]


def read_trust(uid: str) -> TrustRecord | None:
    """The group with this unique id; null where no file names it. Six queries at most."""
    group = Group.objects.select_related("source").filter(pk=uid).first()
    if group is None:
        return None
    memberships = tuple(
        Membership.objects.filter(group=group)
        .annotate(lasts=ExpressionWrapper(current_members(), output_field=BooleanField()))
        .select_related("school__authority", "source")
        .order_by("school__name", "school_id")
    )
    now = {one.school_id: one.school for one in memberships if one.lasts}  # type: ignore[attr-defined]
    newest = {} if memberships else newest_sources("schools", "groups")
    return TrustRecord(
        group=group,
        memberships=memberships,
        now=tuple(now.values()),
        former=len({one.school_id for one in memberships} - set(now)),
        collected=bool(memberships) or memberships_collected(),
        schools_sources=sources_of_status(School.objects.filter(pk__in=now)),
        groups_source=newest.get("groups") or newest.get("schools"),
        files=other_sources([group, *memberships]),
    )
