"""Pairs of groups with what each field says and how probable it makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from leadscape.core.randomness import random_stream
from leadscape.survey.identity.blocking import random_pairs
from leadscape.survey.identity.comparing import compare
from leadscape.survey.identity.config import SEED
from leadscape.survey.identity.weights import learn_weights, pair_bits, probability, shipped_weights

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from leadscape.survey.identity.coding import Coded
    from leadscape.survey.identity.config import IdentityConfig
    from leadscape.survey.identity.weights import Weights

    Rows = NDArray[np.int64]

PAIRS_AT_ONCE: Final = 1_000_000
"""Pairs weighed in one go, so that memory stays flat."""


@dataclass(frozen=True)
class Weighed:
    """Pairs of groups with their levels, bits and probability."""

    one: Rows
    other: Rows
    levels: NDArray[np.int8]
    bits: NDArray[np.float64]
    probability: NDArray[np.float64]

    def keep(self, which: NDArray[np.bool_] | Rows) -> Weighed:
        return Weighed(
            self.one[which], self.other[which], self.levels[which], self.bits[which], self.probability[which]
        )


def weigh_candidates(
    coded: Coded, config: IdentityConfig, one: Rows, other: Rows, surname_counts: pl.DataFrame | None
) -> tuple[Weights, Weighed]:
    """Weights learnt from the candidate pairs, and those of them that are not beyond question different people."""
    levels = [
        compare(coded, config, one[at : at + PAIRS_AT_ONCE], other[at : at + PAIRS_AT_ONCE])
        for at in range(0, max(one.size, 1), PAIRS_AT_ONCE)
    ]
    stacked = np.concatenate(levels)
    chance = random_pairs(coded.surname.size, config.random_pairs, random_stream(SEED, "identity", "chance"))
    weights = learn_weights(
        shipped_weights(coded, config, surname_counts),
        coded,
        config,
        (one, other, stacked),
        (*chance, compare(coded, config, *chance)),
    )
    likely: list[Weighed] = []
    for at in range(0, max(one.size, 1), PAIRS_AT_ONCE):
        piece = slice(at, at + PAIRS_AT_ONCE)
        bits = pair_bits(weights, coded, one[piece], other[piece], stacked[piece])
        weighed = Weighed(one[piece], other[piece], stacked[piece], bits, probability(bits, weights))
        likely.append(weighed.keep(weighed.probability >= config.conflict_below))
    return weights, stack(likely)


def weigh_pairs(coded: Coded, config: IdentityConfig, weights: Weights, one: Rows, other: Rows) -> Weighed:
    levels = compare(coded, config, one, other)
    bits = pair_bits(weights, coded, one, other, levels)
    return Weighed(one, other, levels, bits, probability(bits, weights))


def stack(pieces: list[Weighed]) -> Weighed:
    def joined(name: str) -> np.ndarray:
        return np.concatenate([getattr(piece, name) for piece in pieces])

    return Weighed(*(joined(name) for name in ("one", "other", "levels", "bits", "probability")))
