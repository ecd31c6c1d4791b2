"""How much does a word tell? The rarer it is in names of schools, the more.

A word that *d* of a register's *N* names hold weighs

    -log((d + K r) / (N + K)),

*r* its share of names in a large register, which is shipped, *K* = 2,000 names that this counts for. So *Mary* tells
little in a register of five schools too, and in one of 25,000 its own counts decide.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from leadscape.survey.linkage.grammar import shipped_data

if TYPE_CHECKING:
    from collections.abc import Sequence

PRIOR_NAMES: Final = 2_000.0
UNLISTED: Final = 1 / 25_000
"""Share of names taken for a word that the shipped list does not hold: one of a large register."""


def weigh_words(words: Sequence[str], often: np.ndarray, names: int) -> np.ndarray:
    """Weight of each of ``words``, found in ``often`` of ``names`` names."""
    shares = _shares()
    share = np.array([shares.get(word, UNLISTED) for word in words])
    return -np.log((often + PRIOR_NAMES * share) / (names + PRIOR_NAMES))


@cache
def _shares() -> dict[str, float]:
    return {
        word: per_10_000 / 10_000 for word, per_10_000 in shipped_data("words_england")["per_10_000"].items()
    }
