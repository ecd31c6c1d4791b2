"""How many role-holdings there are in all: silent authorities and leaders whom no list named, added together.

Tables in: ``AuthorityDistribution``, ``RoleHoldings``, ``CaptureModels``, estimates of local roles. Table out: one
row of ``Estimates``. Roles reach a study by two routes, so they are short in two ways: local roles, and those of
neither origin, by what silent authorities would have said; national roles by those whom no list named. Each part
keeps its own method; the interval of the sum is put together from the intervals of the parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from leadscape.codebooks import Codebook
from leadscape.core.missing import REPORTED
from leadscape.landscape.config import LandscapeConfig
from leadscape.landscape.distribution import LOCAL, NATIONAL
from leadscape.landscape.extent import with_codebook_roles
from leadscape.landscape.strata import estimate_ratio_total

ASSUMES = (
    "Within a stratum, authorities that answered are a random sample of those asked, in holdings a school; each "
    "national role is as complete as the overlap of its lists says, over the range of plausible models; parts are "
    "independent of each other; a national role whose lists do not overlap counts as listed."
)


@dataclass(frozen=True)
class Part:
    """One part of a total with its interval, ``low <= value <= high``."""

    value: float
    low: float
    high: float


def add_parts(parts: Sequence[Part]) -> Part:
    """The sum of independent parts with an interval put together from theirs.

    Notes
    -----
    With v_i, l_i and u_i the value and ends of part i, the sum is v = sum v_i, its lower end
    v - sqrt(sum (v_i - l_i)^2) and its upper end v + sqrt(sum (u_i - v_i)^2): the method of variance estimates
    recovery. With symmetric intervals it is the usual sum of variances; where an interval leans, so does the sum's.

    Sources
    -------
    Zou & Donner (2008), Statistics in Medicine 27, 1693-1702.

    Examples
    --------
    >>> add_parts([Part(10, 7, 14), Part(20, 16, 23)])
    Part(value=30.0, low=25.0, high=35.0)
    """
    value = float(sum(part.value for part in parts))
    down = float(np.sqrt(sum((part.value - part.low) ** 2 for part in parts)))
    up = float(np.sqrt(sum((part.high - part.value) ** 2 for part in parts)))
    return Part(value, value - down, value + up)


def estimate_whole(
    authorities: pl.DataFrame,
    holdings: pl.DataFrame,
    codebook: Codebook,
    local: dict[str, Any],
    models: pl.DataFrame,
    config: LandscapeConfig,
) -> dict[str, Any] | None:
    """All role-holdings, reported or not, as one row of :class:`~leadscape.landscape.tables.Estimates`.

    Parameters
    ----------
    authorities, holdings, codebook, config
        As for :func:`~leadscape.landscape.nonresponse.adjust_for_nonresponse`.
    local
        The row of its estimates that gives local role-holdings, post-stratified.
    models
        As :class:`~leadscape.landscape.tables.CaptureModels`.

    Returns
    -------
    dict or None
        None where no national role has lists that overlap: then nothing is known of those whom nobody named.

    Notes
    -----
    A national role whose lists overlap is the best-fitting plausible model's estimate, from the lowest lower to the
    highest upper end of all plausible ones; one whose lists do not overlap counts as listed. Roles of neither origin
    come from authorities and are adjusted by the ratio to schools, all authorities together.
    """
    national = [role.id for role in codebook.roles if role.origin == NATIONAL and role.collected]
    fitted = models.filter(
        pl.col("population").is_in(national), pl.col("in_range"), pl.col("low").is_not_null()
    )
    if not fitted.height:
        return None
    by_lists = [_of_models(fitted.filter(pl.col("population") == role)) for role in national]
    found = [part for part in by_lists if part is not None]
    unmodelled = [role for role, part in zip(national, by_lists, strict=True) if part is None]
    as_listed = float(holdings.filter(pl.col("role").is_in(unmodelled)).height)
    neither = _neither_origin(authorities, holdings, codebook, config)
    total = add_parts(
        [
            Part(local["value"], local["low"], local["high"]),
            neither,
            *found,
            Part(as_listed, as_listed, as_listed),
        ]
    )
    least = float(holdings.height)
    return {
        "estimate_id": f"all:whole:{local['estimate_id'].removeprefix('local:')}",
        "label": "Role-holdings of all origins, with those of silent authorities and those whom no list named",
        "origin": "all",
        "method": f"{local['method']}; overlap of lists role by role",
        "value": max(total.value, least),
        "low": max(total.low, least),
        "high": max(total.high, least),
        "interval": f"{100 * config.confidence:g} % design-based and over the range of plausible models",
        "unit": "holdings",
        "assumptions": ASSUMES,
    }


def _of_models(fitted: pl.DataFrame) -> Part | None:
    if not fitted.height:
        return None
    best = fitted.sort("aic", nulls_last=True, maintain_order=True)["estimate"][0]
    low, high = fitted.select(pl.col("low").min(), pl.col("high").max()).row(0)
    return Part(best, min(low, best), max(high, best))


def _neither_origin(
    authorities: pl.DataFrame, holdings: pl.DataFrame, codebook: Codebook, config: LandscapeConfig
) -> Part:
    """Holdings of roles of neither origin, adjusted for silent authorities in one stratum.

    They are few, and one weight for all of them tells nothing about a region whose count is hidden.
    """
    neither = with_codebook_roles(holdings, codebook).filter(~pl.col("origin").is_in([LOCAL, NATIONAL]))
    asked = authorities.filter(pl.col("response").cast(pl.String) != "not_asked", pl.col("schools") > 0)
    counts = neither.group_by("authority_code").agg(neither=pl.len())
    units = asked.join(counts, on="authority_code", how="left", maintain_order="left")
    answered = units["local_holdings_status"].cast(pl.String).to_numpy() == REPORTED
    # An authority that answered and named nobody in such a role has none.
    y = np.nan_to_num(units["neither"].cast(pl.Float64).to_numpy())
    size = units["schools"].cast(pl.Float64).to_numpy()
    together = np.zeros(units.height, dtype=np.int64)
    total = estimate_ratio_total(y, size, together, answered, config.confidence)
    # What others reported of silent authorities is part of what these would have said, and no figure goes below it.
    middle = max(total.total, float(neither.height))
    return Part(middle, max(total.total - total.margin, float(neither.height)), middle + total.margin)
