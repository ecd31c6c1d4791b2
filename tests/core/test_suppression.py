"""Nobody can work out a hidden count: not from sums, not by knowing how counts are hidden."""

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from leadscape.core.cells import Cells
from leadscape.core.suppression import rounded, suppress


def test_a_small_count_takes_another_with_it():
    # North 3, South 40, East 12: the total 55 is shown, so hiding 3 alone would hide nothing.
    cells = Cells()
    areas = cells.add([3, 40, 12])
    total = cells.add([55], fixed=True)
    cells.sum_up(total, areas, [0, 0, 0])
    hidden = suppress(cells, 6)
    assert hidden.primary.tolist() == [True, False, False, False]
    assert hidden.secondary.tolist() == [False, False, True, False]
    assert (hidden.low[0], hidden.high[0]) == (1, 5)
    assert not hidden.exposed.any()


def test_zero_and_large_counts_are_shown():
    cells = Cells()
    cells.sum_up(cells.add([46]), cells.add([0, 6, 40]), [0, 0, 0])
    assert not suppress(cells, 6).hidden.any()
    assert not suppress(Cells(), 6).hidden.any()


def test_what_no_table_shows_is_protected_all_the_same():
    # Local 8 and national 9 of 19 leave 2 of neither: nothing small is shown, and yet 2 can be worked out.
    cells = Cells()
    local, national, total = cells.add([8]), cells.add([9]), cells.add([19], weight=5)
    neither = cells.add([2], shown=False)
    cells.tie(total, local, national, neither)
    hidden = suppress(cells, 6)
    assert hidden.hidden[[*local, *national, *total]].tolist() == [True, False, False]
    assert (hidden.low[neither[0]], hidden.high[neither[0]]) == (1, 5)


def test_a_follower_is_hidden_with_its_leader():
    cells = Cells()
    holdings = cells.add([3, 40, 12])
    leaders = cells.add([3, 38, 11], follows=holdings)
    cells.sum_up(cells.add([55], fixed=True), holdings, [0, 0, 0])
    cells.sum_up(cells.add([52], fixed=True), leaders, [0, 0, 0])
    assert suppress(cells, 6).hidden.tolist() == [True, False, True, True, False, True, False, False]


def test_margins_are_hidden_only_where_nothing_below_them_will_do():
    cells = Cells()
    only, two = cells.add([3]), cells.add([4, 30])
    regions = cells.add([3, 34], level=1, weight=0.01)
    cells.sum_up(regions, np.concatenate([only, two]), [0, 1, 1])
    cells.sum_up(cells.add([37], fixed=True), regions, [0, 0])
    hidden = suppress(cells, 6)
    assert hidden.hidden[[*only, *two, *regions]].tolist() == [True, True, True, True, True]


def test_a_total_that_everybody_knows_may_leave_no_protection():
    cells = Cells()
    cells.sum_up(cells.add([2], fixed=True, people=False), cells.add([1, 1]), [0, 0])
    hidden = suppress(cells, 6)
    assert hidden.hidden.tolist() == [False, True, True]
    assert hidden.doubtful.tolist() == [False, True, True]
    assert not hidden.exposed.any()


def test_five_parts_of_a_total_below_six_are_kept_safe_from_readers_who_do_not_know_which_are_small():
    # Known to be at least one each, they must all be one; a reader who does not know that cannot tell.
    cells = Cells()
    total = cells.add([5], level=1)
    cells.sum_up(total, cells.add([1, 1, 1, 1, 1, 0]), [0] * 6)
    cells.sum_up(cells.add([45], fixed=True), np.append(total, cells.add([40], level=1)), [0, 0])
    hidden = suppress(cells, 6)
    assert hidden.doubtful[:6].all()
    assert not hidden.exposed.any()
    assert hidden.hidden[:6].all()


def test_a_single_part_of_a_known_total_cannot_be_kept_safe():
    cells = Cells()
    cells.sum_up(cells.add([7], fixed=True), cells.add([4, 3], fixed=[False, True]), [0, 0])
    assert suppress(cells, 6).exposed.tolist() == [False, True, True]


def test_rounding_is_to_the_nearest_with_halves_up():
    counts = pl.DataFrame({"n": [0, 6, 7, 8, 12, 13, None]})
    assert counts.select(rounded(pl.col("n"), 5))["n"].to_list() == [0, 5, 5, 10, 10, 15, None]
    assert counts.select(rounded(pl.col("n"), 10))["n"].to_list() == [0, 10, 10, 10, 10, 10, None]


# A country of regions, authorities and origins. The attacker below shares no code with what it attacks.

COUNTS = st.integers(0, 9) | st.integers(0, 60)
COUNTRIES = st.lists(
    st.lists(st.tuples(COUNTS, COUNTS, st.integers(0, 3)), min_size=1, max_size=4), min_size=1, max_size=3
)


