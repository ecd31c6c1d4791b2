"""One group cannot be two people: pairs with rivals share their probability.

Where J. Smith agrees with Jane Smith and with John Smith, who cannot be one person, each is less probable than the pair
alone would make it. With odds ``o`` of a pair and ``r`` the sum of the odds of its rivals (pairs of either group with a
third one that the other group cannot be), its probability is ``o / (1 + o + r)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.survey.identity.explaining import names_contradict
from leadscape.survey.identity.weighing import weigh_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadscape.survey.identity.coding import Coded
    from leadscape.survey.identity.config import IdentityConfig
    from leadscape.survey.identity.weighing import Weighed
    from leadscape.survey.identity.weights import Weights

HIGHEST_ODDS: Final = 1e9


def against_rivals(
    pairs: Weighed, open_: NDArray[np.bool_], coded: Coded, config: IdentityConfig, weights: Weights
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Probability of every pair after its rivals, and how many rivals it has.

    Parameters
    ----------
    pairs
        Every pair that is likely at all.
    open_
        Those whose probability is asked for; the others keep theirs. Shape ``(pairs,)``.
    """
    odds = np.minimum(pairs.probability / np.maximum(1.0 - pairs.probability, 1e-12), HIGHEST_ODDS)
    every = pl.DataFrame(
        {
            "x": np.concatenate([pairs.one, pairs.other]),
            "z": np.concatenate([pairs.other, pairs.one]),
            "odds": np.concatenate([odds, odds]),
        }
    )
    at = np.flatnonzero(open_)
    asked = pl.DataFrame(
        {
            "at": np.concatenate([at, at]),
            "x": np.concatenate([pairs.one[at], pairs.other[at]]),
            "y": np.concatenate([pairs.other[at], pairs.one[at]]),
        }
    )
    beside = asked.join(every, on="x").filter(pl.col("z") != pl.col("y"))
    low = beside.select(pl.min_horizontal("y", "z")).to_series().to_numpy()
    high = beside.select(pl.max_horizontal("y", "z")).to_series().to_numpy()
    keys, place = np.unique(low * coded.surname.size + high, return_inverse=True)
    third = weigh_pairs(coded, config, weights, keys // coded.surname.size, keys % coded.surname.size)
    apart = (third.probability < config.conflict_below) | names_contradict(third.levels)
    rival = pl.Series(apart[place], dtype=pl.Boolean)
    summed = beside.filter(rival).group_by("at").agg(pl.col("odds").sum(), rivals=pl.len())
    told = pl.DataFrame({"at": np.arange(pairs.one.size)}).join(
        summed, on="at", how="left", maintain_order="left"
    )
    rivals = np.nan_to_num(told["rivals"].to_numpy().astype(float), nan=0.0).astype(np.int64)
    against = np.nan_to_num(told["odds"].to_numpy().astype(float), nan=0.0)
    return np.where(rivals > 0, odds / (1.0 + odds + against), pairs.probability), rivals
