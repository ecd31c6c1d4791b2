"""One school with everything the register knows about it. The database shows the head to whoever may see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F

from leadscape_web.accounts.names import names_of
from leadscape_web.register.models import Headship, Membership, School, SchoolName, Source
from leadscape_web.register.records.lineage import Relative, relatives_of
from leadscape_web.register.records.neighbours import Neighbour, neighbours_of
from leadscape_web.register.records.sources import other_sources


@dataclass(frozen=True)
class KnownHead:
    """One headship that the user may see; ``name`` is null where it was erased."""

    headship: Headship
    name: str | None


@dataclass(frozen=True)
class SchoolRecord:
    """What a school's page is made of; ``files``: id to file, of those that state single facts."""

    school: School
    names: tuple[SchoolName, ...]
    relatives: tuple[Relative, ...]
    memberships: tuple[Membership, ...]
    heads: tuple[KnownHead, ...]
    neighbours: tuple[Neighbour, ...]
    files: dict[str, Source]


def read_school(urn: str) -> SchoolRecord | None:
    """The school with this number; null where the register does not list it."""
    school = School.objects.select_related("authority", "source").filter(pk=urn).first()
    if school is None:
        return None
    memberships = tuple(
        Membership.objects.filter(school=school)
        .select_related("group", "source")
        .order_by(F("left_on").desc(nulls_first=True), "joined_on", "group__name")
    )
    heads = _heads(school)
    return SchoolRecord(
        school=school,
        names=tuple(SchoolName.objects.filter(school=school).order_by("last_seen", "first_seen", "name")),
        relatives=relatives_of(urn),
        memberships=memberships,
        heads=heads,
        neighbours=neighbours_of(school),
        files=other_sources([school, *memberships, *(one.headship for one in heads)]),
    )


def _heads(school: School) -> tuple[KnownHead, ...]:
    shown = list(
        Headship.objects.filter(school=school)
        .select_related("source")
        .order_by(F("ended_on").desc(nulls_first=True), "-seen_on", "id")
    )
    names = names_of(one.person_id for one in shown)
    return tuple(KnownHead(one, names.get(one.person_id)) for one in shown)
