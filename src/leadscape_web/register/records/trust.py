"""One trust or federation: its schools over time, and where it works."""

from __future__ import annotations

from dataclasses import dataclass

from leadscape_web.register.models import Group, Membership


@dataclass(frozen=True)
class TrustRecord:
    """What a trust's page is made of; memberships in order of name, present ones and former ones."""

    group: Group
    memberships: tuple[Membership, ...]


def read_trust(uid: str) -> TrustRecord | None:
    """The group with this unique id; null where no file names it. Two queries."""
    group = Group.objects.select_related("source").filter(pk=uid).first()
    if group is None:
        return None
    memberships = (
        Membership.objects.filter(group=group)
        .select_related("school__authority", "source")
        .order_by("school__name", "school_id")
    )
    return TrustRecord(group, tuple(memberships))
