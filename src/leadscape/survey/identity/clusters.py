"""From pairs to persons: groups that are one person join, through others where need be, unless somebody cannot be both.

Where J. Smith agrees with Jane Smith and with John Smith, joining both would make one person of two. Neither is then
joined unasked: the pairs of the one in between go to a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Joined:
    """Groups joined to persons.

    Attributes
    ----------
    person
        Smallest row of the groups of each group's person. Shape ``(groups,)``.
    kept
        Which of the pairs were joined. Shape ``(pairs,)``.
    """

    person: Rows
    kept: Flags


def components(size: int, one: Rows, other: Rows) -> Rows:
    """The smallest row that each row is tied to, through others where need be. Shape ``(size,)``."""
    links = coo_array((np.ones(one.size, dtype=np.int8), (one, other)), shape=(size, size))
    count, labels = connected_components(links, directed=False)
    smallest = np.full(count, size, dtype=np.int64)
    np.minimum.at(smallest, labels, np.arange(size))
    return smallest[labels]


def pairs_within(person: Rows, largest: int) -> tuple[Rows, Rows]:
    """Every pair of rows of one person; persons of more than ``largest`` rows are left out."""
    order = np.argsort(person, kind="stable")
    _, counts = np.unique(person[order], return_counts=True)
    size = np.repeat(counts, counts)
    ends = np.repeat(np.cumsum(counts), counts)
    at = np.arange(order.size)
    following = np.where(size <= largest, ends - at - 1, 0)
    one = np.repeat(at, following)
    first = np.repeat(np.cumsum(following) - following, following)
    other = one + 1 + np.arange(one.size) - first
    low, high = order[one], order[other]
    return np.minimum(low, high), np.maximum(low, high)


def join_apart(
    size: int, one: Rows, other: Rows, strength: NDArray[np.float64], apart_one: Rows, apart_other: Rows
) -> Joined:
    """Join pairs without ever joining two rows that are apart.

    First the pairs of whoever stands between two rows that are apart are let go, all of them alike; then, while some
    person still holds two rows that are apart, the weakest pair of that person.

    Parameters
    ----------
    one, other
        Pairs to join. Shape ``(pairs,)``.
    strength
        Of each pair, for the order in which they are let go.
    apart_one, apart_other
        Pairs of rows that cannot be one person.
    """
    kept = ~_between(size, one, other, apart_one, apart_other)
    while True:
        person = components(size, one[kept], other[kept])
        broken = np.unique(person[apart_one[person[apart_one] == person[apart_other]]])
        if not broken.size:
            return Joined(person, kept)
        at = np.flatnonzero(kept & np.isin(person[one], broken))
        ranked = at[np.lexsort((other[at], one[at], strength[at], person[one[at]]))]
        kept[ranked[np.unique(person[one[ranked]], return_index=True)[1]]] = False


def _between(size: int, one: Rows, other: Rows, apart_one: Rows, apart_other: Rows) -> Flags:
    """Pairs of a row that is paired with both of two rows that are apart, and pairs that are themselves apart."""
    if not apart_one.size or not one.size:
        return np.zeros(one.size, dtype=bool)
    paired, apart = _both_ways(size, one, other), _both_ways(size, apart_one, apart_other)
    # A pair (a, b) is let go where a stands apart from some c that b is paired with, or b from one that a is.
    through = csr_array(apart @ paired)
    reached = np.asarray(through[one, other]).ravel() + np.asarray(through[other, one]).ravel()
    return (reached > 0) | (np.asarray(apart[one, other]).ravel() > 0)


def _both_ways(size: int, one: Rows, other: Rows) -> csr_array:
    places = (np.r_[one, other], np.r_[other, one])
    return csr_array((np.ones(2 * one.size), places), shape=(size, size))
