"""A landscape that may be published: small counts of people hidden, and nothing left that gives them away.

:class:`~leadscape.landscape.results.Landscape` in, another one out. Which counts to hide is decided for all
tables together (:mod:`leadscape.landscape.disclosure_cells`, :mod:`leadscape.core.suppression`). Everything
else is then made again from what is still shown (percentages, rates, bands, Lorenz curve), blurred
(estimates), or left out (single schools and leaders of the network, sentences that quote figures). What this
does not protect against is in the methods page on estimation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.errors import Suppressed
from leadscape.core.missing import REPORTED, SUPPRESSED, Status
from leadscape.core.suppression import rounded, suppress
from leadscape.landscape.concentration import measure_concentration
from leadscape.landscape.disclosure_cells import published_cells
from leadscape.landscape.distribution import band_of_holdings, per_100

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from leadscape.codebooks import Codebook
    from leadscape.landscape.disclosure_cells import PublishedCells
    from leadscape.landscape.results import Concentration, Landscape, NetworkSummary

_NATIONAL: Final = ("extent", "totals", "kinds", "phases")
_TABLES: Final = (*_NATIONAL, "authorities", "regions")
_RATES: Final = {
    "authorities": {"per_100_schools": ("holdings", "schools")},
    "regions": {
        "national_per_100_schools": ("national_holdings", "schools"),
        "local_per_100_schools": ("local_holdings", "schools_answered"),
    },
    "phases": {"per_100_schools": ("holdings", "schools")},
}
_COUNT_STEP: Final = 5
_THINNED: Final = ("estimates", "sensitivity", "models", "consistency", "doubt")


def suppress_landscape(
    landscape: Landscape,
    threshold: int,
    round_to: int | None = None,
    codebook: Codebook | None = None,
    seed: int = 0,
) -> Landscape:
    """``landscape`` as it may be published.

    Parameters
    ----------
    landscape
        As counted. It must not be published beside the result.
    threshold
        Counts of people from 1 to one less are hidden; 0 or 1 hides nothing.
    round_to
        Counts that are still shown are rounded to a multiple of this, and everything derived from them is
        made from the rounded ones. Parts then need not add up to totals.
    codebook
        Tells which roles make up a kind. Without it, kinds are shown only where no role is hidden.
    seed
        Of the bootstrap of the Gini coefficient, which is taken again over authorities still shown.

    Raises
    ------
    Suppressed
        When so few people were reported that hiding counts cannot protect them.
    """
    if threshold <= 1 and not round_to:
        return landscape
    book = published_cells(landscape, codebook)
    found = suppress(book.cells, threshold)
    if found.exposed.any():
        raise Suppressed(
            f"{int(found.exposed.sum())} counts of less than {threshold} people could be worked out all the same.",
            "So few people were reported that the tables would describe single persons.",
            "Publish no tables of this study, or put it together with others.",
        )
    hidden = found.hidden
    tables = {name: _hide(getattr(landscape, name), name, book, hidden, round_to) for name in _TABLES}
    nothing = not hidden.any() and not round_to
    nationally = any(book.hidden(hidden, name, "holdings").any() for name in _NATIONAL)
    if codebook is None and (nationally or _has_small(landscape.kinds, threshold)):
        tables["kinds"] = _blank(tables["kinds"])
    estimates, sensitivity = _blur(landscape, book, hidden, round_to)
    quoted = nationally or bool(round_to)
    published = replace(
        landscape,
        **tables,
        estimates=landscape.estimates if nothing else estimates,
        sensitivity=landscape.sensitivity if nothing else sensitivity,
        models=_models(landscape.models, tables["extent"]),
        consistency=landscape.consistency.filter(~pl.col("finding").str.contains(r"\d"))
        if quoted
        else landscape.consistency,
        concentration=landscape.concentration
        if nothing
        else _concentration(landscape.concentration, tables["authorities"], seed, round_to),
        network=_network(landscape.network, threshold),
        doubt=landscape.doubt if nothing else _doubt(landscape.doubt, tables["extent"], round_to),
    )
    return replace(published, withheld=_withheld(landscape, published))


def authorities_on_the_map(authorities: pl.DataFrame) -> pl.Series:
    """Codes of the authorities whose leaders' home schools may be drawn, by origin, as points.

    Counting points gives the holdings of each origin, so every origin must be shown: total, national and
    local, or nothing besides national roles.

    Parameters
    ----------
    authorities
        As :class:`~leadscape.landscape.tables.AuthorityDistribution`, after :func:`suppress_landscape`.
    """
    total, local, national = (
        pl.col(name) for name in ("reported_at_least", "local_holdings", "national_holdings")
    )
    told = total.is_not_null() & national.is_not_null() & (local.is_not_null() | (total == national))
    return authorities.filter(told)["authority_code"]


def _hide(
    table: pl.DataFrame, name: str, book: PublishedCells, hidden: NDArray[np.bool_], round_to: int | None
) -> pl.DataFrame:
    """Counts taken out or rounded, statuses set, and what follows from counts made again."""
    gone = {column: book.hidden(hidden, name, column) for table_, column in book.places if table_ == name}
    if "reported_at_least" in table.columns:
        gone["reported_at_least"] = gone["holdings"]
    if not len(table) or not (round_to or any(mask.any() for mask in gone.values())):
        return table
    masked = table.with_columns(
        pl.when(~mask).then(pl.col(column)).alias(column) for column, mask in gone.items()
    )
    if round_to:
        masked = masked.with_columns(rounded(pl.col(column), round_to) for column in gone)
    for column, mask in gone.items():
        status = f"{column}_status"
        if status in masked.columns:
            newly = mask & (table[status].cast(pl.String) == REPORTED)
            masked = masked.with_columns(
                pl.when(newly).then(pl.lit(SUPPRESSED, Status)).otherwise(pl.col(status)).alias(status)
            )
    if "denominator" in table.columns:
        if round_to and "denominator" not in gone:
            masked = masked.with_columns(rounded(pl.col("denominator"), round_to))
        share = 100 * pl.col("holdings") / pl.col("denominator")
        # Rounding may leave nothing to divide by, or a part above its whole.
        shown = (table["pct"].is_not_null()) & (pl.col("denominator") > 0)
        masked = masked.with_columns(pl.when(shown).then(share.clip(upper_bound=100.0)).alias("pct"))
    rates = _RATES.get(name, {})
    masked = masked.with_columns(
        per_100(count, schools).alias(rate) for rate, (count, schools) in rates.items()
    )
    return masked.with_columns(band_of_holdings()) if "band" in table.columns else masked


def _blank(kinds: pl.DataFrame) -> pl.DataFrame:
    """All kinds hidden, since nobody said which roles they are made of."""
    shown = pl.col("holdings_status").cast(pl.String) == REPORTED
    status = pl.when(shown).then(pl.lit(SUPPRESSED, Status)).otherwise("holdings_status")
    nothing = pl.lit(None, pl.Int64)
    return kinds.with_columns(status.alias("holdings_status"), holdings=nothing, leaders=nothing)


def _has_small(table: pl.DataFrame, threshold: int) -> bool:
    return (
        table.filter(pl.any_horizontal(pl.col("holdings", "leaders").is_between(1, threshold - 1))).height > 0
    )


def _blur(
    landscape: Landscape, book: PublishedCells, hidden: NDArray[np.bool_], round_to: int | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Estimates and sensitivity that no longer say more about hidden counts than tables do.

    Each estimate is a weighted sum of counts, in all digits. Those whose weights differ between hidden counts
    are left out; the others lose their decimals, and intervals are widened to whole steps.
    """
    estimates, sensitivity = landscape.estimates, landscape.sensitivity
    if book.hidden(hidden, "totals", "holdings").any() or book.hidden(hidden, "totals", "leaders").any():
        return estimates.clear(), sensitivity.clear()
    weighted = pl.col("method").str.starts_with("post-stratified")
    by_region = pl.col("method").str.contains(r"^post-stratified by region(,|$)")
    keep = pl.lit(True)
    if book.hidden(hidden, "regions", "local_holdings").any():
        keep = ~weighted
    elif book.hidden(hidden, "authorities", "local_holdings").any():
        keep = ~weighted | by_region
    if not _follows_from(sensitivity, estimates.filter(keep)):
        sensitivity = sensitivity.clear()
    step = round_to or 1
    percent = pl.col("unit") == "%"
    low, high = _widened("value", "low", "high", step, round_to or _COUNT_STEP)
    blurred = estimates.filter(keep).with_columns(
        pl.when(percent).then(pl.col("value").round(1)).otherwise(_to_step("value", step)).alias("value"),
        pl.when(percent).then((pl.col("low") * 10).floor() / 10).otherwise(low).alias("low"),
        pl.when(percent).then((pl.col("high") * 10).ceil() / 10).otherwise(high).alias("high"),
        *(_to_step(name, step).alias(name) for name in ("numerator", "denominator")),
    )
    low, high = _widened("local_total", "local_low", "local_high", step, round_to or _COUNT_STEP)
    return blurred, sensitivity.with_columns(
        low.alias("local_low"),
        high.alias("local_high"),
        *(_to_step(name, step).alias(name) for name in ("local_total", "total")),
        pl.col("local_share_pct").round(1),
    )


