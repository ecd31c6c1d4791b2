"""The service's navigation: each room adds its entry; what a user may not open is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol


class Allowing(Protocol):
    """What the navigation asks of a rule (see ``accounts.rules``)."""

    @property
    def signed_in(self) -> bool:
        """Whether somebody must be signed in."""
        ...

    def allows(self, accesses: frozenset[tuple[str, str]]) -> bool:
        """Whether somebody with these pairs of right and kind of organisation may."""
        ...


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
    position
        Order; a group stands where its first entry does.
    group
        Under which word it stands, with others of the same; beside the others when empty. Whoever may open only one of
        a group sees that one itself.
    """

    label: str
    url_name: str
    section: str
    rule: Allowing
    position: int = 100
    group: str = ""


_ADDED: Final[dict[str, Entry]] = {}
_ACCOUNT: Final[dict[str, Entry]] = {}
_FOOTER: Final[dict[str, Entry]] = {}


def add_entry(entry: Entry) -> None:
    """Add an entry; once a label."""
    _ADDED[entry.label] = entry


def add_account_entry(entry: Entry) -> None:
    """Add a link to the top right, beside signing out, such as to one's own account."""
    _ACCOUNT[entry.label] = entry


def add_footer_entry(entry: Entry) -> None:
    """Add a link to the foot of every page, such as to the sources of the data."""
    _FOOTER[entry.label] = entry


def entries() -> tuple[Entry, ...]:
    """All entries, in order."""
    return _in_order(_ADDED)


def account_entries() -> tuple[Entry, ...]:
    """All links of the top right, in order."""
    return _in_order(_ACCOUNT)


def footer_entries() -> tuple[Entry, ...]:
    """All links of the foot, in order."""
    return _in_order(_FOOTER)


def _in_order(added: dict[str, Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(added.values(), key=lambda entry: (entry.position, entry.label)))
