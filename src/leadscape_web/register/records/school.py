"""One school with everything the register knows about it. The database shows the head to whoever may see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Prefetch

from leadscape_web.accounts.models import PersonName
from leadscape_web.register.models import Headship, Membership, School, SchoolName
from leadscape_web.register.records.lineage import Relative, relatives_of
from leadscape_web.register.records.neighbours import Neighbour, neighbours_of


@dataclass(frozen=True)
class KnownHead:
    """One headship that the user may see; ``name`` is null where it was erased."""

    headship: Headship
    name: str | None


@dataclass(frozen=True)
class SchoolRecord:
    """What a school's page is made of."""

    school: School
    names: tuple[SchoolName, ...]
    relatives: tuple[Relative, ...]
    memberships: tuple[Membership, ...]
    heads: tuple[KnownHead, ...]
    neighbours: tuple[Neighbour, ...]


def read_school(urn: str) -> SchoolRecord | None:
    """The school with this number; null where the register does not list it."""
    school = School.objects.select_related("authority", "source").filter(pk=urn).first()
    if school is None:
        return None
    memberships = (
        Membership.objects.filter(school=school)
        .select_related("group", "source")
        .order_by(F("left_on").desc(nulls_first=True), "joined_on", "group__name")
    )
    return SchoolRecord(
        school=school,
        names=tuple(SchoolName.objects.filter(school=school).order_by("last_seen", "first_seen", "name")),
        relatives=relatives_of(urn),
        memberships=tuple(memberships),
        heads=_heads(school),
        neighbours=neighbours_of(school),
    )


def _heads(school: School) -> tuple[KnownHead, ...]:
    current = PersonName.objects.filter(superseded_at=None)
    shown = (
        Headship.objects.filter(school=school)
        .select_related("person", "source")
        .prefetch_related(Prefetch("person__names", queryset=current, to_attr="current_names"))
        .order_by(F("ended_on").desc(nulls_first=True), "-seen_on", "id")
    )
    return tuple(
        KnownHead(one, names[0].full_name if (names := one.person.current_names) else None)  # type: ignore[attr-defined]
        for one in shown
    )
