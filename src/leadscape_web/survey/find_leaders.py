"""Who is a person that was found by name? A leader, with their page."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse

from leadscape_web.register.find_people import Described
from leadscape_web.survey.models import Leader


def describe_leaders(persons: Sequence[UUID]) -> dict[UUID, Described]:
    """Those of the persons who are leaders in the user's area. One query."""
    leaders = Leader.objects.filter(person_id__in=persons).values_list(
        "person_id", "pk", "home_school_id", "home_school__name", "authority__name"
    )
    return {
        person: Described(
            "Leader",
            ", ".join(part for part in (school or urn, authority) if part) or "Home school not known",
            reverse("survey:leader", args=[leader]),
        )
        for person, leader, urn, school, authority in leaders
    }