def country(regions):
    """Values of all cells with their relations as dense rows, and the same as ``Cells``."""
    authorities = np.array([origins for region in regions for origins in region])
    region = np.repeat(range(len(regions)), [len(authorities) for authorities in regions])
    by_origin = [[*origins, sum(origins)] for origins in authorities.tolist()]
    levels = [
        by_origin,
        [np.array(by_origin)[region == r].sum(axis=0).tolist() for r in range(len(regions))],
        [np.array(by_origin).sum(axis=0).tolist()],
    ]
    flat = np.array([row for level in levels for row in level])
    n, m = len(authorities), len(regions)
    number = np.arange(flat.size).reshape(flat.shape)
    dense = []
    for row in number:
        dense.append(np.zeros(flat.size))
        dense[-1][row] = [1, 1, 1, -1]
    for wholes, parts, of in (
        (number[n : n + m], number[:n], region),
        (number[n + m :], number[n : n + m], np.zeros(m)),
    ):
        for w, whole in enumerate(wholes):
            for origin in range(4):
                dense.append(np.zeros(flat.size))
                dense[-1][parts[of == w][:, origin]] = 1
                dense[-1][whole[origin]] = -1
    cells = Cells()
    fixed = np.zeros(flat.shape, dtype=bool)
    fixed[-1, 3] = True
    blocks = [
        cells.add(
            flat[a:b].ravel(),
            level=level,
            shown=np.tile([True, True, False, True], b - a),
            fixed=fixed[a:b].ravel(),
        )
        for level, (a, b) in enumerate([(0, n), (n, n + m), (n + m, n + m + 1)])
    ]
    for block in blocks:
        local, national, neither, total = block.reshape(-1, 4).T
        cells.tie(total, local, national, neither)
    for below, above, of in ((blocks[0], blocks[1], region), (blocks[1], blocks[2], np.zeros(m))):
        for origin in range(4):
            cells.sum_up(above.reshape(-1, 4)[:, origin], below.reshape(-1, 4)[:, origin], of)
    return flat.ravel(), np.array(dense), cells, fixed.ravel()


def attack(x, dense, unknown, cell, threshold):
    """Smallest and largest whole value of ``cell`` that an attacker cannot rule out."""
    small = unknown & (x >= 1) & (x < threshold)
    low = np.where(unknown, np.where(small, 1, 0), x)
    high = np.where(unknown, np.where(small, threshold - 1, x.sum() + 50), x)
    ends = []
    for sign in (1, -1):
        aim = np.zeros(len(x))
        aim[cell] = sign
        found = milp(
            aim,
            constraints=LinearConstraint(dense, 0, 0),
            bounds=Bounds(low, high),
            integrality=np.ones(len(x)),
        )
        ends.append(round(sign * found.fun))
    return tuple(ends)


@settings(max_examples=30, deadline=None)
@example(
    [[(0, 0, 0), (0, 0, 1)], [(0, 0, 0)] * 2 + [(0, 0, 1)] * 2, [(0, 0, 0)] * 2 + [(0, 0, 1), (0, 2, 1)]]
)
@example([[(0, 0, 0), (0, 0, 1)], [(0, 0, 0)] * 3 + [(0, 1, 1)], [(0, 0, 0)] * 3 + [(1, 1, 1)]])
@given(COUNTRIES)
def test_an_attacker_with_every_table_cannot_narrow_down_a_small_count(regions):
    x, dense, cells, fixed = country(regions)
    threshold = 6
    if x[-1] < threshold:
        return
    result = suppress(cells, threshold)
    shown = cells.column("shown") > 0
    small = (x >= 1) & (x < threshold)
    assert not (small & shown & ~result.hidden).any()
    unknown = ~shown | result.hidden
    for cell in np.flatnonzero(result.hidden | small):
        low, high = attack(x, dense, unknown, cell, threshold)
        best = attack(x, dense, ~fixed, cell, threshold)
        assert low <= result.low[cell] <= result.high[cell] <= high
        if small[cell]:
            assert (low, high) == best
        # What is hidden only for readers who do not know which cells are small may be a plain zero to one who does.
        if small[cell] or not result.doubtful.any():
            assert (low < high) or best[0] == best[1]
            assert result.doubtful[cell] == (best[0] == best[1])
        if result.doubtful[cell]:
            unknowing = attack(x, dense, unknown, cell, 0)
            assert unknowing[0] < unknowing[1]
    assert not result.exposed.any()


@given(COUNTRIES)
@settings(max_examples=25, deadline=None)
def test_without_small_counts_nothing_is_hidden(regions):
    _, _, cells, _ = country([[tuple(6 * n for n in origins) for origins in region] for region in regions])
    assert not suppress(cells, 6).hidden.any()


@pytest.mark.parametrize("threshold", [0, 1])
def test_without_a_threshold_nothing_is_hidden(threshold):
    _, _, cells, _ = country([[(1, 2, 3), (4, 5, 0)]])
    assert not suppress(cells, threshold).hidden.any()
