"""From settled returns to the whole landscape: counts, estimates, consistency, concentration, network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from leadscape.codebooks import Codebook
from leadscape.core.errors import NotIdentified
from leadscape.core.missing import REPORTED
from leadscape.landscape.concentration import measure_concentration
from leadscape.landscape.config import LandscapeConfig
from leadscape.landscape.consistency import check_study
from leadscape.landscape.distribution import count_authorities, count_phases, count_regions, national_status
from leadscape.landscape.extent import count_extent, count_kinds, count_totals
from leadscape.landscape.network import summarise_network
from leadscape.landscape.nonresponse import adjust_for_nonresponse
from leadscape.landscape.overlap import compare_roles
from leadscape.landscape.prevalence import Denominator, Numerator, estimate_prevalences
from leadscape.landscape.results import Concentration, Landscape
from leadscape.landscape.spread import find_cold_spots
from leadscape.landscape.tables import Estimates, Sensitivity


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
) -> DescribedLandscape:
    """Every table of the landscape, before suppression.

    What the data cannot answer is left empty and said in ``notes``; it stops nothing else.
    """
    notes: list[str] = []
    tipping: tuple[str, ...] = ()
    authorities = count_authorities(holdings, responses, schools, codebook, config, as_of)
    extent = count_extent(holdings, codebook)
    phases = count_phases(holdings, schools, codebook, as_of)
    estimates: list[pl.DataFrame] = [Estimates.create_empty()]
    sensitivity: pl.DataFrame = Sensitivity.create_empty()
    numerators = [Numerator(leaders.height, "leaders as reported", "this study", "leaders")]
    try:
        adjusted = adjust_for_nonresponse(authorities, holdings, schools, codebook, config, as_of)
        estimates.append(adjusted.estimates)
        sensitivity = adjusted.sensitivity
        tipping = tuple(point.sentence for point in adjusted.tipping_points if point.in_range)
        numerators += _adjusted_numerators(adjusted.estimates, leaders.height, holdings.height)
    except NotIdentified as error:
        notes.append(f"No adjustment for silent authorities: {error.what} {error.why}")
    overlap = compare_roles(holdings, responses, codebook, config.confidence)
    if not overlap.models.height:
        notes.append(
            "No estimate from overlapping lists: no role is named by two lists that share enough people."
        )
    if national_status(responses, config) != REPORTED:
        notes.append("National roles here are those that authorities named; no list of an agency came.")
    if denominators:
        estimates.append(estimate_prevalences(numerators, denominators, config.confidence))
    else:
        notes.append("No prevalence is given: the study names no denominator.")
    landscape = Landscape(
        extent=extent,
        totals=count_totals(holdings, codebook),
        kinds=count_kinds(holdings, codebook),
        authorities=authorities,
        regions=count_regions(authorities, holdings, responses, codebook, config),
        phases=phases,
        estimates=pl.concat(estimates),
        models=overlap.models,
        sensitivity=sensitivity,
        consistency=check_study(
            extent, phases, responses, codebook, holdings=holdings, config=config, as_of=as_of
        ),
        concentration=_concentration(authorities, config, seed, notes),
        network=(summarise_network(supports, schools, as_of, memberships) if supports.height else None),
    )
    return DescribedLandscape(landscape, tuple(notes), tipping)


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
            "leaders, adjusted for silent authorities",
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
