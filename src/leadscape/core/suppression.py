"""Hiding small counts of people so that nobody can work them out from what is still shown.

Cells and the sums that tie them in, a mask of what to hide out. Counts from 1 to ``threshold - 1`` are hidden
first (zero is shown). Then, as long as a reader could narrow one of them down, the cheapest further cells are
hidden. The reader is assumed to know a lot: every cell still shown, every sum that ties cells together, that
counts are whole and not negative, and even *which* of the hidden cells are small.

Method. For each small cell two other tables are sought that agree with everything shown: one in which the
cell is 1 and one in which it is ``threshold - 1``. Such a table is the true one plus a whole-numbered move
along the relations; the cheapest move is a linear programme, and the cells it touches are hidden. As long as
both tables exist, no reader can rule out any value between. The tables found are kept as evidence: they show
the same for every other cell they move.

Sources: Cox (1995), Network models for complementary cell suppression, JASA 90, 1453-1462; Fischetti &
Salazar (2001), Management Science 47, 1008-1027; Hundepool et al. (2012), Statistical Disclosure Control,
chapter 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse import csgraph

from leadscape.core.cells import NOTHING, Cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_CELLS: Final = np.zeros(0, dtype=np.int64)
_ALREADY_HIDDEN: Final = 1e-3
_WHOLE: Final = 1e-6


@dataclass(frozen=True)
class Suppression:
    """What to hide. All arrays have one entry a cell.

    Attributes
    ----------
    primary, secondary
        Cells hidden because they are small, and those hidden to protect them.
    low, high
        Values between which no reader can rule out any end, shown by an actual other table.
    doubtful
        Cells that a reader who also knew which hidden cells are small could tell, whatever else were hidden
        (five parts of a total below six, each known to be at least one). They are kept safe from every other
        reader.
    exposed
        Cells that any reader could tell, whatever else were hidden.
    """

    primary: NDArray[np.bool_]
    secondary: NDArray[np.bool_]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    doubtful: NDArray[np.bool_]
    exposed: NDArray[np.bool_]

    @cached_property
    def hidden(self) -> NDArray[np.bool_]:
        """Every cell that a table must not show."""
        return self.primary | self.secondary


def suppress(cells: Cells, threshold: int) -> Suppression:
    """Hide counts of people from 1 to ``threshold - 1``, and what would give them away.

    Returns
    -------
    Suppression
        Every small cell could be anything from 1 to ``threshold - 1`` (or the part of it that the sums leave
        open when everything is hidden), and every other hidden cell at least one other value, unless it is hidden
        only for the sake of doubtful ones.
    """
    return _Protection(cells, threshold).run()


def rounded(count: pl.Expr, base: int) -> pl.Expr:
    """A count to the nearest multiple of ``base``, halves up. Rounded parts need not add up to a rounded total."""
    return (count + base // 2) // base * base


class _Protection:
    """One run: the cells hidden so far, and the range that tables found so far prove for each."""

    def __init__(self, cells: Cells, threshold: int) -> None:
        self.x, weight = cells.column("values"), cells.column("weight")
        self.shown, self.fixed = cells.column("shown") > 0, cells.column("fixed") > 0
        self.small = (cells.column("people") > 0) & (self.x >= 1) & (self.x < threshold)
        self.follows, self.level = cells.column("follows").astype(np.int64), cells.column("level")
        self.relations = cells.relations
        # A zero is worth more to a reader than its size: it says that there is nobody to hide.
        self.cost = weight * (1 + np.log2(1 + self.x) + 3 * (self.x == 0))
        self.lower = np.where(self.small, 1.0, 0.0)
        self.upper = np.where(self.small, threshold - 1.0, np.inf)
        self.low, self.high = self.x.copy(), self.x.copy()
        self.doubtful = np.zeros(len(self.x), dtype=bool)
        self.exposed = np.zeros(len(self.x), dtype=bool)
        self.hidden = ~self.shown
        self._hide(self.small & self.shown)
        self._blocks = {level: self._find_blocks(level) for level in np.unique(self.level)}

    def run(self) -> Suppression:
        small = np.flatnonzero(self.small)
        ends = np.maximum(self.upper - self.x, self.x - self.lower)[small]
        for cell in small[np.argsort(-ends, kind="stable")].tolist():
            self._reach(cell, float(self.upper[cell]))
            self._reach(cell, float(self.lower[cell]))
        while len(pinned := np.flatnonzero(self._pinned())):
            self._loosen(int(pinned[0]))
        self._protect_doubtful()
        primary = self.small & self.shown
        secondary = self.hidden & self.shown & ~primary
        return Suppression(primary, secondary, self.low, self.high, self.doubtful, self.exposed)

    def _pinned(self) -> NDArray[np.bool_]:
        return self.hidden & (self.shown | self.small) & (self.low == self.high) & ~self.doubtful

    def _reach(self, cell: int, value: float) -> None:
        """Find a table in which ``cell`` has ``value``, or comes as near to it as sums allow."""
        if self.low[cell] <= value <= self.high[cell]:
            return
        step = value - float(self.x[cell])
        if not any(self._move(cell, step, level) for level in self._blocks):
            nearest = self._furthest(cell, step)
            if nearest:
                self._move(cell, nearest, max(self._blocks))

    def _loosen(self, cell: int) -> None:
        """Find any other value for a hidden cell."""
        for level in self._blocks:
            for step in (1.0, -1.0):
                if self._move(cell, step, level):
                    return
        self.doubtful[cell] = True

    def _protect_doubtful(self) -> None:
        """Keep what is doubtful safe from readers who do not know which hidden cells are small."""
        if not self.doubtful.any():
            return
        self.lower, self.upper = np.zeros(len(self.x)), np.full(len(self.x), np.inf)
        low, high = self.low.copy(), self.high.copy()
        for cell in np.flatnonzero(self.doubtful).tolist():
            self.exposed[cell] = not any(
                self._move(cell, step, level) for level in self._blocks for step in (1.0, -1.0)
            )
        self.low, self.high = low, high

    def _move(self, cell: int, step: float, level: float) -> bool:
        """Hide what the cheapest move of ``cell`` by ``step`` touches; False where there is none at this level."""
        block, matrix = self._block(cell, level)
        cost = np.where(self.hidden[block], _ALREADY_HIDDEN, self.cost[block])
        most = self._room(block)
        here, there = _sides(block, cell, step)
        if len(here) == 0 or most[here] < abs(step):
            return False
        least = np.zeros(len(most))
        least[here] = most[here] = abs(step)
        most[there] = 0
        solution = _solve(np.concatenate([cost, cost]), matrix, least, most)
        if solution is not None:
            self._record(block, solution)
        return solution is not None

    def _furthest(self, cell: int, sign: float) -> float:
        """The longest whole step that sums allow when everything that may be hidden is."""
        block, matrix = self._block(cell, max(self._blocks))
        most = np.minimum(self._room(block), self.x.sum() + 1)
        here, there = _sides(block, cell, sign)
        if len(here) == 0:
            return 0.0
        cost = np.full(len(most), _ALREADY_HIDDEN)
        cost[here] = -1e3
        most[there] = 0
        solution = _solve(cost, matrix, np.zeros(len(most)), most)
        return 0.0 if solution is None else float(solution[np.searchsorted(block, cell)])

    def _room(self, block: NDArray[np.int64]) -> NDArray[np.float64]:
        """How far each cell may go up, then how far each may go down."""
        return np.concatenate([(self.upper - self.x)[block], (self.x - self.lower)[block]])

    def _record(self, block: NDArray[np.int64], moved: NDArray[np.float64]) -> None:
        other = self.x[block] + moved
        mirror = self.x[block] - moved
        self.low[block] = np.minimum(self.low[block], other)
        self.high[block] = np.maximum(self.high[block], other)
        if (mirror >= self.lower[block]).all() and (mirror <= self.upper[block]).all():
            self.low[block] = np.minimum(self.low[block], mirror)
            self.high[block] = np.maximum(self.high[block], mirror)
        self._hide(np.isin(np.arange(len(self.x)), block[moved != 0]))

    def _hide(self, more: NDArray[np.bool_]) -> None:
        self.hidden |= more
        follower = (self.follows >= 0) & ~self.fixed
        self.hidden |= follower & self.hidden[self.follows] & self.shown[self.follows]

    def _block(self, cell: int, level: float) -> tuple[NDArray[np.int64], sparse.csc_array]:
        """Cells that may move with ``cell`` at this level, and their relations; none where it may not move."""
        labels, blocks = self._blocks[level]
        return blocks[labels[cell]] if labels[cell] >= 0 else (NO_CELLS, sparse.csc_array((0, 0)))

    def _find_blocks(
        self, level: float
    ) -> tuple[NDArray[np.int64], list[tuple[NDArray[np.int64], sparse.csc_array]]]:
        """Groups of cells up to ``level`` that relations tie, directly or through others."""
        free = np.flatnonzero((self.level <= level) & ~self.fixed)
        part = self.relations[:, free]
        touching = abs(part)
        _, groups = csgraph.connected_components(touching.T @ touching, directed=False)
        labels = np.full(len(self.x), NOTHING)
        labels[free] = groups
        blocks = []
        for group in range(groups.max(initial=NOTHING) + 1):
            inside = groups == group
            matrix = part[:, inside]
            rows = np.unique(matrix.indices)
            matrix = sparse.csc_array(matrix[rows])
            blocks.append((free[inside], sparse.csc_array(sparse.hstack([matrix, -matrix]))))
        return labels, blocks


def _sides(block: NDArray[np.int64], cell: int, step: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the cell's own move in the direction of ``step`` and against it, among ups and downs."""
    up = np.flatnonzero(block == cell)
    return (up, up + len(block)) if step > 0 else (up + len(block), up)


def _solve(
    cost: NDArray[np.float64],
    matrix: sparse.csc_array,
    least: NDArray[np.float64],
    most: NDArray[np.float64],
) -> NDArray[np.float64] | None:
    """The cheapest whole-numbered move that keeps every relation, or None. Ups and downs are separate variables."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    bounds = Bounds(least, most)  # pyright: ignore[reportArgumentType]
    relations = LinearConstraint(matrix, 0, 0)
    for whole in (0, 1):
        found = milp(cost, constraints=relations, bounds=bounds, integrality=np.full(len(cost), whole))
        if found.x is None:
            return None
        half = len(cost) // 2
        moved = found.x[:half] - found.x[half:]
        if (np.abs(moved - np.round(moved)) < _WHOLE).all():
            return np.round(moved)
    return None
