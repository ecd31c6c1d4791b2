"""A study of very few people is published without counts: nobody can tell from it how many they were."""

import polars as pl
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from leadscape.core.errors import Suppressed
from leadscape.landscape.disclosure import suppress_landscape
from leadscape.landscape.disclosure_of_few import hide_every_count, publish_landscape

from tests.landscape.test_landscape_disclosure import CODEBOOK, SCHEMAS, Attacker, landscape_of
from tests.support.landscapes import draw_contents

FEW = st.integers(0, 4)
TINY = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(["answered", "silent"]),
        st.tuples(FEW, FEW, FEW, st.integers(0, 1)),
    ),
    min_size=1,
    max_size=3,
)
TOLD = ("holdings", "leaders", "local_holdings", "national_holdings", "reported_at_least", "pct", "denominator",
        "per_100_schools", "local_per_100_schools", "national_per_100_schools")  # fmt: skip


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(TINY)
def test_an_attacker_cannot_pin_a_count_of_a_tiny_landscape(authorities):
    truth = landscape_of(authorities)
    published = publish_landscape(truth, 6, codebook=CODEBOOK)
    assume(published.hides_every_count)
    attacker = Attacker(published, truth, 0)
    for key, (_, value) in attacker.lines.items():
        if value is not None and 1 <= value < 6:
            low, high = attacker.range(key)
            assert low <= value <= high
            assert low < high, (key, value)


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(TINY, TINY)
def test_without_counts_two_landscapes_of_the_same_places_are_alike(one, other):
    size = min(len(one), len(other))
    places = [(region, response) for region, response, _ in one[:size]]
    first, second = (
        hide_every_count(
            landscape_of([(*place, counts) for place, (_, _, counts) in zip(places, drawn, strict=False)])
        )
        for drawn in (one, other)
    )
    for name in SCHEMAS:
        assert getattr(first, name).equals(getattr(second, name)), name
    assert first.withheld == second.withheld


def test_a_landscape_that_is_refused_is_published_without_counts():
    truth = landscape_of([(0, "answered", (3, 0, 0, 0))])
    with pytest.raises(Suppressed):
        suppress_landscape(truth, 6, codebook=CODEBOOK)
    published = publish_landscape(truth, 6, codebook=CODEBOOK)
    assert published.hides_every_count
    for name, schema in SCHEMAS.items():
        table = getattr(published, name)
        assert schema.is_valid(table, cast=False), name
        told = [column for column in TOLD if column in table.columns]
        assert table.select(pl.col(told).count().sum()).sum_horizontal()[0] == 0, name
    assert published.totals["holdings_status"].unique().to_list() == ["suppressed"]
    assert set(published.authorities["band"]) == {"suppressed"}


def test_everything_that_follows_from_counts_goes_with_them():
    hidden = hide_every_count(draw_contents().landscape)
    assert hidden.concentration is None
    assert hidden.network is None
    for name in ("estimates", "sensitivity", "models", "consistency", "doubt"):
        assert getattr(hidden, name).is_empty(), name


def test_a_landscape_that_can_be_protected_keeps_its_counts():
    truth = draw_contents().landscape
    published = publish_landscape(truth, 6, codebook=CODEBOOK)
    assert not published.hides_every_count
    assert published.totals.equals(suppress_landscape(truth, 6, codebook=CODEBOOK).totals)
