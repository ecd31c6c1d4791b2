"""The same work on many things, on all cores, with results in order.

For functions that spend their time in polars, numpy or another library that lets go of the interpreter, and that share
nothing they change. Results do not depend on the number of threads.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
R = TypeVar("R")
MOST_THREADS: Final = 4
"""More would hold more frames in memory at once and gain little."""


def map_in_order(function: Callable[[T], R], things: Sequence[T]) -> list[R]:
    """``function`` of each thing, in the order of ``things``; the first mistake of any is raised."""
    threads = min(os.cpu_count() or 1, MOST_THREADS, len(things))
    if threads < 2:
        return [function(one) for one in things]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, things))
