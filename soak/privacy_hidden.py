"""Can a hidden count be worked out by somebody who has every published table?

Everything that the tables say of each other is written as sums and limits: places add up to regions and regions to the
nation, national, local and other role-holdings to all, a count lies in its band, a rate times its schools is a count,
phases add up to all. Then for every hidden count the smallest and the largest value that fits all of it are sought
(linear programs). Where both are the same the count is worked out.

What else somebody has (lists, the data of the map, the people of their own area, an earlier run of the study) comes as
further limits and sums on the same counts, see :mod:`soak.downloads`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import polars as pl
from scipy.optimize import linprog
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

PARTS: Final = ("national_holdings", "local_holdings", "other_holdings")
COUNTS: Final = ("holdings", "leaders", *PARTS)
PLACES: Final = {"authorities": "authority_code", "regions": "region", "phases": "phase"}
"""Published tables with places, and the column that names them."""


@dataclass
class Knowledge:
    """What somebody knows who has all tables.

    Attributes
    ----------
    cells
        Name of a count to the least and the most that it may be.
    sums
        Each the numbers of its cells and the least and the most of their sum.
    hidden
        Names of counts that are hidden because they are small or would give small ones away.
    """

    cells: dict[str, tuple[float, float]] = field(default_factory=dict)
    sums: list[tuple[dict[str, float], float, float]] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    def limit(self, name: str, low: float, high: float = math.inf) -> None:
        """Learn that a count lies between two values."""
        before = self.cells.get(name, (0.0, math.inf))
        self.cells[name] = (max(before[0], low), min(before[1], high))

    def add_sum(self, parts: dict[str, float], low: float, high: float) -> None:
        """Learn that a sum of counts lies between two values."""
        for name in parts:
            self.limit(name, 0)
        self.sums.append((parts, low, high))


def name_of(run: str, table: str, key: str, count: str) -> str:
    """What a count is called: of which run (blank where there is one only), which table, which place."""
    return f"{run}{' ' if run else ''}{table} {key} {count}"


def knowledge(tables: dict[str, pl.DataFrame], known: Knowledge | None = None, run: str = "") -> Knowledge:
    """All that the tables of a run say, in addition to what is known."""
    known = known or Knowledge()
    for table, key in PLACES.items():
        for row in tables.get(table, pl.DataFrame()).to_dicts():
            learn_row(known, run, table, str(row[key]), row)
    authorities = tables.get("authorities", pl.DataFrame()).to_dicts()
    regions = [str(row["region"]) for row in tables.get("regions", pl.DataFrame()).to_dicts()]
    for region in regions:
        codes = [str(row["authority_code"]) for row in authorities if row.get("region") == region]
        for count in COUNTS if codes else ():
            parts = {name_of(run, "authorities", code, count): 1.0 for code in codes}
            known.add_sum({**parts, name_of(run, "regions", region, count): -1.0}, 0, 0)
    _learn_totals(known, run, tables, regions)
    return known


class Ranges:
    """The least and the most that counts may be, by all that is known.

    Only what some sum ties to a count, directly or through others that are not known, can say anything of it: each such
    group is a small problem of its own.
    """

    def __init__(self, known: Knowledge) -> None:
        self.names = list(known.cells)
        self.place = {name: number for number, name in enumerate(self.names)}
        self.low, self.high = np.array(list(known.cells.values()), dtype=float).reshape(-1, 2).T
        rows, columns, values, limits = [], [], [], []
        for parts, low, high in known.sums:
            for sign, limit in ((1.0, high), (-1.0, -low)):
                if math.isfinite(limit):
                    for name, weight in parts.items():
                        rows.append(len(limits))
                        columns.append(self.place[name])
                        values.append(sign * weight)
                    limits.append(limit)
        matrix = csr_matrix((values, (rows, columns)), shape=(len(limits), len(self.names)))
        open_ = self.high > self.low
        # What is known is a number: it goes to the other side.
        self.limits = np.array(limits) - matrix[:, ~open_] @ self.low[~open_]
        self.at = np.flatnonzero(open_)
        self.matrix = matrix[:, open_]
        ties = abs(self.matrix).astype(bool).astype(int)
        self.group = connected_components(ties.T @ ties, directed=False)[1] if len(self.at) else self.at
        bare = np.asarray(ties.sum(axis=1)).ravel() == 0
        self.fits = bool(np.all(self.low <= self.high) and np.all(self.limits[bare] >= -1e-6))

    def of(self, name: str, also: Mapping[str, float] | None = None) -> tuple[float, float] | None:
        """The range of one count, to somebody who ``also`` knows some counts; null where nothing fits all of it."""
        if not self.fits:
            return None
        number = self.place[name]
        if self.low[number] == self.high[number]:
            return self.low[number], self.high[number]
        mine = np.flatnonzero(self.group == self.group[np.searchsorted(self.at, number)])
        inner = self.matrix[:, mine]
        told = np.flatnonzero(np.diff(inner.indptr))
        bounds = np.column_stack([self.low[self.at[mine]], self.high[self.at[mine]]])
        for other, value in (also or {}).items():
            bounds[self.at[mine] == self.place[other]] = value
        ends = []
        for sign in (1.0, -1.0):
            aim = np.where(self.at[mine] == number, sign, 0.0)
            solved = linprog(aim, A_ub=inner[told], b_ub=self.limits[told], bounds=bounds)
            # 2: nothing fits; 3: without an end.
            if solved.status == 2:
                return None
            ends.append(sign * solved.fun if solved.status == 0 else sign * -math.inf)
        low = max(ends[0], 0.0)
        return (math.ceil(low - 1e-6), math.inf if math.isinf(ends[1]) else math.floor(ends[1] + 1e-6))

    def together(self, name: str) -> list[str]:
        """Counts that some sum ties to this one, directly or through others that are not known."""
        place = np.searchsorted(self.at, self.place[name])
        if place == len(self.at) or self.at[place] != self.place[name]:
            return [name]
        return [self.names[n] for n in self.at[self.group == self.group[place]]]


def worked_out(known: Knowledge) -> tuple[dict[str, tuple[float, float]], bool]:
    """Hidden counts with the least and the most that each may be, and whether anything fits all that is known."""
    ranges, found, fits = Ranges(known), {}, True
    for name in known.hidden:
        one = ranges.of(name)
        fits = fits and one is not None
        found[name] = one or (0.0, math.inf)
    return found, fits


def learn_row(known: Knowledge, run: str, table: str, key: str, row: dict[str, Any]) -> None:
    """All that a row says of the counts of its place."""

    def name(count: str) -> str:
        return name_of(run, table, key, count)

    for count in COUNTS:
        if count not in row:
            continue
        value = number(row[count])
        known.limit(name(count), *((0, math.inf) if value is None else (value, value)))
        if value is None and is_hidden(row, count):
            known.hidden.append(name(count))
    if "national_holdings" in row and "local_holdings" in row and "holdings" in row:
        known.add_sum({**{name(part): 1.0 for part in PARTS}, name("holdings"): -1.0}, 0, 0)
    if "leaders" in row and "holdings" in row:
        known.add_sum({name("leaders"): 1.0, name("holdings"): -1.0}, -math.inf, 0)
    if (least := number(row.get("reported_at_least"))) is not None:
        known.limit(name("holdings"), least)
    if band := re.fullmatch(r"(\d+)(?:-(\d+)|(\+))?", str(row.get("band") or "")):
        high = math.inf if band[3] else float(band[2] or band[1])
        known.limit(name("holdings"), float(band[1]), high)
    for rate, count, of in _RATES:
        per, schools = number(row.get(rate)), number(row.get(of))
        if per is not None and schools is not None and count in row:
            known.limit(name(count), math.floor(per * schools / 100 + 0.5 - 0.01 * schools),
                        math.ceil(per * schools / 100 - 0.5 + 0.01 * schools))  # fmt: skip


_RATES: Final = (
    ("per_100_schools", "holdings", "schools"),
    ("pct", "holdings", "denominator"),
)
"""Column of a rate in a hundred, the count that it is of, and of how many. Rates of regions are of other counts."""


def _learn_totals(known: Knowledge, run: str, tables: dict[str, pl.DataFrame], regions: list[str]) -> None:
    totals = {row["total"]: row for row in tables.get("totals", pl.DataFrame()).to_dicts()}
    for total, count in (("all", "holdings"), ("origin:national", "national_holdings"),
                         ("origin:local", "local_holdings"), ("origin:none", "other_holdings")):  # fmt: skip
        whole = number(totals.get(total, {}).get("holdings"))
        if whole is not None and regions:
            # Whoever has no home school is of no region, so regions may hold fewer.
            known.add_sum(
                {name_of(run, "regions", region, count): 1.0 for region in regions}, -math.inf, whole
            )
    whole = number(totals.get("all", {}).get("holdings"))
    phases = [str(row["phase"]) for row in tables.get("phases", pl.DataFrame()).to_dicts()]
    if whole is not None and phases:
        known.add_sum({name_of(run, "phases", phase, "holdings"): 1.0 for phase in phases}, whole, whole)


def is_hidden(row: dict[str, Any], count: str) -> bool:
    """Whether a count is hidden, and not unknown for another reason."""
    status = f"{'holdings' if count == 'leaders' else count}_status"
    return row[count] in (None, "suppressed") and row.get(status, "suppressed") == "suppressed"


def number(text: Any) -> float | None:
    """A number that is shown; null where none is."""
    try:
        return float(str(text).replace(",", ""))
    except ValueError:
        return None
