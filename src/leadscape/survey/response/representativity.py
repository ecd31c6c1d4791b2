"""How evenly groups answered: the R-indicator, with what chance alone makes of it taken off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadscape.core.randomness import random_stream
from leadscape.core.tables import polars_schema
from leadscape.survey.response.rates import CUTS, IN_TIME, NOT_STATED
from leadscape.survey.response.tables import Representativity

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRAWS: Final = 2000
DEFAULT_SEED: Final = 2006
WHAT_IT_DOES_NOT_SAY: Final = (
    "An even response by region, kind or channel does not show that those who answered are like those who did not: "
    "it knows nothing that the frame does not hold, least of all how many leaders a silent respondent would have named."
)


def measure_representativity(contacts: pl.DataFrame, seed: int = DEFAULT_SEED) -> pl.DataFrame:
    """The R-indicator of each cut with at least two groups, as :class:`Representativity`.

    Notes
    -----
    With g groups, n_i asked and share p_i answered in group i, N asked and share p in all: S^2 = sum n_i/N (p_i - p)^2,
    and the plain indicator is 1 - 2 S. Chance alone makes S^2 larger by about sum n_i/N v_i - v, where v_i =
    p_i (1 - p_i) / (n_i - 1) (with p for p_i in a group of one) and v = sum (n_i/N)^2 v_i; that is taken off and the
    rest held at 0 or more. The interval draws answers again, group by group, from shares that spread as much as the
    corrected S, and takes the middle 95 % of the corrected indicator.

    Sources
    -------
    Schouten, Cobben & Bethlehem (2009), Survey Methodology 35(1), 101-113; for the correction Shlomo, Skinner &
    Schouten (2012), Journal of Statistical Planning and Inference 142, 201-211.
    """
    plain = contacts.with_columns(pl.col("kind", "channel", "status").cast(pl.String))
    rows: list[dict[str, object]] = []
    for cut in CUTS:
        if plain[cut].null_count() == plain.height:
            continue
        groups = (
            plain.group_by(group=pl.col(cut).fill_null(NOT_STATED))
            .agg(n=pl.len(), k=pl.col("status").is_in([*IN_TIME, "late"]).sum())
            .with_columns(share=pl.col("k") / pl.col("n"))
            .sort("group")
        )
        if groups.height >= 2:
            rows.append({"cut": cut, **_measure(groups, random_stream(seed, "representativity", cut))})
    return Representativity.validate(pl.DataFrame(rows, schema=polars_schema(Representativity), orient="row"))


def _measure(groups: pl.DataFrame, stream: np.random.Generator) -> dict[str, object]:
    n, k = (groups[name].to_numpy().astype(np.float64) for name in ("n", "k"))
    plain, corrected = (float(1 - 2 * np.sqrt(value[0])) for value in _spread(n, k[None, :]))
    share, whole = k / n, k.sum() / n.sum()
    raw, own = (value[0] for value in _spread(n, k[None, :]))
    shrink = np.sqrt(own / raw) if raw > 0 else 0.0
    drawn = stream.binomial(n.astype(np.int64), whole + shrink * (share - whole), size=(DRAWS, len(n)))
    again = 1 - 2 * np.sqrt(_spread(n, drawn.astype(np.float64))[1])
    low, high = np.quantile(again, [0.025, 0.975])
    ranked = groups.sort("share", "group")
    return {
        "groups": groups.height,
        "asked": int(n.sum()),
        "answered": int(k.sum()),
        "r_indicator": corrected,
        "low": min(float(low), corrected),
        "high": max(float(high), corrected),
        "plain_r_indicator": plain,
        "lowest_group": ranked["group"][0],
        "lowest_share": ranked["share"][0],
        "highest_group": ranked["group"][-1],
        "highest_share": ranked["share"][-1],
    }


def _spread(
    n: NDArray[np.float64], k: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Plain and corrected variance between groups, one value a row of ``k`` (draws x groups)."""
    weight = n / n.sum()
    share = k / n
    whole = (k.sum(axis=1) / n.sum())[:, None]
    raw = (weight * (share - whole) ** 2).sum(axis=1)
    alone = n < 2
    within = np.where(alone, whole * (1 - whole), share * (1 - share)) / np.where(alone, 1.0, n - 1)
    chance = (weight * within).sum(axis=1) - (weight**2 * within).sum(axis=1)
    return raw, np.maximum(raw - chance, 0.0)
