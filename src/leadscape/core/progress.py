"""How long work tells its watcher where it stands, without knowing whether anybody watches."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Progress(Protocol):
    """What an action reports to: a terminal's progress bar, a web job's row, or nobody."""

    def step(self, label: str) -> None:
        """Start the next step, named as the user would say it."""
        ...


class Silent:
    """Nobody watches."""

    def step(self, label: str) -> None:
        """Say nothing."""


@contextmanager
def timed(seconds: dict[str, float], label: str) -> Iterator[None]:
    """Add the wall time of the block to ``seconds[label]``."""
    from time import perf_counter

    started = perf_counter()
    try:
        yield
    finally:
        seconds[label] = seconds.get(label, 0.0) + perf_counter() - started