def _widened(value: str, low: str, high: str, step: int, wide: int) -> tuple[pl.Expr, pl.Expr]:
    """The ends of an interval at whole steps further out; an end that is the value itself stays with it."""
    below, above = (pl.col(low) / wide).floor() * wide, (pl.col(high) / wide).ceil() * wide
    return (
        pl.when(pl.col(low) == pl.col(value)).then(_to_step(low, step)).otherwise(below),
        pl.when(pl.col(high) == pl.col(value)).then(_to_step(high, step)).otherwise(above),
    )


def _to_step(column: str, step: int) -> pl.Expr:
    return (pl.col(column) / step).round() * step


def _follows_from(sensitivity: pl.DataFrame, estimates: pl.DataFrame) -> bool:
    """Whether the band is that of an estimate still shown: equal where silent authorities are like the others."""
    alike = sensitivity.filter(pl.col("factor") == 1.0)["local_total"]
    return bool(alike.is_in(estimates["value"].to_list()).all()) and alike.len() > 0


def _models(models: pl.DataFrame, extent: pl.DataFrame) -> pl.DataFrame:
    """Models of overlapping lists, without those of a role whose count is hidden."""
    return models.filter(~pl.col("population").is_in(_hidden_roles(extent)))


def _doubt(doubt: pl.DataFrame, extent: pl.DataFrame, round_to: int | None) -> pl.DataFrame:
    """Doubt about counts, without roles whose count is hidden, in whole steps."""
    step = round_to or 1
    low, high = _widened("expected", "low", "high", step, round_to or _COUNT_STEP)
    counted = rounded(pl.col("counted"), round_to) if round_to else pl.col("counted")
    return doubt.filter(~pl.col("role").is_in(_hidden_roles(extent))).with_columns(
        _to_step("expected", step).alias("expected"), low.alias("low"), high.alias("high"), counted=counted
    )


