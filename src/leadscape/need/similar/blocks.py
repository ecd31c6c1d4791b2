"""The exact nearest schools of each, in blocks of fixed memory.

A matrix product finds candidates, with a bound on its rounding; every candidate within that bound is computed again
from its differences, so that neighbours, distances and ties are those of a plain loop over all pairs.

Schools are taken by *pattern* (which characteristics are known of them). Between two patterns one set of
characteristics is known of both, so one product serves all their pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadscape.need.similar.metrics import FittedMetric

ROUNDING: Final = 64 * np.finfo(np.float64).eps
BIGGEST: Final = np.finfo(np.float64).max
GROUPS_A_NEIGHBOUR: Final = 4
_Block = tuple["NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.float64]", "NDArray[np.int64]"]
EMPTY: Final[_Block] = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))


@dataclass(frozen=True)
class Asked:
    """What is searched: values (schools x characteristics, NaN where missing), who asks, who may be found.

    ``order`` ranks schools by number as text, to break ties. ``group`` is equal for schools that may be paired and
    negative for none. ``place`` holds metres east and north, NaN where not known; it counts where ``max_km`` is given.
    """

    values: NDArray[np.float64]
    order: NDArray[np.int64]
    queries: NDArray[np.int64]
    candidates: NDArray[np.int64]
    group: NDArray[np.int64]
    place: NDArray[np.float64]
    max_km: float | None
    k: int
    share_min: float
    block_bytes: int


@dataclass(frozen=True)
class Found:
    """Pairs in the order of queries and rank; ``pattern`` indexes ``known`` (patterns x characteristics)."""

    query: NDArray[np.int64]
    neighbour: NDArray[np.int64]
    squared: NDArray[np.float64]
    pattern: NDArray[np.int64]
    known: NDArray[np.bool_]


def nearest(asked: Asked, metric: FittedMetric) -> Found:
    """The ``k`` nearest candidates of every query, by squared distance and then by number."""
    known = np.isfinite(asked.values)
    patterns, pattern_of = np.unique(known, axis=0, return_inverse=True)
    pattern_of = pattern_of.ravel()
    # Centred values lose fewer digits in the product.
    centre = np.nanmean(asked.values, axis=0)
    centred = np.where(known, asked.values - centre, 0.0)
    together = patterns[:, None, :] & patterns[None, :, :]
    pair_known, pair_code = np.unique(together.reshape(-1, together.shape[2]), axis=0, return_inverse=True)
    pair_code = pair_code.reshape(len(patterns), len(patterns))
    shares = np.array([metric.share(one) if one.any() else 0.0 for one in pair_known])
    keys = asked.group * len(patterns) + pattern_of
    wanted = asked.queries[asked.group[asked.queries] >= 0]
    blocks: list[tuple[NDArray[np.int64], _Targets]] = []
    for key in np.unique(keys[wanted]):
        rows = wanted[keys[wanted] == key]
        mine = int(key % len(patterns))
        targets = asked.candidates[asked.group[asked.candidates] == key // len(patterns)]
        targets = targets[shares[pair_code[mine, pattern_of[targets]]] >= asked.share_min]
        if not len(targets):
            continue
        targets = targets[np.argsort(pattern_of[targets], kind="stable")]
        place_of = np.full(len(known), -1)
        place_of[targets] = np.arange(len(targets))
        chosen = _Targets(targets, place_of, pattern_of[targets], pair_code[mine], pair_known, shares)
        step = max(1, asked.block_bytes // (8 * len(targets)))
        blocks += [(rows[start : start + step], chosen) for start in range(0, len(rows), step)]
    # One after the other: the matrix product uses every core by itself.
    parts = [_search(asked, metric, centred, *block) for block in blocks] or [EMPTY]
    query, neighbour, code = (
        np.concatenate([part[at] for part in parts]).astype(np.int64) for at in (0, 1, 3)
    )
    squared = np.concatenate([part[2] for part in parts])
    inside = np.argsort(_position(asked.queries, query), kind="stable")
    return Found(query[inside], neighbour[inside], squared[inside], code[inside], pair_known)


@dataclass(frozen=True)
class _Targets:
    """Who may be found by queries of one pattern and group, in order of their own pattern."""

    rows: NDArray[np.int64]
    place_of: NDArray[np.int64]
    pattern: NDArray[np.int64]
    code_of_pattern: NDArray[np.int64]
    known: NDArray[np.bool_]
    share: NDArray[np.float64]

    @cached_property
    def runs(self) -> list[tuple[slice, int]]:
        """Consecutive targets of one pattern, with the code of what is known of both."""
        starts = np.flatnonzero(np.r_[True, self.pattern[1:] != self.pattern[:-1]])
        ends = np.r_[starts[1:], len(self.pattern)]
        return [
            (slice(int(a), int(b)), int(self.code_of_pattern[self.pattern[a]]))
            for a, b in zip(starts, ends, strict=True)
        ]

    @cached_property
    def _right(self) -> dict[int, tuple[NDArray[np.float64], float]]:
        return {}

    def sides(
        self,
        metric: FittedMetric,
        centred: NDArray[np.float64],
        rows: NDArray[np.int64],
        run: slice,
        code: int,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
        """Two matrices whose product is the squared distances, |x|² - 2 x'y + |y|²; and the largest |y|²."""
        known = self.known[code]
        factor = metric.factor(known) / np.sqrt(self.share[code])
        left = centred[rows][:, known] @ factor
        if run.start not in self._right:
            right = centred[self.rows[run]][:, known] @ factor
            norm = (right**2).sum(axis=1)
            stacked = np.ascontiguousarray(np.vstack([right.T, norm, np.ones(len(norm))]))
            self._right[run.start] = stacked, float(norm.max())
        return np.column_stack([-2 * left, np.ones(len(rows)), (left**2).sum(axis=1)]), *self._right[
            run.start
        ]


