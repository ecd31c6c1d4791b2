"""Every count of people that a study publishes, and how a reader gets from one to another.

Tables of the landscape in, :class:`~leadscape.core.cells.Cells` out. A reader who downloads everything can
take the parts of an authority from its total and so find what no column shows (roles of neither origin),
subtract authorities from their region and regions from the country, roles from their origin, phases from the
same total, and knows that there are never more leaders than holdings. All of it is stated here as relations;
sums that hold only up to a remainder (a leader counted in two authorities) are taken as if the reader knew
the remainder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.core.cells import NOTHING, Cells
from leadscape.landscape.distribution import LOCAL, NATIONAL, UNKNOWN_PLACE
from leadscape.landscape.extent import ALL, ORIGIN_PREFIX, WITHOUT_OWN_SCHOOL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadscape.codebooks import Codebook
    from leadscape.landscape.results import Landscape

    Numbers = NDArray[np.int64]

AUTHORITY, REGION, COUNTRY = range(3)
# What is lost by hiding a count. A region's local and national counts carry its rates and estimates, its total
# carries nothing else; an authority's total carries its rate and band.
_WEIGHTS: Final = {
    AUTHORITY: {"holdings": 3.0, LOCAL: 1.0, NATIONAL: 1.5},
    REGION: {"holdings": 1.0, LOCAL: 8.0, NATIONAL: 6.0},
}


@dataclass
class PublishedCells:
    """Cells of all tables; ``places`` gives, by table and column, the number of each row's cell, or -1."""

    cells: Cells = field(default_factory=Cells)
    places: dict[tuple[str, str], NDArray[np.int64]] = field(default_factory=dict)

    def hidden(self, mask: NDArray[np.bool_], table: str, column: str) -> pl.Series:
        """Which rows of a column the mask hides."""
        numbers = self.places[table, column]
        return pl.Series((numbers >= 0) & np.append(mask, False)[numbers])


def published_cells(landscape: Landscape, codebook: Codebook | None = None) -> PublishedCells:
    """Every published count of ``landscape`` with the relations among them.

    Parameters
    ----------
    landscape
        Before suppression.
    codebook
        Gives the roles of each kind. Without it, kinds are in no relation.
    """
    book = PublishedCells()
    totals = _add_totals(book, landscape.totals)
    _add_roles(book, landscape, codebook)
    _add_phases(book, landscape.phases, totals)
    regions = _add_places(book, "regions", landscape.regions, REGION)
    authorities = _add_places(book, "authorities", landscape.authorities, AUTHORITY)
    _sum_country(book.cells, landscape, totals, regions, authorities)
    names = landscape.regions["region"]
    place = {"old": names, "new": pl.Series(range(len(names)), dtype=pl.Int64), "default": NOTHING}
    region = landscape.authorities["region"].fill_null(UNKNOWN_PLACE)
    of_region = (
        region.replace_strict(**place, return_dtype=pl.Int64)
        if len(names)
        else region.is_null().cast(int) - 1
    )
    _add_unseen_leaders(book.cells, landscape, regions, authorities, of_region.to_numpy())
    _sum_places(book.cells, regions, authorities, of_region.to_numpy())
    return book


def _add_totals(book: PublishedCells, totals: pl.DataFrame) -> dict[str, Numbers]:
    """The rows of ``ExtentTotals``; the total of all is known to every reader, since all percentages are of it."""
    name = totals["total"]
    of_all = (name == ALL).to_numpy()
    holdings = _count_column(book, "totals", totals, fixed=of_all)
    leaders = _leader_column(book, "totals", totals, fixed=of_all)
    whole, origins = holdings[of_all], name.str.starts_with(ORIGIN_PREFIX).to_numpy()
    by_origin = {
        origin: holdings[(name == f"{ORIGIN_PREFIX}{origin}").to_numpy()] for origin in (LOCAL, NATIONAL)
    }
    _sum_known(book.cells, whole, holdings[origins])
    _sum_known(book.cells, leaders[of_all], leaders[origins])
    values = dict(zip(name, totals["holdings"].to_list(), strict=True))
    rest = (values.get(ALL) or 0) - sum(values.get(f"{ORIGIN_PREFIX}{origin}") or 0 for origin in by_origin)
    other = book.cells.add([max(rest, 0)], shown=False, level=COUNTRY)
    _sum_known(book.cells, whole, np.concatenate([*by_origin.values(), other]))
    return {"holdings": whole, **by_origin, "rest": other, "leaders": leaders[of_all]}


