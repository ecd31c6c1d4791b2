"""Which area is mine? The organisations somebody acts for, and the leaders whom they may see there by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from leadscape_web.accounts.models import Access, Organisation
from leadscape_web.accounts.rules import NAMED
from leadscape_web.register.models import Membership
from leadscape_web.survey.models import Leader, Support


@dataclass(frozen=True)
class Area:
    """One organisation that the user acts for.

    Attributes
    ----------
    kind, key
        As in :class:`~leadscape_web.accounts.models.Organisation`.
    rights
        What the user may do on its behalf.
    """

    kind: str
    key: str
    label: str
    rights: tuple[str, ...]

    @property
    def choice(self) -> str:
        """What the address calls it: ``authority:383``."""
        return f"{self.kind}:{self.key}"

    @property
    def sees_people(self) -> bool:
        """Whether people in it are shown by name."""
        return bool(NAMED & set(self.rights))


@dataclass(frozen=True)
class SeenLeaders:
    """How many leaders of an area somebody may see by name. Not a published figure: nobody else gets these numbers.

    Attributes
    ----------
    at_home
        Leaders whose own school or authority is in the area.
    from_elsewhere
        Other leaders who support a school of the area now.
    """

    at_home: int
    from_elsewhere: int

    @property
    def total(self) -> int:
        """Both."""
        return self.at_home + self.from_elsewhere


_WIDEST_FIRST = tuple(Organisation.Kind.values)


def areas_of(user: Any) -> tuple[Area, ...]:
    """The organisations the user acts for, the widest first."""
    held = (
        Access.objects.filter(user_id=user.pk, ended_at=None)
        .order_by("organisation__label", "right")
        .values_list("organisation__kind", "organisation__key", "organisation__label", "right")
    )
    rights: dict[tuple[str, str, str], list[str]] = {}
    for kind, key, label, right in held:
        rights.setdefault((kind, key, label), []).append(right)
    found = [Area(*organisation, tuple(given)) for organisation, given in rights.items()]
    return tuple(sorted(found, key=lambda area: (_WIDEST_FIRST.index(area.kind), area.label)))


def pick_area(request: HttpRequest, areas: Iterable[Area]) -> Area | None:
    """The area that ``?area=`` names, if the user acts for it; else the first. Null where they act for nobody."""
    given = tuple(areas)
    asked = request.GET.get("area", "")
    return next((area for area in given if area.choice == asked), given[0] if given else None)


def leaders_in(area: Area) -> QuerySet[Leader]:
    """Leaders whose own school or authority is in the area, of those whom the database shows."""
    return Leader.objects.filter(_within(area, "home_school", "authority"))


def count_seen(area: Area) -> SeenLeaders:
    """Leaders of the area whom the user may see, as the database shows them."""
    at_home = leaders_in(area)
    if area.kind == Organisation.Kind.NATION:
        return SeenLeaders(at_home.count(), 0)
    now = Support.objects.filter(_within(area, "partner_school"), withdrawn_at=None).exclude(
        ended_on__lte=timezone.localdate()
    )
    elsewhere = now.exclude(leader__in=at_home).values("leader").distinct()
    return SeenLeaders(at_home.count(), elsewhere.count())


def _within(area: Area, school: str, authority: str = "") -> Q:
    """Records of the area, by the school or, where given, the authority that they name."""
    match area.kind:
        case Organisation.Kind.NATION:
            return Q()
        case Organisation.Kind.REGION:
            ends = "authority__region", f"{authority}__region"
        case Organisation.Kind.AUTHORITY:
            ends = "authority", authority
        case Organisation.Kind.TRUST:
            # A school is in the trust while its membership lasts, as the database has it too.
            lasting = Q(left_on=None) | Q(left_on__gt=timezone.localdate())
            schools = Membership.objects.filter(lasting, group=area.key).values("school")
            return Q((f"{school}__in", schools))
        case _:
            return Q((school, area.key))
    found = Q((f"{school}__{ends[0]}", area.key))
    return found | Q((ends[1], area.key)) if authority else found
