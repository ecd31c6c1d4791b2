"""Counts that are published together, and the sums by which a reader can get from one to another.

A table of counts is rarely alone: its rows add up to margins, margins to totals, and other tables cut the
same total in other ways. Here all of them are one list of cells with one list of relations, which is what
:mod:`leadscape.core.suppression` protects.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

NOTHING: Final = -1


@dataclass
class Cells:
    """Cells to be protected together, and the sums that tie them: filled with :meth:`add`, :meth:`tie`, :meth:`sum_up`.

    A relation states that a signed sum of cells is known to every reader; its true value is taken from the
    cells. So sums that hold only up to a known remainder (people counted in two places, rows that a table
    leaves out) are kept safe as well.
    """

    _columns: dict[str, list[NDArray[np.float64]]] = field(default_factory=dict)
    _triplets: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = field(
        default_factory=list
    )
    _relations: int = 0
    _cells: int = 0

    def add(
        self,
        values: ArrayLike,
        *,
        shown: ArrayLike = True,
        weight: ArrayLike = 1.0,
        level: int = 0,
        fixed: ArrayLike = False,
        people: bool = True,
        follows: ArrayLike = NOTHING,
    ) -> NDArray[np.int64]:
        """Add cells and return their numbers.

        Parameters
        ----------
        values
            Whole counts of at least zero.
        shown
            False for what no table shows and a reader may work out, such as a total less its parts.
        weight
            How much is lost by hiding the cell, as a factor; it is multiplied by the size of the count.
        level
            Cells of a higher level are hidden only where those of lower levels do not suffice.
        fixed
            Known to every reader by another way, so hiding it would protect nothing.
        people
            Whether it counts people, so that small values are hidden.
        follows
            Number of the cell that this one is hidden with; -1 for none.
        """
        x = np.asarray(values, dtype=np.float64)
        given = {"values": x, "shown": shown, "weight": weight, "level": level, "fixed": fixed, "people": people,
                 "follows": follows}  # fmt: skip
        for name, column in given.items():
            full = np.broadcast_to(np.asarray(column, dtype=np.float64), x.shape)
            self._columns.setdefault(name, []).append(full)
        self._cells += len(x)
        return np.arange(self._cells - len(x), self._cells)

    def tie(self, whole: NDArray[np.int64], *parts: NDArray[np.int64]) -> None:
        """State, element by element, that ``whole`` less ``parts`` is known: one relation an element."""
        rows = np.arange(len(whole))
        self._relate(rows, whole, -1.0)
        for part in parts:
            self._relate(rows, part, 1.0)
        self._relations += len(whole)

    def sum_up(self, wholes: NDArray[np.int64], parts: NDArray[np.int64], whole_of_part: ArrayLike) -> None:
        """State that each of ``wholes`` less the sum of its parts is known.

        Parameters
        ----------
        wholes, parts
            Numbers of cells.
        whole_of_part
            Position in ``wholes`` for each part; -1 where it belongs to none.
        """
        rows = np.asarray(whole_of_part, dtype=np.int64)
        self._relate(np.arange(len(wholes)), wholes, -1.0)
        self._relate(rows[rows >= 0], parts[rows >= 0], 1.0)
        self._relations += len(wholes)

    def _relate(self, rows: NDArray[np.int64], cells: NDArray[np.int64], sign: float) -> None:
        self._triplets.append((rows + self._relations, cells, np.full(len(cells), sign)))

    @property
    def relations(self) -> sparse.csc_array:
        """One row a relation, one column a cell."""
        if not self._triplets:
            return sparse.csc_array((0, self._cells))
        rows, cells, signs = (np.concatenate(part) for part in zip(*self._triplets, strict=True))
        return sparse.csc_array((signs, (rows, cells)), shape=(self._relations, self._cells))

    def column(self, name: str) -> NDArray[np.float64]:
        """One property of all cells, in the order of their numbers."""
        return np.concatenate([np.zeros(0), *self._columns.get(name, [])])
