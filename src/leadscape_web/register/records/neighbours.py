"""Which open schools of the same phase are nearest?

Distances are straight lines from coordinates, on a sphere; a road is longer. A school without a place or a phase has
no neighbours here, and is nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians
from typing import Final

from django.db.models import F, FloatField, Value
from django.db.models.functions import Power, Sqrt

from leadscape_web.register.models import School
from leadscape_web.register.wording import OPEN_STATUSES

KM_A_DEGREE: Final = 111.195
"""Of latitude, at the mean radius of the earth."""
WITHIN_KM: Final = 10.0
SHOWN: Final = 8


@dataclass(frozen=True)
class Neighbour:
    """One school nearby and how far it is."""

    school: School
    distance_km: float


def neighbours_of(school: School, within_km: float = WITHIN_KM, shown: int = SHOWN) -> tuple[Neighbour, ...]:
    """The nearest first; none where the school has no place or no phase. One query."""
    latitude, longitude = school.latitude, school.longitude
    if latitude is None or longitude is None or school.phase is None:
        return ()
    across = KM_A_DEGREE * max(cos(radians(latitude)), 0.01)
    north, east = within_km / KM_A_DEGREE, within_km / across
    number = FloatField()
    distance = Sqrt(
        Power((F("latitude") - Value(latitude)) * Value(KM_A_DEGREE), Value(2.0))
        + Power((F("longitude") - Value(longitude)) * Value(across), Value(2.0)),
        output_field=number,
    )
    near = (
        School.objects.filter(
            status__in=OPEN_STATUSES,
            phase=school.phase,
            latitude__range=(latitude - north, latitude + north),
            longitude__range=(longitude - east, longitude + east),
        )
        .exclude(urn=school.urn)
        .annotate(distance_km=distance)
        .filter(distance_km__lte=within_km)
        .select_related("authority")
        .order_by("distance_km", "urn")[:shown]
    )
    return tuple(Neighbour(found, found.distance_km) for found in near)  # type: ignore[attr-defined]
