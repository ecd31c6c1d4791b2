"""What must be known of schools that were found: their status and phase, and what followed those that closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from leadscape_web.register.models import School
from leadscape_web.register.records.lineage import Successor, successors_of


@dataclass(frozen=True)
class KnownSchools:
    """Schools by URN, and the successors of those that closed."""

    schools: Mapping[str, School] = field(default_factory=dict)
    successors: Mapping[str, tuple[Successor, ...]] = field(default_factory=dict)


def read_found(urns: Iterable[str]) -> KnownSchools:
    """What is known of some schools. Three queries at most."""
    schools = School.objects.in_bulk(list(urns))
    closed = [urn for urn, school in schools.items() if school.status == "closed"]
    return KnownSchools(schools, successors_of(closed))