def _search(
    asked: Asked,
    metric: FittedMetric,
    centred: NDArray[np.float64],
    rows: NDArray[np.int64],
    targets: _Targets,
) -> _Block:
    """The nearest of one block of queries of one pattern and group."""
    rough = np.empty((len(rows), len(targets.rows)))
    slack = np.zeros(len(rows))
    for run, code in targets.runs:
        known = targets.known[code]
        left, right, right_norm_max = targets.sides(metric, centred, rows, run, code)
        np.matmul(left, right, out=rough[:, run])
        slack = np.maximum(slack, ROUNDING * len(known) * (left[:, -1] + right_norm_max))
    own = targets.place_of[rows]
    among = np.flatnonzero(own >= 0)
    rough[among, own[among]] = np.inf
    if asked.max_km is not None:
        gap = asked.place[rows][:, None, :] - asked.place[targets.rows]
        rough[~(np.hypot(gap[..., 0], gap[..., 1]) <= 1000 * asked.max_km)] = np.inf
    at, place = np.nonzero(rough <= np.minimum(_bound(rough, asked.k) + 2 * slack, BIGGEST)[:, None])
    code = targets.code_of_pattern[targets.pattern[place]]
    neighbour = targets.rows[place]
    squared = np.empty(len(at))
    for one in np.unique(code):
        where, known = np.flatnonzero(code == one), targets.known[one]
        difference = asked.values[rows[at[where]]][:, known] - asked.values[neighbour[where]][:, known]
        squared[where] = metric.squared(difference, known)
    ordered = np.lexsort((asked.order[neighbour], squared, at))
    at, neighbour, squared, code = at[ordered], neighbour[ordered], squared[ordered], code[ordered]
    first = np.arange(len(at)) - np.searchsorted(at, at) < asked.k
    return rows[at[first]], neighbour[first], squared[first], code[first]


def _bound(rough: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    """For each row a number that at least ``k`` of its values do not exceed: the ``k``-th least of the least of groups.

    With four groups for each of the ``k`` few hold two of the nearest, so few values beyond them lie below. Rows with
    fewer than ``k`` values have no bound.
    """
    rows, n = rough.shape
    groups = GROUPS_A_NEIGHBOUR * k
    if n < 2 * groups:
        return np.partition(rough, k - 1, axis=1)[:, k - 1] if k <= n else np.full(rows, np.inf)
    depth = n // groups
    least = rough[:, : depth * groups].reshape(rows, depth, groups).min(axis=1)
    return np.partition(least, k - 1, axis=1)[:, k - 1]


def _position(queries: NDArray[np.int64], found: NDArray[np.int64]) -> NDArray[np.int64]:
    position = np.empty(int(max(queries.max(initial=0), found.max(initial=0))) + 1, np.int64)
    position[queries] = np.arange(len(queries))
    return position[found]
