"""Work on all cores comes back in order, and a mistake in any of it is raised."""

from __future__ import annotations

import pytest

from leadscape.core.parallel import map_in_order


def test_results_stand_in_the_order_of_the_things() -> None:
    assert map_in_order(lambda n: n * n, range(50)) == [n * n for n in range(50)]
    assert map_in_order(str, []) == []


def test_a_mistake_is_not_lost() -> None:
    with pytest.raises(ZeroDivisionError):
        map_in_order(lambda n: 1 // n, [1, 0, 1])
