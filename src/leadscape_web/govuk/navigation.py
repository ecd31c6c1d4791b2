"""The service's navigation: each room adds its entry; what a user may not open is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation.

    Attributes
    ----------
    label
        What it says.
    url_name
        Address, as ``reverse`` takes it.
    section
        Path prefix that makes it the current one.
    rule
        The rule of the view behind it (see ``accounts.rules``).
    """

    label: str
    url_name: str
    section: str
    rule: object
    position: int = 100


_ADDED: Final[dict[str, Entry]] = {}


def add_entry(entry: Entry) -> None:
    """Add an entry; once a label."""
    _ADDED[entry.label] = entry


def entries() -> tuple[Entry, ...]:
    """All entries, in order."""
    return tuple(sorted(_ADDED.values(), key=lambda entry: (entry.position, entry.label)))
