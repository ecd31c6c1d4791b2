"""Say what a codebook means, from the text that a run kept: each role, where it began, the kinds it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from leadscape.codebooks import Codebook, Entry, parse_codebook


@dataclass(frozen=True)
class ExplainedEntry:
    """One origin, kind or phase in words."""

    id: str
    label: str
    definition: str
    source: str


@dataclass(frozen=True)
class ExplainedRole:
    """One role in words.

    Attributes
    ----------
    origin, kinds
        Ids of entries of the same codebook.
    own_school
        Whether the role is about the leader's own school, so that totals are given with and without it.
    collected
        False where the classification knows the role and the instrument had no place for it: *not collected*, never
        zero.
    phases
        Phases the role is meant for; empty for any.
    """

    id: str
    label: str
    definition: str
    source: str
    origin: str
    kinds: tuple[str, ...]
    own_school: bool
    collected: bool
    phases: tuple[str, ...]


@dataclass(frozen=True)
class ExplainedCodebook:
    """A codebook as a page shows it, each classification in the codebook's order.

    Attributes
    ----------
    valid_from
        First day on which it holds.
    """

    id: str
    title: str
    system: str
    source: str
    valid_from: date
    roles: tuple[ExplainedRole, ...]
    origins: tuple[ExplainedEntry, ...]
    kinds: tuple[ExplainedEntry, ...]
    phases: tuple[ExplainedEntry, ...]


def explain_codebook(text: str, name: str) -> ExplainedCodebook:
    """What the codebook in ``text`` says. A run keeps its codebook, so that a later release cannot change its meaning.

    Parameters
    ----------
    text
        The TOML file as it was used.
    name
        What messages call it.

    Raises
    ------
    CodebookProblem
        When the text is not a codebook; lists every contradiction.
    """
    book = parse_codebook(text.encode(), name)
    return ExplainedCodebook(
        id=book.id,
        title=book.title,
        system=book.system,
        source=book.source,
        valid_from=date.fromisoformat(book.valid_from),
        roles=_roles(book),
        origins=_entries(book.origins),
        kinds=_entries(book.kinds),
        phases=_entries(book.phases),
    )


def _roles(book: Codebook) -> tuple[ExplainedRole, ...]:
    return tuple(
        ExplainedRole(
            id=role.id,
            label=role.label,
            definition=role.definition,
            source=role.source,
            origin=role.origin,
            kinds=role.kinds,
            own_school=role.own_school,
            collected=role.collected,
            phases=role.phases,
        )
        for role in book.roles
    )


def _entries(entries: tuple[Entry, ...]) -> tuple[ExplainedEntry, ...]:
    return tuple(ExplainedEntry(e.id, e.label, e.definition, e.source) for e in entries)
