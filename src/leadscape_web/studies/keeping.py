"""How long what rooms hold about people is kept: each says it here, and is asked every day by the room of privacy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True)
class Period:
    """How long one kind of data is kept.

    Attributes
    ----------
    what
        What is erased, for the list.
    since
        From when the days are counted.
    days
        By default.
    source
        Why so long.
    """

    code: str
    what: str
    since: str
    days: int
    source: str


Due = Callable[[str], list[tuple[str, date]]]
Forget = Callable[[Sequence[str], str], int]
_KEPT: Final[dict[str, tuple[Period, Due, Forget]]] = {}


def add_period(period: Period, due: Due, forget: Forget) -> None:
    """Let a room have what it holds erased in time.

    Parameters
    ----------
    due
        Gets the alias of the owner's connection; gives the key of each record that is held, and the day from which the
        days count.
    forget
        Gets keys and the alias, in a transaction with a reason; gives how many records it emptied.
    """
    _KEPT[period.code] = (period, due, forget)


def periods_of_rooms() -> tuple[Period, ...]:
    """What rooms said, in the order of the codes."""
    return tuple(_KEPT[code][0] for code in sorted(_KEPT))


def held_since(code: str, using: str) -> list[tuple[str, date]]:
    """Records of a room's period, each with the day from which the days count."""
    return _KEPT[code][1](using)


def forget(code: str, keys: Sequence[str], using: str) -> int:
    """Have a room erase what is due; how many records it emptied."""
    return _KEPT[code][2](keys, using)


def is_of_a_room(code: str) -> bool:
    """Whether a room keeps the records of a period."""
    return code in _KEPT
