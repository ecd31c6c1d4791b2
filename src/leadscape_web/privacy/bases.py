"""On which lawful basis is each person held, and is enough recorded for them to be told?

Whoever is told must be told who answers for the study and on which basis (UK GDPR, Articles 13 and 14). So nothing goes
out without both: neither one notice nor many, by e-mail or as letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from leadscape_web.privacy.models import Basis
from leadscape_web.survey.models import Wave

NO_BASIS: Final = "on which lawful basis people are held"
NO_CONTROLLER: Final = "who answers for the study"
_SHARED: Final = ("controller", "purpose", "recipients")
"""What a basis of one person takes over from the wave's where it says nothing itself."""


@dataclass(frozen=True)
class Bases:
    """The bases that hold now, as far as they are seen.

    Attributes
    ----------
    own
        Person to a basis of their own.
    of_waves
        Title, date and system of a wave to its basis: runs of one study share it.
    """

    own: Mapping[UUID, Basis]
    of_waves: Mapping[tuple[object, ...], Basis]

    def of(self, person: UUID, waves: Sequence[Wave]) -> Basis | None:
        """A person's own, else that of the first of the waves that has one; null: nobody recorded any."""
        found = (self.of_waves.get((wave.title, wave.as_of, wave.system)) for wave in waves)
        return filled(self.own.get(person), next((one for one in found if one), None))


def bases_now(person: UUID | None = None, using: str = "default") -> Bases:
    """Bases of waves and of everybody, or of one person. One query."""
    rows = Basis.objects.using(using).filter(ended_at=None).select_related("wave").order_by("recorded_at")
    rows = rows.defer("wave__codebook_text", "wave__provenance")
    if person is not None:
        rows = rows.filter(Q(person=None) | Q(person=person))
    own: dict[UUID, Basis] = {}
    of_waves: dict[tuple[object, ...], Basis] = {}
    for one in rows:
        if one.person_id is None:
            of_waves[one.wave.title, one.wave.as_of, one.wave.system] = one
        else:
            own[one.person_id] = one
    return Bases(own, of_waves)


def filled(own: Basis | None, of_wave: Basis | None) -> Basis | None:
    """A person's own basis, with what it does not say as the wave's says it; without one the wave's."""
    if own is None or of_wave is None:
        return own or of_wave
    whole = copy(own)
    for name in _SHARED:
        setattr(whole, name, getattr(own, name) or getattr(of_wave, name))
    return whole


def lacking(basis: Basis | None) -> tuple[str, ...]:
    """What must be recorded before anybody is told, in words; empty: they may be."""
    if basis is None:
        return (NO_BASIS, NO_CONTROLLER)
    return () if basis.controller.strip() else (NO_CONTROLLER,)


def no_contact(some: Iterable[Basis | None]) -> bool:
    """Whether any of them would be told no address for questions: neither the service's nor the controller's."""
    return not settings.ENVIRONMENT.contact and any(
        "@" not in (one.controller if one else "") for one in some
    )


def lacking_of(some: Iterable[Basis | None]) -> tuple[str, ...]:
    """What any of them lack."""
    found = {one for basis in some for one in lacking(basis)}
    return tuple(one for one in (NO_BASIS, NO_CONTROLLER) if one in found)
