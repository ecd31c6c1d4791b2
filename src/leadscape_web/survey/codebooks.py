"""What the ids of a wave mean in words: its own codebook as it was used, read once a process."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Final

from leadscape.actions.explain_codebook import ExplainedCodebook, ExplainedRole, explain_codebook
from leadscape.core.errors import CodebookProblem
from leadscape_web.govuk.wording import NOT_KNOWN
from leadscape_web.survey.models import Wave

_READ: Final[dict[tuple[str, str], Words]] = {}


@dataclass(frozen=True)
class Words:
    """Labels of one codebook by id. An id that the codebook does not hold is shown as it is.

    Attributes
    ----------
    book
        The codebook; null where its text cannot be read, which ``problem`` then says.
    """

    book: ExplainedCodebook | None
    problem: str = ""
    roles: Mapping[str, ExplainedRole] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    phases: Mapping[str, str] = field(default_factory=dict)

    def role(self, role: str) -> str:
        """Label of a role."""
        return self.roles[role].label if role in self.roles else role

    def origin(self, origin: str) -> str:
        """Label of an origin."""
        return self.origins.get(origin, origin)

    def phase(self, phase: str | None) -> str:
        """Label of a phase."""
        return self.phases.get(phase, phase.capitalize().replace("_", " ")) if phase else NOT_KNOWN

    def kinds_of(self, role: str) -> tuple[str, ...]:
        """Labels of the kinds that a role belongs to; empty where the taxonomy has no place for it."""
        return (
            tuple(self.kinds.get(kind, kind) for kind in self.roles[role].kinds) if role in self.roles else ()
        )


@dataclass(frozen=True)
class KnownWave:
    """One wave without its long texts, with the words of its codebook."""

    id: uuid.UUID
    title: str
    as_of: date
    codebook: str
    codebook_sha256: str
    words: Words


@dataclass(frozen=True)
class KnownWaves:
    """Every wave, newest first."""

    waves: tuple[KnownWave, ...]

    def get(self, wave_id: uuid.UUID | None) -> KnownWave | None:
        """The wave with this id."""
        return self._by_id.get(wave_id) if wave_id else None

    @cached_property
    def _by_id(self) -> dict[uuid.UUID, KnownWave]:
        return {wave.id: wave for wave in self.waves}

    def words(self, wave_id: uuid.UUID | None) -> Words:
        """Words of the wave; of the newest one where a record belongs to none."""
        wave = self.get(wave_id) or next(iter(self.waves), None)
        return wave.words if wave else Words(None)

    def valid_on(self, day: date | None) -> KnownWave | None:
        """The wave whose codebook holds on a day.

        That is the newest whose codebook was valid by then. Before the first codebook the oldest holds, since a role
        can have begun before it was first written down; without a day the newest does.
        """
        by_age = sorted(self.waves, key=lambda wave: (_valid_from(wave), wave.as_of))
        begun = [wave for wave in by_age if day is None or _valid_from(wave) <= day]
        return begun[-1] if begun else next(iter(by_age), None)

    def labels(self, section: str) -> dict[str, str]:
        """Id to label over all waves, of ``roles``, ``origins``, ``kinds`` or ``phases``; the newest words win."""
        found: dict[str, str] = {}
        for wave in self.waves:
            for key, entry in getattr(wave.words, section).items():
                found.setdefault(key, entry if isinstance(entry, str) else entry.label)
        return found


def known_waves() -> KnownWaves:
    """Every wave with its words: one query, and a second the first time that a codebook is met."""
    rows = Wave.objects.order_by("-as_of", "-loaded_at").values_list(
        "id", "title", "as_of", "codebook", "codebook_sha256"
    )
    found = list(rows)
    _read_codebooks(row[0] for row in found if (row[3], row[4]) not in _READ)
    return KnownWaves(tuple(KnownWave(*row, words=_READ[(row[3], row[4])]) for row in found))


def _read_codebooks(waves: Iterable[uuid.UUID]) -> None:
    wanted = list(waves)
    if not wanted:
        return
    kept = Wave.objects.filter(pk__in=wanted).values_list("codebook", "codebook_sha256", "codebook_text")
    for name, sha256, text in kept:
        _READ[(name, sha256)] = words_in(text, name)


def words_in(text: str, name: str) -> Words:
    """The words of a codebook's text. A text that cannot be read leaves every id as it is, and says why."""
    try:
        book = explain_codebook(text, name)
    except CodebookProblem as problem:
        return Words(None, problem=str(problem))
    return Words(
        book,
        roles=MappingProxyType({role.id: role for role in book.roles}),
        origins=MappingProxyType({entry.id: entry.label for entry in book.origins}),
        kinds=MappingProxyType({entry.id: entry.label for entry in book.kinds}),
        phases=MappingProxyType({entry.id: entry.label for entry in book.phases}),
    )


def _valid_from(wave: KnownWave) -> date:
    return wave.words.book.valid_from if wave.words.book else wave.as_of
