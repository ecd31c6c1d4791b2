"""Who is named by a wave that counts, whom of them were they told, and who is owed a notice (UK GDPR, Article 14)?

A notice tells everything that is held when it is sent. So it tells of every wave that was there by then, and of a wave
that takes the place of one of them because its study was run again; of a wave that came later it does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connections

from leadscape_web.privacy.models import Notice
from leadscape_web.privacy.notices import state_of
from leadscape_web.survey.models import RoleHolding, Wave

_NAMED: Final = """
select h.person_id, array_agg(distinct h.wave_id) from survey_roleholding h
where h.withdrawn_at is null and h.wave_id = any (%(waves)s) and (%(person)s::uuid is null or h.person_id = %(person)s)
  and case when (select leadscape_everywhere(array['editor'])) then true
      else h.person_id in (select leadscape_edited_people()) end
  and h.person_id not in (select e.person_id from privacy_exclusion e)
group by h.person_id
"""
"""Whom the user answers for and who does not stay out, with the waves of the roles that count."""
_TOLD: Final = """
select distinct on (n.person_id, n.wave_id, n.ended_at is null) n.* from privacy_notice n
where %(person)s::uuid is null or n.person_id = %(person)s
order by n.person_id, n.wave_id, n.ended_at is null, n.made_at desc
"""


@dataclass(frozen=True)
class Standing:
    """Where somebody stands whom waves name.

    Attributes
    ----------
    waves
        Those that count and name the person, the latest first.
    notice
        The last that was made; null: none.
    owed
        Whether one of the waves is not told of.
    """

    person: UUID
    waves: tuple[Wave, ...]
    notice: Notice | None
    owed: bool

    @property
    def wave(self) -> Wave:
        """The wave that a new notice belongs to: the latest."""
        return self.waves[0]

    def state(self, now: datetime | None = None) -> str:
        """Where the notice stands, in words."""
        lives = self.notice is not None and self.notice.ended_at is None and self.notice.bounced_at is None
        return state_of(None if self.owed and lives else self.notice, now)


def counting_waves(using: str = "default") -> tuple[Wave, ...]:
    """Waves that count, the latest first. Studies of one date, or loaded later, count beside each other."""
    rows = Wave.objects.using(using).filter(superseded_at=None).defer("codebook_text", "provenance")
    return tuple(rows.order_by("-as_of", "-loaded_at"))


def standings(
    waves: Iterable[Wave], person: UUID | None = None, using: str = "default"
) -> dict[UUID, Standing]:
    """Everybody whom ``waves`` name and whom the user answers for, or one of them."""
    by_id = {wave.pk: wave for wave in waves}
    if not by_id:
        return {}
    with connections[using].cursor() as cursor:
        cursor.execute(_NAMED, {"waves": list(by_id), "person": person})
        named = dict(cursor.fetchall())
    told: dict[UUID, list[Notice]] = {}
    for notice in Notice.objects.using(using).raw(_TOLD, {"person": person}):
        told.setdefault(notice.person_id, []).append(notice)
    rounds = _rounds({notice.wave_id for notices in told.values() for notice in notices}, by_id, using)
    places = {wave: number for number, wave in enumerate(by_id)}
    return {
        one: _standing(one, [by_id[key] for key in sorted(keys, key=places.__getitem__)], told.get(one, []), rounds)
        for one, keys in named.items()
    }  # fmt: skip


def waves_naming(person: UUID, using: str) -> tuple[Wave, ...]:
    """Waves that count and in which somebody has a role that counts, the latest first, as the owner role sees it."""
    holdings = RoleHolding.objects.using(using).filter(person=person, withdrawn_at=None)
    rows = Wave.objects.using(using).filter(superseded_at=None, pk__in=holdings.values("wave"))
    return tuple(rows.defer("codebook_text", "provenance").order_by("-as_of", "-loaded_at"))


def named_waves(waves: Sequence[Wave]) -> str:
    """Waves by their titles: “A”, “B” and “C”."""
    titles = [f"“{wave.title}”" for wave in waves]
    return " and ".join([", ".join(titles[:-1]), titles[-1]]) if len(titles) > 1 else "".join(titles)


def owed_count(standing: Mapping[UUID, Standing]) -> int:
    """How many are owed a notice."""
    return sum(one.owed for one in standing.values())


def _standing(person: UUID, waves: list[Wave], told: list[Notice], rounds: Mapping[UUID, Any]) -> Standing:
    live = [one for one in told if one.ended_at is None and one.bounced_at is None]
    since = max((one.made_at for one in live), default=None)
    of_rounds = {rounds[one.wave_id] for one in live}
    owed = any(
        (since is None or since < wave.loaded_at) and (wave.title, wave.system, wave.as_of) not in of_rounds
        for wave in waves
    )
    return Standing(person, tuple(waves), max(told, key=lambda one: one.made_at, default=None), owed)


def _rounds(told: set[UUID], known: Mapping[UUID, Wave], using: str) -> dict[UUID, Any]:
    """Title, system and date of each wave: those of a study that was run again are the same."""
    found = {wave.pk: (wave.title, wave.system, wave.as_of) for wave in known.values()}
    if told - set(found):
        rows = (
            Wave.objects.using(using)
            .filter(pk__in=told - set(found))
            .values_list("pk", "title", "system", "as_of")
        )
        found |= {key: of_round for key, *of_round in rows}
    return {key: tuple(value) for key, value in found.items()}


@dataclass(frozen=True)
class Told:
    """What somebody is told of: the wave that a notice belongs to, and waves whose lawful basis may hold for them."""

    wave: Wave
    waves: tuple[Wave, ...]
    standing: Standing | None


def told_of(person: UUID) -> Told | None:
    """Of somebody whom no wave names, such as a head of a register: the latest that counts. Null: no wave counts."""
    waves = counting_waves()
    if not waves:
        return None
    standing = standings(waves, person).get(person)
    return Told(standing.wave, standing.waves, standing) if standing else Told(waves[0], waves[:1], None)
