"""Numbers and their absence are written in one way."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscape.core.missing import STATUSES, Status
from leadscape.report.views import Shown, show_table
from leadscape.report.wording import decimal, interval, listed, part, percent, plural, quantity, whole


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (whole(3078), "3,078"),
        (whole(0), "0"),
        (whole(-1234), "−1,234"),
        (decimal(2.65), "2.7"),
        (decimal(0.0), "0.0"),
        (decimal(0.04), "under 0.1"),
        (percent(12.345), "12.3\u00a0%"),
        (part(343, 3078, "role-holdings"), "343 of 3,078 role-holdings (11.1\u00a0%)"),
        (part(0, 0), "0 of 0"),
        (quantity(3411.6, "holdings"), "3,412"),
        (interval(12.04, 13.96, "%"), "12.0\u00a0% to 14.0\u00a0%"),
        (plural(1, "authority"), "1 authority"),
        (plural(76, "authority"), "76 authorities"),
        (plural(2, "person", "people"), "2 people"),
        (listed(["a", "b", "c"]), "a, b and c"),
    ],
)
def test_a_figure_is_written_as_the_page_writes_it(written: str, expected: str) -> None:
    assert written == expected


@given(st.floats(0, 1e9), st.integers(0, 3))
def test_no_figure_above_zero_is_written_as_zero(value: float, places: int) -> None:
    written = decimal(value, places)
    assert (value == 0) == (written.strip("0.") == "")


@given(st.sampled_from([status for status in STATUSES if status != "reported"]))
def test_a_missing_figure_is_a_word_and_never_blank_or_zero(status: str) -> None:
    frame = pl.DataFrame(
        {"place": ["Ashham"], "n": [None], "n_status": [status]},
        schema_overrides={"n": pl.Int64, "n_status": Status},
    )
    cell = show_table(frame, "t", "T", (Shown("place", "Place"), Shown("n", "n", "count"))).rows[0][1]
    assert cell.missing
    assert cell.text == status.replace("_", " ")
