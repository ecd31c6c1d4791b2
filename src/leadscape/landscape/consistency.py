"""What a careful reader would query in a table of leaders: flags for what cannot be right, notes for what misleads.

Tables in: ``Extent`` and what it was counted from, or a published baseline. Tables out: ``Consistency``,
``BaselineExtent``. A flag is arithmetic: a percentage or a total that does not follow from its counts. A note
is a matter of reading: a role about the leader's own school, a row nobody asked for, a share that depends on
who answered. Percentages are compared after rounding half up in whole numbers, never in floating point, which
cannot hold most of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import polars as pl

from leadscape.codebooks import Baseline, Codebook, Role
from leadscape.codebooks.codebook import Sector
from leadscape.core.missing import NOT_COLLECTED, REPORTED
from leadscape.core.tables import frame_of
from leadscape.landscape.config import LandscapeConfig
from leadscape.landscape.distribution import UNKNOWN_PLACE
from leadscape.landscape.queries import (
    Finding,
    query_derived,
    query_persons,
    query_phases,
    query_places,
    query_printed,
    query_printed_prevalence,
    query_response,
    query_sectors,
    query_sum,
    query_table,
    rounded_pct,
)
from leadscape.landscape.tables import BaselineExtent, Consistency

THIS_STUDY: Final = "this study"


def baseline_extent(codebook: Codebook, baseline: Baseline) -> pl.DataFrame:
    """A published table in the layout of an extent, each percentage derived from its count beside the one printed.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.landscape.tables.BaselineExtent`, in the codebook's order. ``leaders`` is null
        unless the source counts persons.
    """
    total = sum(baseline.counts.values())
    return frame_of(BaselineExtent, [_baseline_row(role, baseline, total) for role in codebook.roles])


def check_baseline(
    codebook: Codebook, baseline: Baseline, config: LandscapeConfig | None = None
) -> pl.DataFrame:
    """Everything to query in a published table, as :class:`~leadscape.landscape.tables.Consistency`.

    For ``hopkins-higham-2006`` exactly two flags: 83 of 3,078 is 2.7 %, not 2.6; 49 is 1.6 %, not 1.7.
    """
    table = baseline_extent(codebook, baseline)
    findings = [
        *query_printed(table, baseline),
        *query_table(table, codebook),
        *query_sectors(table, codebook, baseline.sectors, "are printed as about"),
        *query_response(table, baseline.answered, (baseline.asked, *baseline.asked_alternatives), config),
        *query_printed_prevalence(baseline),
        *[("note_to_the_source", "note", None, sentence) for sentence in baseline.notes],
    ]
    return _as_table(findings, baseline.source)


def check_study(
    extent: pl.DataFrame,
    phases: pl.DataFrame,
    responses: pl.DataFrame,
    codebook: Codebook,
    *,
    holdings: pl.DataFrame | None = None,
    config: LandscapeConfig | None = None,
    as_of: date | None = None,
) -> pl.DataFrame:
    """The same questions put to a study's own tables, and those that only its holdings can answer.

    Parameters
    ----------
    extent
        As :func:`~leadscape.landscape.extent.count_extent` returns it, before suppression.
    phases
        As :func:`~leadscape.landscape.distribution.count_phases` returns it, before suppression.
    responses
        As :class:`~leadscape.survey.tables.Responses`.
    codebook
        The one it was counted by.
    holdings
        As :class:`~leadscape.survey.tables.RoleHoldings`: with them, totals are counted again and persons,
        phases of home schools, places and ended holdings are looked at.
    config
        Its range of factors bounds the local share; numbers of people below its ``suppress_below`` that stand in no
        table are told in words. Counts of the tables are quoted as they are: what is suppressed there must go here.
    as_of
        The study's date, for holdings that had ended.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.landscape.tables.Consistency`.
    """
    small = (config or LandscapeConfig()).suppress_below
    asked = responses.filter(pl.col("kind") == "authority")
    answered = asked.filter(pl.col("response").cast(pl.String) != "silent")
    known = phases.filter(pl.col("phase") != UNKNOWN_PLACE).drop_nulls("pct")
    sectors = [
        Sector(label, (phase,), pct)
        for phase, label, pct in known.select("phase", "phase_label", "pct").iter_rows()
    ]
    findings: list[Finding] = [
        *query_derived(extent),
        *query_table(extent, codebook),
        *query_sectors(extent, codebook, sectors, "are"),
        *query_response(extent, answered.height, (asked.height,), config),
    ]
    if holdings is not None:
        findings = [
            *query_sum(extent, holdings.height),
            *findings,
            *query_persons(holdings, small),
            *query_phases(holdings, codebook, small),
            *query_places(holdings, small, as_of),
        ]
    return _as_table(findings, THIS_STUDY)


def _baseline_row(role: Role, baseline: Baseline, total: int) -> Mapping[str, Any]:
    n, printed = baseline.counts.get(role.id), baseline.printed_pct.get(role.id)
    derived = None if n is None or not total else rounded_pct(n, total, baseline.decimals)
    return {
        "role": role.id,
        "role_label": role.label,
        "origin": role.origin,
        "own_school": role.own_school,
        "holdings": n,
        "holdings_status": NOT_COLLECTED if n is None else REPORTED,
        "leaders": n if baseline.unit == "leaders" else None,
        "pct": None if n is None or not total else 100 * n / total,
        "denominator": total,
        "derived_pct": None if derived is None else float(derived),
        "printed_pct": printed,
        "follows": None if derived is None or printed is None else derived == Decimal(str(printed)),
    }


def _as_table(findings: list[Finding], source: str) -> pl.DataFrame:
    rows: list[Mapping[str, Any]] = [
        {"check": check, "severity": severity, "subject": subject, "finding": finding, "source": source}
        for check, severity, subject, finding in findings
    ]
    return frame_of(Consistency, rows)
