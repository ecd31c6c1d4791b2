"""How many role-holdings were reported, where it is not certain yet what the returns mean?

Tables in: ``Extent``, and role-holdings in each of the ways in which open questions may be answered. Tables out:
``CountDoubt``, rows of ``Estimates``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadscape.core.tables import frame_of
from leadscape.landscape.pooling import DOUBT_WORDS, pool_ends
from leadscape.landscape.tables import CountDoubt, Estimates

ALL: Final = "all"
ALL_LABEL: Final = "All roles"
ASSUMES: Final = (
    "The probabilities of what a wording, a school's name or a person's name means are right; open questions are "
    "independent of each other."
)


def count_doubt(
    extent: pl.DataFrame, imputed: Sequence[pl.DataFrame], confidence: float = 0.95
) -> pl.DataFrame:
    """Reported holdings of every collected role with the doubt about them, as :class:`CountDoubt`.

    Parameters
    ----------
    extent
        As :class:`~leadscape.landscape.tables.Extent`, before suppression.
    imputed
        As :class:`~leadscape.survey.tables.RoleHoldings`, one frame a way; empty where nothing is in doubt.
    """
    if len(imputed) < 2:
        return CountDoubt.create_empty()
    roles = extent.drop_nulls("holdings").select("role", "role_label", "holdings")
    stacked = pl.concat(
        [frame.select("role").with_columns(draw=pl.lit(n)) for n, frame in enumerate(imputed)]
    )
    counted = stacked.group_by("role", "draw").agg(n=pl.len().cast(pl.Float64))
    grid = roles.select("role").join(
        pl.DataFrame({"draw": range(len(imputed))}, {"draw": pl.Int32}), how="cross"
    )
    # A way in which nobody holds the role has none.
    counts = np.nan_to_num(
        grid.join(counted, on=["role", "draw"], how="left", maintain_order="left")["n"]
        .to_numpy()
        .reshape(roles.height, len(imputed))
        .T
    )
    every = np.column_stack([counts, [float(frame.height) for frame in imputed]])
    value, low, high = spread_counts(every, confidence)
    return CountDoubt.validate(
        pl.DataFrame(
            {
                "role": [*roles["role"], ALL],
                "role_label": [*roles["role_label"], ALL_LABEL],
                "counted": [*roles["holdings"], int(roles["holdings"].sum())],
                "expected": value,
                "low": low,
                "high": high,
                "draws": [len(imputed)] * (roles.height + 1),
            }
        )
    )


def spread_counts(
    counts: NDArray[np.float64], confidence: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean and ends over ways, shape (m, k) to three arrays of shape (k,); no end is below zero."""
    value, low, high = pool_ends(counts, counts, counts, confidence)
    return value, np.maximum(low, 0.0), high


def state_reported(holdings: Sequence[int], leaders: Sequence[int], confidence: float = 0.95) -> pl.DataFrame:
    """What was reported, in holdings and in leaders, as rows of :class:`~leadscape.landscape.tables.Estimates`.

    Parameters
    ----------
    holdings, leaders
        Their number in each way in which the returns may be meant.
    """
    counts = np.array([holdings, leaders], dtype=float).T
    value, low, high = spread_counts(counts, confidence)
    return frame_of(
        Estimates,
        [
            {
                "estimate_id": f"reported:{unit}",
                "label": f"{name} reported, whatever the returns mean",
                "origin": ALL,
                "method": "as reported, open questions drawn",
                "value": value[at],
                "low": low[at],
                "high": high[at],
                "interval": f"{100 * confidence:g} %; {DOUBT_WORDS} ({len(holdings)} draws)",
                "unit": unit,
                "assumptions": ASSUMES,
            }
            for at, (unit, name) in enumerate((("holdings", "Role-holdings"), ("leaders", "Leaders")))
        ],
    )
