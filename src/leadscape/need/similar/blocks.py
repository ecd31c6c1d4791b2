"""The exact nearest schools of each, in blocks of fixed memory.

A matrix product finds candidates, with a bound on its rounding; every candidate within that bound is computed again from
its differences, so that neighbours, distances and ties are those of a plain loop over all pairs.

Schools are taken by *pattern* (which characteristics are known of them). Between two patterns one set of characteristics
is known of both, so one product serves all their pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadscape.need.similar.metrics import FittedMetric

ROUNDING = 64 * np.finfo(np.float64).eps
EXTRA = 8


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
    parts: list[tuple[NDArray, ...]] = []
    keys = asked.group * len(patterns) + pattern_of
    wanted = asked.queries[asked.group[asked.queries] >= 0]
    for key in np.unique(keys[wanted]):
        rows = wanted[keys[wanted] == key]
        mine = int(key % len(patterns))
        targets = asked.candidates[asked.group[asked.candidates] == key // len(patterns)]
        targets = targets[shares[pair_code[mine, pattern_of[targets]]] >= asked.share_min]
        if not len(targets):
            continue
        targets = targets[np.argsort(pattern_of[targets], kind="stable")]
        chosen = _Targets(targets, pattern_of[targets], pair_code[mine], pair_known, shares)
        step = max(1, asked.block_bytes // (8 * len(targets)))
        parts += [
            _search(asked, metric, centred, rows[start : start + step], chosen)
            for start in range(0, len(rows), step)
        ]
    empty = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else list(empty)
    inside = np.argsort(_position(asked.queries, columns[0]), kind="stable")
    query, neighbour, squared, code = (column[inside] for column in columns)
    return Found(query, neighbour, squared, code, pair_known)


@dataclass(frozen=True)
class _Targets:
    rows: NDArray[np.int64]
    pattern: NDArray[np.int64]
    code_of_pattern: NDArray[np.int64]
    known: NDArray[np.bool_]
    share: NDArray[np.float64]

    def runs(self) -> list[tuple[slice, int]]:
        """Consecutive targets of one pattern, with the code of what is known of both."""
        starts = np.flatnonzero(np.r_[True, self.pattern[1:] != self.pattern[:-1]])
        ends = np.r_[starts[1:], len(self.pattern)]
        return [
            (slice(int(a), int(b)), int(self.code_of_pattern[self.pattern[a]]))
            for a, b in zip(starts, ends, strict=True)
        ]


def _search(
    asked: Asked,
    metric: FittedMetric,
    centred: NDArray[np.float64],
    rows: NDArray[np.int64],
    targets: _Targets,
) -> tuple[NDArray, ...]:
    """The nearest of one block of queries of one pattern and group."""
    rough = np.empty((len(rows), len(targets.rows)))
    slack = np.zeros(len(rows))
    for run, code in targets.runs():
        known = targets.known[code]
        factor = metric.factor(known) / np.sqrt(targets.share[code])
        left, right = centred[rows][:, known] @ factor, centred[targets.rows[run]][:, known] @ factor
        left_norm, right_norm = (left**2).sum(axis=1), (right**2).sum(axis=1)
        np.matmul(-2 * left, right.T, out=rough[:, run])
        rough[:, run] += right_norm
        rough[:, run] += left_norm[:, None]
        slack = np.maximum(slack, ROUNDING * known.sum() * (left_norm + right_norm.max()))
    rough[rows[:, None] == targets.rows] = np.inf
    if asked.max_km is not None:
        gap = asked.place[rows][:, None, :] - asked.place[targets.rows]
        near = np.hypot(gap[..., 0], gap[..., 1]) <= 1000 * asked.max_km
        rough[~near] = np.inf
    return _exact(asked, metric, rows, targets, rough, slack)


def _exact(
    asked: Asked,
    metric: FittedMetric,
    rows: NDArray[np.int64],
    targets: _Targets,
    rough: NDArray[np.float64],
    slack: NDArray[np.float64],
) -> tuple[NDArray, ...]:
    """Candidates within the bound of the ``k``-th, computed again from differences and ordered."""
    n = rough.shape[1]
    k, width = min(asked.k, n), min(asked.k + EXTRA, n)
    picked = (
        np.argpartition(rough, width - 1, axis=1)[:, :width]
        if width < n
        else np.tile(np.arange(n), (len(rows), 1))
    )
    values = np.take_along_axis(rough, picked, axis=1)
    limit = np.partition(values, k - 1, axis=1)[:, k - 1] + 2 * slack
    # Where even the last one picked lies within the bound there may be more: those rows are searched whole.
    crowded = np.flatnonzero((width < n) & (values.max(axis=1) <= limit))
    keep = np.isfinite(values) & (values <= limit[:, None])
    keep[crowded] = False
    at, column = np.nonzero(keep)
    place = picked[at, column]
    if len(crowded):
        more_at, more = np.nonzero(np.isfinite(rough[crowded]) & (rough[crowded] <= limit[crowded][:, None]))
        at, place = np.r_[at, crowded[more_at]], np.r_[place, more]
    code = targets.code_of_pattern[targets.pattern[place]]
    neighbour = targets.rows[place]
    squared = np.empty(len(at))
    for one in np.unique(code):
        where, known = np.flatnonzero(code == one), targets.known[one]
        difference = asked.values[rows[at[where]]][:, known] - asked.values[neighbour[where]][:, known]
        squared[where] = metric.squared(difference, known)
    ordered = np.lexsort((asked.order[neighbour], squared, at))
    at, neighbour, squared, code = at[ordered], neighbour[ordered], squared[ordered], code[ordered]
    rank = np.arange(len(at)) - np.searchsorted(at, at)
    first = rank < asked.k
    return rows[at[first]], neighbour[first], squared[first], code[first]


def _position(queries: NDArray[np.int64], found: NDArray[np.int64]) -> NDArray[np.int64]:
    position = np.empty(int(max(queries.max(initial=0), found.max(initial=0))) + 1, np.int64)
    position[queries] = np.arange(len(queries))
    return position[found]
