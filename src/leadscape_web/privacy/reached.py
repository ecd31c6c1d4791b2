"""Where do people work, and of whom is an e-mail address known? For thousands at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from leadscape_web.privacy.models import Address

_PLACES: Final = """
select l.person_id, l.key, s.name, s.town, s.postcode, a.code, a.name
from survey_leader l left join register_school s on s.urn = l.home_school_id
left join register_authority a on a.code = l.authority_id
where l.person_id = any (%s) order by a.name, s.name, l.key
"""


@dataclass(frozen=True)
class Place:
    """A leader's key and where they work; null where it is not known."""

    key: str
    school: str | None
    town: str | None
    postcode: str | None
    authority_code: str | None
    authority: str | None


def placed(persons: Iterable[UUID]) -> dict[UUID, Place]:
    """Leaders by person, by authority and school: one query for thousands, without their records."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [list(persons)])
        return {person: Place(*place) for person, *place in cursor.fetchall()}


def addressed(using: str = "default") -> frozenset[Any]:
    """Everybody of whom an address is known."""
    return frozenset(Address.objects.using(using).filter(ended_at=None).values_list("person_id", flat=True))