def _add_roles(book: PublishedCells, landscape: Landscape, codebook: Codebook | None) -> None:
    extent, totals, kinds = landscape.extent, landscape.totals, landscape.kinds
    roles = _count_column(book, "extent", extent), _leader_column(book, "extent", extent)
    wholes = book.places["totals", "holdings"], book.places["totals", "leaders"]
    name = totals["total"].to_list()
    origin = np.array([_position(f"{ORIGIN_PREFIX}{o}", name) for o in extent["origin"]], dtype=np.int64)
    own = extent["own_school"].to_numpy()
    without = (totals["total"] == WITHOUT_OWN_SCHOOL).to_numpy()
    kind_cells = _count_column(book, "kinds", kinds), _leader_column(book, "kinds", kinds)
    for whole, parts, of_kind in zip(wholes, roles, kind_cells, strict=True):
        _sum_known(book.cells, whole, parts, origin)
        _sum_known(book.cells, whole[without], parts[~own])
        if codebook is not None:
            pairs = codebook.role_kind_frame().rows()
            role_ids, kind_ids = extent["role"].to_list(), kinds["kind"].to_list()
            both = [
                (role_ids.index(r), kind_ids.index(k)) for r, k in pairs if r in role_ids and k in kind_ids
            ]
            role_at, kind_at = np.array(both, dtype=np.int64).reshape(-1, 2).T
            _sum_known(book.cells, of_kind, parts[role_at], kind_at)


def _add_phases(book: PublishedCells, phases: pl.DataFrame, totals: dict[str, Numbers]) -> None:
    """Phases add up to their denominator, the holdings of known phase; with those of unknown phase, to all."""
    if phases.is_empty():
        return
    unknown = (phases["phase"] == UNKNOWN_PLACE).to_numpy()
    holdings, leaders = _count_column(book, "phases", phases), _leader_column(book, "phases", phases)
    known = book.cells.add(phases["denominator"].head(1), weight=5.0, level=COUNTRY)
    book.places["phases", "denominator"] = np.repeat(known, phases.height)
    _sum_known(book.cells, known, holdings[~unknown])
    _sum_known(book.cells, totals["holdings"], np.concatenate([known, holdings[unknown]]))
    _sum_known(book.cells, totals["leaders"], leaders)


def _add_places(book: PublishedCells, table: str, frame: pl.DataFrame, level: int) -> dict[str, Numbers]:
    """Total, local, national, what is left of the total, and leaders of each authority or region.

    An authority that did not answer has no total of its own; what anybody reported is shown all the same and
    takes its place. What is left then holds local roles as well, since they are not told apart.
    """
    cells, weights = book.cells, _WEIGHTS[level]
    shown_total = "reported_at_least" if "reported_at_least" in frame.columns else "holdings"
    parts = [f"{origin}_holdings" for origin in (LOCAL, NATIONAL)]
    known = {name: frame[name].is_not_null().to_numpy() for name in (shown_total, *parts)}
    local, national = (frame[name].fill_null(0).to_numpy() for name in parts)
    total = np.where(known[shown_total], frame[shown_total].fill_null(0).to_numpy(), local + national)
    none = (
        (frame["response"].cast(pl.String) == "answered_none").to_numpy()
        if "response" in frame.columns
        else False
    )
    whole = cells.add(total, shown=known[shown_total], weight=weights["holdings"], level=level)
    places = {"holdings": whole}
    for origin, name, values, told in ((LOCAL, parts[0], local, none), (NATIONAL, parts[1], national, False)):
        # A part that is not known is not in the sum of its region either: it stays put at nothing.
        added = cells.add(
            values, shown=known[name], weight=weights[origin], level=level, fixed=told | ~known[name]
        )
        places[origin] = added
        book.places[table, name] = np.where(known[name], added, NOTHING)
    places["rest"] = cells.add(np.maximum(total - local - national, 0), shown=False, level=level)
    cells.tie(whole, places[LOCAL], places[NATIONAL], places["rest"])
    book.places[table, "holdings"] = np.where(known[shown_total], whole, NOTHING)
    places["leaders"] = _leader_column(book, table, frame, level, total)
    return places


def _sum_country(
    cells: Cells,
    landscape: Landscape,
    totals: dict[str, Numbers],
    regions: dict[str, Numbers],
    authorities: dict[str, Numbers],
) -> None:
    """Tie regions to the country. Local roles in authorities that did not answer are in no region's local count.

    They are in the country's local count (``elsewhere``) and, unseen, in what is left of their region's
    total. What is left in all regions is of neither origin in authorities that answered (``heard``), of
    neither origin in the others (``unheard``), or local or national there (``elsewhere``).
    """
    x = cells.column("values")
    for name in ("holdings", "leaders"):
        _sum_known(cells, totals[name], regions[name])
    if not len(totals["holdings"]):
        return
    elsewhere = []
    answered = np.ones(landscape.authorities.height, dtype=bool)
    for origin in (LOCAL, NATIONAL):
        if not len(totals[origin]):
            continue
        column = f"{origin}_holdings"
        known = landscape.authorities[column].is_not_null().to_numpy()
        answered &= known
        more = x[totals[origin]] - x[regions[origin]].sum()
        open_ = not known.all() or landscape.regions[column].has_nulls() or more[0] > 0
        added = cells.add(np.maximum(more, 0), shown=False, people=False, level=COUNTRY, fixed=not open_)
        elsewhere.append(added)
        _sum_known(cells, totals[origin], np.concatenate([regions[origin], added]))
    heard = x[authorities["rest"][answered]].sum()
    left = x[regions["rest"]].sum()
    beside = sum(float(cells.column("values")[added[0]]) for added in elsewhere)
    inner = [left, heard, max(left - heard - beside, 0)]
    everywhere, in_heard, in_unheard = (
        cells.add([value], shown=False, people=False, level=COUNTRY) for value in inner
    )
    _sum_known(cells, everywhere, regions["rest"])
    _sum_known(cells, in_heard, authorities["rest"][answered])
    cells.tie(everywhere, in_heard, in_unheard, *elsewhere)
    cells.tie(totals["rest"], in_heard, in_unheard)


