"""Which kinds of work are there? Every app declares its own when it is ready."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leadscape_web.accounts.rules import Rule

if TYPE_CHECKING:
    from leadscape_web.jobs.models import Job
    from leadscape_web.jobs.performing import Running

Perform = Callable[["Running"], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Kind:
    """One kind of work.

    Attributes
    ----------
    name
        App and verb, such as ``imports.store``.
    label
        What it does, for its page.
    perform
        Does it, inside one transaction as the owner role; what it returns is kept as the job's result.
    rule
        What its asker must still be allowed when it begins; null: what only the service itself asks for.
    link
        Address of the page that shows what came of it.
    daily
        ``HH:MM`` (UTC) at which the service asks for it every day by itself.
    leaves
        Whether its work leaves the service, as a letter does: once it is done, it is too late to cancel it.
    brief
        Whether it is over in a moment: it goes beside longer work, never behind it.
    """

    name: str
    label: str
    perform: Perform
    rule: Rule | None = None
    link: Callable[[Job], str] | None = None
    daily: str | None = None
    leaves: bool = False
    brief: bool = False


_KINDS: dict[str, Kind] = {}


def add_kind(kind: Kind) -> None:
    """Declare a kind of work.

    Raises
    ------
    ValueError
        When the name is taken.
    """
    if _KINDS.get(kind.name, kind) != kind:
        raise ValueError(f"two kinds of job are called {kind.name!r}")
    _KINDS[kind.name] = kind


def kind_of(name: str) -> Kind | None:
    """The kind of that name; null: this release does not know it."""
    return _KINDS.get(name)


def kinds() -> tuple[Kind, ...]:
    """All kinds, by name."""
    return tuple(_KINDS[name] for name in sorted(_KINDS))
