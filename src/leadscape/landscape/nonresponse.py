"""What the authorities that did not answer would add: scaled, post-stratified, and as a band over what cannot be known.

Tables in: ``AuthorityDistribution``, ``RoleHoldings``, ``Schools``. Tables out: ``Estimates``,
``Sensitivity``. Local roles reach a study through authorities, so their count is short by what silent
authorities would have said. National roles come from agency lists: they are added as listed and never scaled.
Scaling by the share that answered assumes that silent authorities are like the others; post-stratification
assumes it within strata only, and gives an interval; the sensitivity band assumes nothing and shows what each
assumption would lead to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from leadscape.codebooks import Codebook
from leadscape.core.errors import NotIdentified
from leadscape.core.missing import REPORTED
from leadscape.core.tables import frame_of
from leadscape.landscape.config import LandscapeConfig
from leadscape.landscape.distribution import LOCAL
from leadscape.landscape.extent import with_codebook_roles
from leadscape.landscape.sensitivity import SensitivityBand, TippingPoint
from leadscape.landscape.strata import StratifiedTotal, collapse_strata, estimate_ratio_total, stratify
from leadscape.landscape.tables import Estimates

SCALED_ASSUMES = (
    "Silent authorities have as many local holdings each as those that answered; national roles as listed."
)
RATIO_ASSUMES = (
    "Within a stratum, authorities that answered are a random sample of those asked, in holdings a school; "
    "national roles as listed."
)


@dataclass(frozen=True)
class ScaledCounts:
    """Local roles scaled by the share of authorities that answered, from published counts alone.

    ``low`` and ``high`` are no confidence interval, which counts alone cannot give: they are the local total
    with silent authorities at ``factor_low`` and ``factor_high`` times the rate of the others.
    """

    reported: int
    answered: int
    asked: int
    local_total: float
    low: float
    high: float
    total: float
    local_share_pct: float


@dataclass(frozen=True)
class PostStratified:
    """One post-stratification: what it is by, the total with its variance, and every stratum with its figures."""

    by: tuple[str, ...]
    total: StratifiedTotal
    strata: pl.DataFrame


@dataclass(frozen=True)
class NonresponseAdjustment:
    """Local holdings adjusted for authorities that did not answer.

    Attributes
    ----------
    asked, answered
        Authorities asked that have open schools, and those of them that answered.
    reported
        Local holdings in authorities that answered.
    elsewhere
        Local holdings reported where nobody was asked, or with no authority: added as they are.
    floor
        Local holdings that others reported in silent authorities: no assumption goes below.
    other
        Holdings of the other origins as reported; null where no agency list came.
    estimates, sensitivity
        As :class:`~leadscape.landscape.tables.Estimates` and
        :class:`~leadscape.landscape.tables.Sensitivity`.
    """

    asked: int
    answered: int
    reported: int
    elsewhere: int
    floor: int
    other: int | None
    scaled: StratifiedTotal
    post_stratified: tuple[PostStratified, ...]
    estimates: pl.DataFrame
    sensitivity: pl.DataFrame
    tipping_points: tuple[TippingPoint, ...]


def scale_counts(
    local: int, answered: int, asked: int, other: int = 0, config: LandscapeConfig | None = None
) -> ScaledCounts:
    """Scale a published count of local roles by the share of authorities that answered.

    Parameters
    ----------
    local
        Local roles reported by the authorities that answered.
    answered, asked
        Authorities.
    other
        Roles that do not reach the table through authorities: added, not scaled.
    config
        Its range of factors is the band.

    Raises
    ------
    NotIdentified
        When nobody answered, or more answered than were asked.

    Notes
    -----
    local_total = local / (answered / asked). HH2007: 343 / (76 / 150) = 677, of 677 + 2,735 = 3,412, is 19.8
    %, against 11.1 % as reported.

    Examples
    --------
    >>> scaled = scale_counts(343, 76, 150, other=2735)
    >>> round(scaled.local_total), round(scaled.total), round(scaled.local_share_pct, 1)
    (677, 3412, 19.8)
    """
    config = config or LandscapeConfig()
    if not 0 < answered <= asked:
        raise NotIdentified(
            f"{answered} of {asked} authorities answered.",
            "Scaling needs some that answered, and no more than were asked.",
            "Check both numbers, or show the local count as a floor.",
        )
    each = local / answered
    low, middle, high = (
        local + factor * each * (asked - answered) for factor in (config.factor_low, 1.0, config.factor_high)
    )
    total = middle + other
    share = 100 * middle / total if total else 0.0
    return ScaledCounts(local, answered, asked, middle, low, high, total, share)


def adjust_for_nonresponse(
    authorities: pl.DataFrame,
    holdings: pl.DataFrame,
    schools: pl.DataFrame,
    codebook: Codebook,
    config: LandscapeConfig | None = None,
    as_of: date | None = None,
) -> NonresponseAdjustment:
    """Local holdings of all authorities asked, from those that answered, apart from national ones.

    Parameters
    ----------
    authorities
        As :func:`~leadscape.landscape.distribution.count_authorities` returns it, before suppression.
    holdings, schools, codebook, as_of
        As for that function.
    config
        Stratifications, level of intervals, range of factors.

    Raises
    ------
    NotIdentified
        When fewer than two authorities with open schools answered.

    Notes
    -----
    Let M be the local holdings of silent authorities if they were like the others. At factor k the local total is
    reported + elsewhere + max(k M, floor); at k = 1 it is the post-stratified total, derived with its variance in
    :func:`~leadscape.landscape.strata.estimate_ratio_total`. Its standard error grows with k, since only the part of
    the silent is estimated. An authority asked that has no open school in the register cannot be set in proportion and
    is left out of the scaling; the label says how many.
    """
    config = config or LandscapeConfig()
    asked = authorities.filter(pl.col("response").cast(pl.String) != "not_asked")
    units = stratify(asked.filter(pl.col("schools") > 0), schools, as_of)
    answered = units["local_holdings_status"].cast(pl.String).to_numpy() == REPORTED
    if answered.sum() < 2:
        raise NotIdentified(
            f"{answered.sum()} of {asked.height} authorities asked answered.",
            "What silent authorities would have said can only be judged from those that did answer.",
            "Show local roles as a floor, or wait for more returns.",
        )
    y = units["local_holdings"].cast(pl.Float64).to_numpy()
    x = units["schools"].cast(pl.Float64).to_numpy()
    together = np.zeros(units.height, dtype=np.int64)
    scaled = estimate_ratio_total(y, np.ones_like(x), together, answered, config.confidence)
    post = tuple(_post_stratify(units, y, x, answered, by, config) for by in config.poststratify_by)
    reported = int(y[answered].sum())
    elsewhere, floor, other = _rest(holdings, codebook, authorities, units.filter(pl.Series(answered)))
    band = SensitivityBand(reported + elsewhere, floor, other, post[0].total, config)
    return NonresponseAdjustment(
        asked=units.height,
        answered=int(answered.sum()),
        reported=reported,
        elsewhere=elsewhere,
        floor=floor,
        other=other,
        scaled=scaled,
        post_stratified=post,
        estimates=_estimates(scaled, post, band, units.height, asked.height - units.height),
        sensitivity=band.table(),
        tipping_points=tuple(band.tipping_point(share) for share in config.tipping_local_share_pct),
    )


def _post_stratify(
    units: pl.DataFrame,
    y: np.ndarray,
    x: np.ndarray,
    answered: np.ndarray,
    by: tuple[str, ...],
    config: LandscapeConfig,
) -> PostStratified:
    keys = [tuple(str(part) for part in key) for key in units.select(by).iter_rows()]
    labels = pl.Series("stratum", collapse_strata(keys, answered.tolist(), config.strata_answered_min))
    codes = labels.rank("dense").to_numpy().astype(np.int64) - 1
    total = estimate_ratio_total(y, x, codes, answered, config.confidence)
    heard = pl.col("answered")
    strata = (
        units.with_columns(labels, pl.Series("answered", answered))
        .group_by("stratum")
        .agg(
            authorities=pl.len().cast(pl.Int64),
            authorities_answered=heard.sum().cast(pl.Int64),
            schools=pl.col("schools").sum(),
            schools_answered=pl.col("schools").filter(heard).sum(),
            local_holdings=pl.col("local_holdings").filter(heard).sum(),
        )
        .with_columns(local_per_100_schools=100 * pl.col("local_holdings") / pl.col("schools_answered"))
        .sort("stratum")
    )
    return PostStratified(by, total, strata)


def _rest(
    holdings: pl.DataFrame, codebook: Codebook, authorities: pl.DataFrame, answered: pl.DataFrame
) -> tuple[int, int, int | None]:
    """Local holdings elsewhere, local holdings others reported in silent authorities, holdings of other origins."""
    coded = with_codebook_roles(holdings, codebook)
    local = coded.filter(pl.col("origin") == LOCAL).join(answered, on="authority_code", how="anti")
    silent = authorities.filter(pl.col("response").cast(pl.String) == "silent", pl.col("schools") > 0)
    floor = local.join(silent, on="authority_code", how="semi").height
    listed = (authorities["national_holdings_status"] == REPORTED).all()
    other = coded.filter(pl.col("origin") != LOCAL).height if listed else None
    return local.height - floor, floor, other


def _estimates(
    scaled: StratifiedTotal,
    post: tuple[PostStratified, ...],
    band: SensitivityBand,
    asked: int,
    left_out: int,
) -> pl.DataFrame:
    where = f"{asked} authorities asked" + (
        f" ({left_out} without open schools left out)" if left_out else ""
    )
    ways = [("scaled", "scaled", scaled, SCALED_ASSUMES)] + [
        (
            f"post_stratified:{'+'.join(one.by)}",
            f"post-stratified by {' and '.join(name.replace('_', ' ') for name in one.by)}, ratio to schools",
            one.total,
            RATIO_ASSUMES,
        )
        for one in post
    ]
    rows = [_as_reported(band, where)]
    for key, method, total, assumptions in ways:
        rows += _ways(band.with_total(total), key, where, {"method": method, "assumptions": assumptions})
    return frame_of(Estimates, rows)


def _as_reported(band: SensitivityBand, where: str) -> Mapping[str, Any]:
    config = band.config
    return {
        "estimate_id": "local:as_reported",
        "label": f"Local role-holdings in {where}",
        "origin": LOCAL,
        "method": "as reported",
        "value": float(band.least),
        "low": float(band.least),
        "high": band.local(config.factor_high),
        "interval": f"sensitivity band: silent authorities at {config.factor_low:g} to {config.factor_high:g} times "
        "the rate of those that answered",
        "unit": "holdings",
        "assumptions": "A floor: silent authorities add nothing.",
    }


def _ways(band: SensitivityBand, key: str, where: str, shared: dict[str, str]) -> list[Mapping[str, Any]]:
    """One way of adjusting: the local total, the total of all origins and the local share."""
    shared = {**shared, "interval": f"{100 * band.config.confidence:g} % design-based"}
    value, (low, high) = band.local(1.0), band.ends(1.0)
    rows: list[Mapping[str, Any]] = [
        {
            "estimate_id": f"local:{key}",
            "label": f"Local role-holdings in {where}",
            "origin": LOCAL,
            "unit": "holdings",
            "value": value,
            "low": low,
            "high": high,
            **shared,
        }
    ]
    if band.other is not None:
        rows.append(
            {
                "estimate_id": f"all:{key}",
                "label": f"Role-holdings of all origins, local ones in {where}",
                "origin": "all",
                "unit": "holdings",
                "value": value + band.other,
                "low": low + band.other,
                "high": high + band.other,
                **shared,
            }
        )
    if band.share(value) is not None:
        rows.append(
            {
                "estimate_id": f"local_share:{key}",
                "label": "Local role-holdings as a share of role-holdings of all origins",
                "origin": LOCAL,
                "unit": "%",
                "value": band.share(value),
                "low": band.share(low) or 0.0,
                "high": band.share(high),
                "numerator": value,
                "numerator_source": f"returns of this study, {shared['method']}",
                "denominator": value + (band.other or 0),
                "denominator_source": "the same, with other origins as reported",
                **shared,
            }
        )
    return rows