def _add_unseen_leaders(
    cells: Cells,
    landscape: Landscape,
    regions: dict[str, Numbers],
    authorities: dict[str, Numbers],
    of_region: Numbers,
) -> None:
    """Leaders of authorities that did not answer, which no table shows: between them what is left of their region.

    How they share it nobody knows; any share that fits is a true statement of what a reader can work out.
    """
    unseen = (authorities["leaders"] < 0) & (of_region >= 0) & (authorities["holdings"] >= 0)
    rows = np.flatnonzero(unseen)
    rows = rows[np.argsort(of_region[rows], kind="stable")]
    of = of_region[rows]
    in_region = landscape.regions["leaders"].fill_null(0).to_numpy().astype(np.int64)
    seen = authorities["leaders"] >= 0
    told = landscape.authorities["leaders"].fill_null(0).to_numpy()
    left = in_region - np.bincount(
        of_region[seen & (of_region >= 0)], told[seen & (of_region >= 0)], len(in_region)
    ).astype(np.int64)
    most = cells.column("values")[authorities["holdings"][rows]].astype(np.int64)
    before = np.cumsum(most) - most
    first = np.searchsorted(of, of)
    within = before - (before[first] if len(rows) else before)
    leaders = np.clip(left[of] - within, 0, most)
    added = cells.add(leaders, shown=False, people=False)
    cells.tie(authorities["holdings"][rows], added, cells.add(most - leaders, shown=False, people=False))
    authorities["leaders"][rows] = added


def _sum_places(
    cells: Cells, wholes: dict[str, Numbers], parts: dict[str, Numbers], of_whole: Numbers
) -> None:
    for name, part in parts.items():
        _sum_known(cells, wholes[name], part, of_whole)


def _count_column(
    book: PublishedCells, table: str, frame: pl.DataFrame, fixed: NDArray[np.bool_] | bool = False
) -> Numbers:
    """Cells of the ``holdings`` that a national table reports; -1 where it reports none."""
    return _column(book, table, "holdings", frame, COUNTRY, fixed=fixed)


def _leader_column(
    book: PublishedCells,
    table: str,
    frame: pl.DataFrame,
    level: int = COUNTRY,
    holdings: NDArray[np.int64] | None = None,
    fixed: NDArray[np.bool_] | bool = False,
) -> Numbers:
    """Cells of ``leaders``: hidden with the holdings of the same row, and never more than they are."""
    with_holdings = book.places[table, "holdings"]
    leaders = _column(book, table, "leaders", frame, level, follows=with_holdings, fixed=fixed, weight=0.5)
    both = (leaders >= 0) & (with_holdings >= 0)
    most = frame["holdings"].fill_null(0).to_numpy() if holdings is None else holdings
    more = (most - frame["leaders"].fill_null(0).to_numpy())[both]
    spare = book.cells.add(np.maximum(more, 0), shown=False, people=False, level=level)
    book.cells.tie(with_holdings[both], leaders[both], spare)
    return leaders


def _column(
    book: PublishedCells,
    table: str,
    column: str,
    frame: pl.DataFrame,
    level: int,
    *,
    follows: Numbers | None = None,
    fixed: NDArray[np.bool_] | bool = False,
    weight: float = 1.0,
) -> Numbers:
    known = frame[column].is_not_null().to_numpy()
    places = np.full(frame.height, NOTHING)
    places[known] = book.cells.add(
        frame[column].drop_nulls(),
        level=level,
        weight=weight,
        follows=NOTHING if follows is None else follows[known],
        fixed=np.broadcast_to(fixed, known.shape)[known],
    )
    book.places[table, column] = places
    return places


def _sum_known(cells: Cells, wholes: Numbers, parts: Numbers, of_whole: Numbers | None = None) -> None:
    """Tie parts to wholes, leaving out what is no cell. Without ``of_whole`` there is one whole."""
    if not len(wholes):
        return
    of = np.zeros(len(parts), dtype=np.int64) if of_whole is None else of_whole
    usable = (parts >= 0) & (of >= 0)
    # A whole without parts here is not known through them.
    real = (wholes >= 0) & np.isin(np.arange(len(wholes)), of[usable])
    position = np.where(real, np.cumsum(real) - 1, NOTHING)
    cells.sum_up(wholes[real], parts[usable], position[of[usable]])


def _position(name: str, names: list[str]) -> int:
    return names.index(name) if name in names else NOTHING
