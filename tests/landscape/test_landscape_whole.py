"""All role-holdings, reported or not: parts added with their intervals."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscape.codebooks import load_codebook
from leadscape.core.tables import frame_of
from leadscape.landscape.config import LandscapeConfig
from leadscape.landscape.distribution import count_authorities
from leadscape.landscape.tables import CaptureModels
from leadscape.landscape.whole import Part, add_parts, estimate_whole

from tests.support.drawn import drawn, holdings_of, responses_of, schools_of

BOOK = load_codebook("england-2006")
RESPONSES = responses_of(
    drawn(
        """
        id     | kind      | response      | region
        301    | authority | answered      | North
        302    | authority | answered      | North
        303    | authority | silent        | North
        agency | agency    | answered      | -
        """
    )
)
SCHOOLS = schools_of(
    [{"authority": code, "schools": 10, "region": "North"} for code in ("301", "302", "303")]
)
LOCAL = {
    "estimate_id": "local:post_stratified:region",
    "method": "post-stratified by region, ratio to schools",
    "value": 30.0,
    "low": 26.0,
    "high": 35.0,
}


def model(
    role: str, name: str, estimate: float, low: float, high: float, aic: float, in_range: bool = True
) -> dict:
    return {
        "population": role,
        "model": name,
        "terms": "-",
        "estimate": estimate,
        "low": low,
        "high": high,
        "aic": aic,
        "in_range": in_range,
        "note": "",
    }


def whole(holdings: pl.DataFrame, models: list[dict]) -> dict | None:
    authorities = count_authorities(holdings, RESPONSES, SCHOOLS, BOOK)
    return estimate_whole(
        authorities, holdings, BOOK, LOCAL, frame_of(CaptureModels, models), LandscapeConfig()
    )


def test_parts_by_hand() -> None:
    total = add_parts([Part(10, 7, 14), Part(20, 16, 23)])
    assert (total.value, total.low, total.high) == (30, 25, 35)


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1e3), st.floats(0, 1e3)), min_size=1, max_size=8))
def test_the_interval_of_a_sum_is_no_wider_than_all_ends_added(
    parts: list[tuple[float, float, float]],
) -> None:
    total = add_parts([Part(value, value - down, value + up) for value, down, up in parts])
    assert total.value - total.low <= sum(down for _, down, _ in parts) + 1e-6
    assert total.high - total.value <= sum(up for _, _, up in parts) + 1e-6
    assert total.low <= total.value <= total.high


def test_each_role_by_its_own_route() -> None:
    """30 local; 12 mentor heads by their lists; 4 partners as listed; 2 of neither origin in 20 of 30 schools: 3."""
    holdings = holdings_of(
        [{"leader": f"m{n}", "role": "mentor_head", "authority": "301"} for n in range(8)]
        + [{"leader": f"p{n}", "role": "school_improvement_partner", "authority": "302"} for n in range(4)]
        + [{"leader": f"o{code}", "role": "other", "authority": code} for code in ("301", "302")]
    )
    row = whole(
        holdings,
        [
            model("mentor_head", "best", 12.0, 10.0, 15.0, aic=1.0),
            model("mentor_head", "other", 14.0, 9.0, 20.0, aic=3.0),
            model("mentor_head", "ruled out", 99.0, 90.0, 120.0, aic=0.0, in_range=False),
        ],
    )
    assert row is not None
    assert row["value"] == pytest.approx(30 + 12 + 4 + 3)
    # Up: 5 of the local, 8 of the mentor heads; down: 4 and 3. Both who answered have one of neither origin: no margin.
    assert row["high"] - row["value"] == pytest.approx(np.hypot(5, 8))
    assert row["value"] - row["low"] == pytest.approx(np.hypot(4, 3))
    assert row["method"].startswith("post-stratified by region, ratio to schools;")


def test_nothing_is_said_where_no_lists_overlap() -> None:
    holdings = holdings_of([{"leader": "a", "role": "mentor_head", "authority": "301"}])
    assert whole(holdings, []) is None


def test_it_never_falls_below_what_was_reported() -> None:
    holdings = holdings_of(
        [{"leader": f"m{n}", "role": "mentor_head", "authority": "301"} for n in range(60)]
    )
    row = whole(holdings, [model("mentor_head", "best", 21.0, 20.0, 30.0, aic=1.0)])
    assert row is not None
    assert 60 <= row["low"] <= row["value"] <= row["high"]
