"""From settled returns to the whole landscape: counts, estimates, consistency, concentration, network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from leadscape.codebooks import Codebook
from leadscape.core.errors import NotIdentified
from leadscape.core.missing import REPORTED
from leadscape.core.parallel import map_in_order
from leadscape.core.tables import frame_of
from leadscape.landscape.concentration import measure_concentration
from leadscape.landscape.config import LandscapeConfig
from leadscape.landscape.consistency import check_study
from leadscape.landscape.distribution import count_authorities, count_phases, count_regions, national_status
from leadscape.landscape.doubt import count_doubt, state_reported
from leadscape.landscape.extent import count_extent, count_kinds, count_totals
from leadscape.landscape.network import summarise_network
from leadscape.landscape.nonresponse import adjust_for_nonresponse
from leadscape.landscape.overlap import compare_roles
from leadscape.landscape.pooling import pool_estimates, pool_models, pool_sensitivity
from leadscape.landscape.prevalence import Denominator, Numerator, estimate_prevalences
from leadscape.landscape.results import Concentration, Landscape
from leadscape.landscape.spread import find_cold_spots
from leadscape.landscape.tables import Estimates, Sensitivity
from leadscape.landscape.whole import estimate_whole

if TYPE_CHECKING:
    from leadscape.survey.imputation import DrawnHoldings

ADJUSTED_LEADERS = "leaders, adjusted for silent authorities"
WHOLE_LEADERS = "leaders, with those of silent authorities and those whom no list named"


@dataclass(frozen=True)
class DescribedLandscape:
    """The landscape, and the sentences that must stand beside it.

    Attributes
    ----------
    notes
        What the data could not answer, and why.
    tipping
        How silent authorities would have to differ for stated shares of local roles: follows from the local count, and
        may be said only where that is shown.
    """

    landscape: Landscape
    notes: tuple[str, ...]
    tipping: tuple[str, ...]


def describe_landscape(
    *,
    holdings: pl.DataFrame,
    leaders: pl.DataFrame,
    supports: pl.DataFrame,
    responses: pl.DataFrame,
    schools: pl.DataFrame,
    memberships: pl.DataFrame | None,
    codebook: Codebook,
    denominators: tuple[Denominator, ...],
    config: LandscapeConfig,
    as_of: date,
    seed: int,
    imputed: tuple[DrawnHoldings, ...] = (),
) -> DescribedLandscape:
    """Every table of the landscape, before suppression.

    What the data cannot answer is left empty and said in ``notes``; it stops nothing else.

    Parameters
    ----------
    imputed
        Ways in which undecided questions may be answered. Counts are of what is decided or beyond doubt; every estimate
        is made on each of these ways and pooled, so that its interval holds the doubt.
    """
    notes: list[str] = []
    authorities = count_authorities(holdings, responses, schools, codebook, config, as_of)
    extent = count_extent(holdings, codebook)
    phases = count_phases(holdings, schools, codebook, as_of)
    study = _Study(responses, schools, codebook, denominators, config, as_of)
    settled = _estimate(study, holdings, leaders.height)
    ways = map_in_order(lambda drawn: _estimate(study, drawn.role_holdings, drawn.leaders), imputed)
    # With draws, the tables are theirs, and so is what could not be estimated.
    notes += ways[0].notes if ways else settled.notes
    estimates, sensitivity, models = settled.estimates, settled.sensitivity, settled.models
    if ways:
        estimates = pl.concat(
            [
                state_reported(
                    [drawn.role_holdings.height for drawn in imputed],
                    [drawn.leaders for drawn in imputed],
                    config.confidence,
                ),
                pool_estimates([way.estimates for way in ways], config.confidence),
            ]
        )
        notes += _left_out([way.estimates for way in ways], estimates)
        sensitivity = pool_sensitivity([way.sensitivity for way in ways], config.confidence)
        models = pool_models([way.models for way in ways], config.confidence)
    landscape = Landscape(
        extent=extent,
        totals=count_totals(holdings, codebook),
        kinds=count_kinds(holdings, codebook),
        authorities=authorities,
        regions=count_regions(authorities, holdings, responses, codebook, config),
        phases=phases,
        estimates=estimates,
        models=models,
        sensitivity=sensitivity,
        consistency=check_study(
            extent, phases, responses, codebook, holdings=holdings, config=config, as_of=as_of
        ),
        concentration=_concentration(authorities, config, seed, notes),
        network=(summarise_network(supports, schools, as_of, memberships) if supports.height else None),
        doubt=count_doubt(extent, [drawn.role_holdings for drawn in imputed], config.confidence),
    )
    tipping = (ways[0] if ways else settled).tipping
    return DescribedLandscape(landscape, tuple(notes), tipping)


def _left_out(draws: list[pl.DataFrame], pooled: pl.DataFrame) -> list[str]:
    """Estimates that only some of the draws could make, each with the number of draws that could."""
    made = (
        pl.concat([frame.select("estimate_id", "label", "method") for frame in draws])
        .group_by("estimate_id", maintain_order=True)
        .agg(pl.col("label", "method").first(), draws=pl.len())
    )
    missing = made.join(pooled, on="estimate_id", how="anti", maintain_order="left")
    return [
        f"Left out, because only {row['draws']} of {len(draws)} ways of answering open questions allow it: "
        f"{row['label']} ({row['method']})."
        for row in missing.iter_rows(named=True)
    ]


@dataclass(frozen=True)
class _Study:
    """What estimates of one study share, whichever way its returns are meant."""

    responses: pl.DataFrame
    schools: pl.DataFrame
    codebook: Codebook
    denominators: tuple[Denominator, ...]
    config: LandscapeConfig
    as_of: date


@dataclass(frozen=True)
class _Estimated:
    """Estimates made on one set of holdings, and what it could not answer."""

    estimates: pl.DataFrame
    sensitivity: pl.DataFrame
    models: pl.DataFrame
    notes: tuple[str, ...]
    tipping: tuple[str, ...]


def _estimate(study: _Study, holdings: pl.DataFrame, leaders: int) -> _Estimated:
    """Every estimate of a study from one set of holdings."""
    notes: list[str] = []
    tipping: tuple[str, ...] = ()
    codebook, config = study.codebook, study.config
    authorities = count_authorities(holdings, study.responses, study.schools, codebook, config, study.as_of)
    estimates: list[pl.DataFrame] = [Estimates.create_empty()]
    sensitivity: pl.DataFrame = Sensitivity.create_empty()
    numerators = [Numerator(leaders, "leaders as reported", "this study", "leaders")]
    overlap = compare_roles(holdings, study.responses, codebook, config.confidence)
    try:
        adjusted = adjust_for_nonresponse(authorities, holdings, study.schools, codebook, config, study.as_of)
        adjusted_estimates = _with_whole(study, adjusted.estimates, authorities, holdings, overlap.models)
        estimates.append(adjusted_estimates)
        sensitivity = adjusted.sensitivity
        tipping = tuple(point.sentence for point in adjusted.tipping_points if point.in_range)
        numerators += _adjusted_numerators(adjusted_estimates, leaders, holdings.height)
    except NotIdentified as error:
        notes.append(f"No adjustment for silent authorities: {error.what} {error.why}")
    if not overlap.models.height:
        notes.append(
            "No estimate from overlapping lists: no role is named by two lists that share enough people."
        )
    if national_status(study.responses, config) != REPORTED:
        notes.append("National roles here are those that authorities named; no list of an agency came.")
    if study.denominators:
        estimates.append(estimate_prevalences(numerators, study.denominators, config.confidence))
    else:
        notes.append("No prevalence is given: the study names no denominator.")
    return _Estimated(pl.concat(estimates), sensitivity, overlap.models, tuple(notes), tipping)


def _with_whole(
    study: _Study,
    estimates: pl.DataFrame,
    authorities: pl.DataFrame,
    holdings: pl.DataFrame,
    models: pl.DataFrame,
) -> pl.DataFrame:
    """``estimates`` with all role-holdings, those of silent authorities and those whom nobody named included."""
    by = "+".join(study.config.poststratify_by[0]) if study.config.poststratify_by else ""
    local = estimates.filter(pl.col("estimate_id") == f"local:post_stratified:{by}")
    if not local.height:
        return estimates
    row = estimate_whole(
        authorities, holdings, study.codebook, local.row(0, named=True), models, study.config
    )
    return estimates if row is None else pl.concat([estimates, frame_of(Estimates, [row])])


def _concentration(
    authorities: pl.DataFrame, config: LandscapeConfig, seed: int, notes: list[str]
) -> Concentration | None:
    try:
        return measure_concentration(
            authorities,
            find_cold_spots(authorities, config),
            seed,
            config.bootstrap_replications,
            config.confidence,
        )
    except NotIdentified as error:
        notes.append(f"No measure of concentration: {error.what} {error.why}")
        return None


def _adjusted_numerators(estimates: pl.DataFrame, leaders: int, holdings: int) -> list[Numerator]:
    """Persons behind the adjusted totals, at the number of roles a person holds among those reported.

    The adjusted totals count holdings. Heads are counted in persons, so the total is divided by the holdings a person
    has among those reported; that ratio is taken as known.
    """
    if not leaders:
        return []
    held = holdings / leaders
    return [
        Numerator(
            row["value"] / held,
            WHOLE_LEADERS if row["estimate_id"].startswith("all:whole:") else ADJUSTED_LEADERS,
            f"this study, {row['method']}, at {held:.3f} holdings a leader as reported",
            "leaders",
            low=row["low"] / held,
            high=row["high"] / held,
            interval=row["interval"],
            method=row["method"],
        )
        for row in estimates.filter(
            pl.col("origin") == "all", pl.col("unit") == "holdings", pl.col("method") != "as reported"
        ).iter_rows(named=True)
    ]
