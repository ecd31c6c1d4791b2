"""One register as it was on one date, beside others: what every comparison through time starts from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Protocol

import polars as pl

from leadscape.core.errors import NotComparable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Dated(Protocol):
    """Any table with the date on which it held, such as a :class:`~leadscape.register.reading.Reading`."""

    @property
    def frame(self) -> pl.DataFrame:
        """A declared table of the register."""
        ...

    @property
    def seen_on(self) -> date | None:
        """Date of the file; null where nobody knows."""
        ...

    @property
    def name(self) -> str:
        """Name of the file."""
        ...

    @property
    def companions(self) -> Mapping[str, pl.DataFrame]:
        """Other tables of the same file: ``headships``, ``memberships``."""
        ...


@dataclass(frozen=True)
class Vintage:
    """A table with its date and name, where there is no file it was read from."""

    frame: pl.DataFrame
    seen_on: date | None
    name: str
    companions: Mapping[str, pl.DataFrame] = field(default_factory=dict)


def in_order(vintages: Sequence[Dated]) -> list[tuple[date, Dated]]:
    """Vintages from the oldest to the newest.

    Raises
    ------
    NotComparable
        When one of them has no date.
    """
    undated = [one.name for one in vintages if one.seen_on is None]
    if undated:
        raise NotComparable(
            f"{', '.join(undated)} {'has' if len(undated) == 1 else 'have'} no date.",
            "What came first decides what changed.",
            "Give the date on which each register held (--old-date and --new-date).",
        )
    return sorted(((one.seen_on, one) for one in vintages if one.seen_on), key=lambda pair: pair[:1])