def _hidden_roles(extent: pl.DataFrame) -> list[str]:
    status = pl.col("holdings_status").cast(pl.String)
    hidden = extent.filter((status == SUPPRESSED) | ((status == REPORTED) & pl.col("leaders").is_null()))
    return hidden["role"].to_list()


def _concentration(
    before: Concentration | None, authorities: pl.DataFrame, seed: int, round_to: int | None
) -> Concentration | None:
    """Concentration over the authorities still shown; cold spots only among them, without telling figures."""
    if before is None:
        return None
    shown = authorities.filter(pl.col("holdings").is_not_null()).select("authority_code", count="holdings")
    counts = pl.col("count").cast(pl.Float64)
    spots = (
        before.cold_spots.join(shown, on="authority_code", how="inner", maintain_order="left")
        .with_columns(pl.col("count").alias("holdings"), pl.col("expected").round())
        .with_columns(
            (counts / pl.max_horizontal("expected", 1.0)).round(1).alias("ratio"),
            pl.col("p_value", "q_value").round(2),
        )
        .drop("count")
    )
    if "per_100_schools" in spots.columns:
        spots = spots.with_columns(per_100("holdings", "schools").alias("per_100_schools"))
    return measure_concentration(authorities, spots, seed)


def _withheld(before: Landscape, after: Landscape) -> frozenset[str]:
    """Which tables were thinned out or left out, so that a reader can be told why they are not there."""
    gone = {name for name in _THINNED if getattr(after, name).height < getattr(before, name).height}
    if before.network is not None:
        gone |= {"network"} if after.network is None else set()
        gone |= (
            {"reach"} if after.network and after.network.reach.height < before.network.reach.height else set()
        )
    return frozenset(gone)


def _network(network: NetworkSummary | None, threshold: int) -> NetworkSummary | None:
    """Figures of the whole network only; none where it rests on a small number of supports."""
    if network is None or threshold <= 1:
        return network
    if 1 <= network.supports < threshold:
        return None
    inside = network.inside_group
    few = inside is not None and (1 <= inside < threshold or 1 <= (network.arrows or 0) - inside < threshold)
    return replace(
        network,
        schools=network.schools.clear(),
        reach=network.reach.clear(),
        inside_group=None if few else inside,
    )
