"""Authorities as a sample: strata, strata too small to stand alone, and the total of a stratified ratio.

Arrays in, a frozen result out. The authorities that answered are treated as a random sample of those asked
within each stratum, in proportion to their schools.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadscape.core.errors import NotIdentified
from leadscape.landscape.distribution import open_schools
from leadscape.landscape.intervals import t_quantile

UNKNOWN_STRATUM = "unknown"


@dataclass(frozen=True)
class StratifiedTotal:
    """A total over all units asked, from those that answered.

    Attributes
    ----------
    total
        Estimated total; ``observed`` plus ``missing``.
    observed
        Sum over units that answered: known.
    missing
        Estimated sum over silent units.
    se
        Standard error of the total, which is that of ``missing``.
    df
        Degrees of freedom: answering units less strata, over strata with silent units.
    margin
        Half the width of the interval.
    """

    total: float
    observed: float
    missing: float
    se: float
    df: int
    margin: float


def estimate_ratio_total(
    y: NDArray[np.float64],
    x: NDArray[np.float64],
    stratum: NDArray[np.int64],
    answered: NDArray[np.bool_],
    confidence: float = 0.95,
) -> StratifiedTotal:
    """The total of ``y`` over all units, by a ratio to ``x`` within strata.

    Parameters
    ----------
    y
        Shape (N,). Count of each unit; not read where the unit is silent.
    x
        Shape (N,). Size of each unit, above 0, known for all. Ones give plain scaling within strata.
    stratum
        Shape (N,). Number of each unit's stratum, from 0.
    answered
        Shape (N,). Whether the unit answered.
    confidence
        Level of the interval (share).

    Raises
    ------
    NotIdentified
        When a stratum with silent units has fewer than two that answered.

    Notes
    -----
    In stratum h, n_h of N_h units answered; x_h is the sum of their sizes, X_h that of all, R_h the ratio of
    the sums of y and x among them, e_i = y_i - R_h x_i. The total is the sum over strata of X_h R_h, its
    variance (Taylor series, with the finite population correction) the sum of (X_h / x_h)^2 (1 - n_h / N_h)
    n_h / (n_h - 1) sum e_i^2. The interval takes Student's t with sum (n_h - 1) degrees of freedom over
    strata that have silent units.

    Plain scaling of all units alike, N / n times what was reported, is biased where answering goes with the
    count. If units of stratum h answer with probability p_h and hold m_h on average, it expects N sum(N_h p_h
    m_h) / sum(N_h p_h) instead of sum(N_h m_h): too much by N Cov(p, m) / mean(p) over units. The ratio
    within strata is free of that bias as long as answering has nothing to do with holdings a school inside a
    stratum.

    Sources
    -------
    Cochran (1977), Sampling Techniques, 3rd ed., sections 6.10-6.11 (separate ratio estimator); Särndal,
    Swensson & Wretman (1992), Model Assisted Survey Sampling, section 7.6 (post-stratification, weighted
    residuals).
    """
    strata = int(stratum.max()) + 1
    n_all = np.bincount(stratum, minlength=strata)
    n = np.bincount(stratum[answered], minlength=strata)
    short = (n < 2) & (n_all > n)
    if short.any():
        raise NotIdentified(
            f"{int(short.sum())} strata have silent authorities and fewer than two that answered.",
            "With one answer nothing shows how much authorities of the stratum differ.",
            "Use fewer strata.",
        )
    x_all = np.bincount(stratum, x, strata)
    x_heard = np.bincount(stratum[answered], x[answered], strata)
    y_heard = np.bincount(stratum[answered], y[answered], strata)
    weight = x_all / x_heard
    residual = y[answered] - (y_heard / x_heard)[stratum[answered]] * x[answered]
    spread = np.bincount(stratum[answered], residual**2, strata)
    partial = n_all > n
    one_less = np.maximum(n - 1, 1)
    variance = np.where(partial, weight**2 * (1 - n / n_all) * n / one_less * spread, 0.0).sum()
    total, observed = float((weight * y_heard).sum()), float(y_heard.sum())
    df = int((n - 1)[partial].sum())
    se = float(np.sqrt(variance))
    margin = t_quantile(confidence, df) * se if df else 0.0
    return StratifiedTotal(total, observed, total - observed, se, df, margin)


def stratify(authorities: pl.DataFrame, schools: pl.DataFrame, as_of: date | None = None) -> pl.DataFrame:
    """``authorities`` with what they can be stratified by: ``region``, ``size_class``, ``phase_mix``.

    ``size_class`` is the third by open schools (small, medium, large), ``phase_mix`` the half by share of
    secondary schools among those of known phase. No region, or no school of known phase, is a stratum of its
    own.
    """
    secondary = (
        open_schools(schools, as_of)
        .filter(pl.col("phase").is_not_null())
        .group_by("authority_code")
        .agg((pl.col("phase") == "secondary").mean().alias("secondary_share"))
    )
    joined = authorities.join(secondary, on="authority_code", how="left").sort("authority_code")
    third = (pl.col("schools").rank("ordinal") - 1) * 3 // pl.len()
    half = pl.col("secondary_share") > pl.col("secondary_share").median()
    return joined.with_columns(
        pl.col("region").fill_null(UNKNOWN_STRATUM),
        third.replace_strict({0: "small", 1: "medium", 2: "large"}, return_dtype=pl.String).alias(
            "size_class"
        ),
        pl.when(half)
        .then(pl.lit("more secondary"))
        .when(~half)
        .then(pl.lit("fewer secondary"))
        .otherwise(pl.lit(UNKNOWN_STRATUM))
        .alias("phase_mix"),
    )


def collapse_strata(
    keys: Sequence[tuple[str, ...]], answered: Sequence[bool], answered_min: int = 2
) -> list[str]:
    """The label of each unit's stratum, after those too small were pooled.

    Parameters
    ----------
    keys
        One key a unit, from the coarsest part to the finest, such as ``("North", "small")``.
    answered
        Whether each unit answered.
    answered_min
        Units that must have answered in a stratum that has silent ones.

    Notes
    -----
    The rule never looks at a count. From the finest part of the key to the coarsest, among strata that share
    the parts before it: those too small are pooled; if the pool is still too small, the stratum with the
    fewest answers joins it, the first by name among equals, and so on. What is still too small then goes to
    the next coarser level.
    """
    size = {key: [0, 0] for key in sorted(set(keys))}
    for key, heard in zip(keys, answered, strict=True):
        size[key][0] += 1
        size[key][1] += heard
    pools: dict[frozenset[tuple[str, ...]], list[int]] = {frozenset([key]): n for key, n in size.items()}
    for depth in range(max(map(len, keys)) - 1, -1, -1):
        families: dict[tuple[str, ...], list[frozenset[tuple[str, ...]]]] = {}
        for pool in pools:
            families.setdefault(min(pool)[:depth], []).append(pool)
        for _, family in sorted(families.items()):
            small = [pool for pool in family if _too_small(pools[pool], answered_min)]
            if not small:
                continue
            others = sorted(
                (p for p in family if p not in small), key=lambda p: (pools[p][1], sorted(p)), reverse=True
            )
            joined, total = list(small), [sum(pools[p][i] for p in small) for i in (0, 1)]
            while _too_small(total, answered_min) and others:
                joined.append(others.pop())
                total = [total[i] + pools[joined[-1]][i] for i in (0, 1)]
            for pool in joined:
                del pools[pool]
            pools[frozenset().union(*joined)] = total
    label = {key: " + ".join(", ".join(part) for part in sorted(pool)) for pool in pools for key in pool}
    return [label[key] for key in keys]


def _too_small(n: Sequence[int], answered_min: int) -> bool:
    return n[1] < answered_min and n[0] > n[1]
