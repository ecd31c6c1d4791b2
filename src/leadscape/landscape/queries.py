"""The single questions behind :mod:`leadscape.landscape.consistency`: each yields what it finds, as sentences.

A flag is arithmetic that cannot be right; a note is what a reader should know before quoting a figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final

import polars as pl

from leadscape.codebooks import Baseline, Codebook
from leadscape.codebooks.codebook import NOT_ASSIGNED, Sector
from leadscape.core.missing import NOT_COLLECTED, REPORTED
from leadscape.landscape.config import LandscapeConfig
from leadscape.landscape.distribution import LOCAL
from leadscape.landscape.nonresponse import scale_counts
from leadscape.landscape.prevalence import implied_denominator

KNOWN_UNITS: Final = ("leaders", "holdings")
STUDY_DECIMALS: Final = 1
"""Digits to which a study's own percentages are shown."""

Finding = tuple[str, str, str | None, str]
"""Check, severity, subject, sentence."""


def rounded_pct(count: int, denominator: int, decimals: int) -> Decimal:
    """``count`` as % of ``denominator``, rounded half up in whole numbers.

    Examples
    --------
    >>> rounded_pct(83, 3078, 1), rounded_pct(1, 8, 0)
    (Decimal('2.7'), Decimal('13'))
    """
    return Decimal((200 * 10**decimals * count + denominator) // (2 * denominator)).scaleb(-decimals)


def told(count: int, of: int, suppress_below: int) -> str:
    """``count`` of ``of`` in words that give no small number of people away, on either side.

    Examples
    --------
    >>> told(12, 40, 6), told(3, 40, 6), told(38, 40, 6), told(2, 4, 6)
    ('12 of 40', 'fewer than 6 of 40', 'all but fewer than 6 of 40', 'some of fewer than 6')
    """
    if 0 < of < suppress_below:
        return f"some of fewer than {suppress_below}"
    if 0 < count < suppress_below:
        return f"fewer than {suppress_below} of {of:,}"
    if 0 < of - count < suppress_below:
        return f"all but fewer than {suppress_below} of {of:,}"
    return f"{count:,} of {of:,}"


def query_printed(table: pl.DataFrame, baseline: Baseline) -> Iterator[Finding]:
    """Percentages and a total that do not follow from the counts; a unit that is not stated."""
    total = sum(baseline.counts.values())
    if total != baseline.printed_total:
        yield (
            "total_does_not_add_up",
            "flag",
            None,
            f"The counts add up to {total:,}, the total is printed as {baseline.printed_total:,}.",
        )
    wrong = table.filter(~pl.col("follows"))
    digits = baseline.decimals
    for role, label, n, derived, printed in wrong.select(
        "role", "role_label", "holdings", "derived_pct", "printed_pct"
    ).iter_rows():
        yield (
            "percentage_does_not_follow",
            "flag",
            role,
            f"{label}: {n:,} of {total:,} is {derived:.{digits}f} % (rounded half up), "
            f"printed as {printed:.{digits}f} %.",
        )
    if baseline.unit not in KNOWN_UNITS:
        yield "unit_unclear", "note", None, f"The unit of the counts is {baseline.unit.rstrip('.')}."
    printed_sum = sum((Decimal(str(pct)) for pct in baseline.printed_pct.values()), Decimal(0))
    if printed_sum != 100:
        yield "percentages_sum", "note", None, f"The printed percentages add up to {printed_sum} %."
    elif wrong.height:
        yield (
            "percentages_sum",
            "note",
            None,
            f"The printed percentages add up to {printed_sum} % although {wrong.height} of them do not follow: what is "
            "too high and what is too low cancel.",
        )


def query_sum(extent: pl.DataFrame, holdings: int) -> Iterator[Finding]:
    """Rows that do not add up to what was counted."""
    counted = extent["holdings"].sum()
    if (
        counted != holdings
        or extent["denominator"].n_unique() > 1
        or extent.item(0, "denominator") != holdings
    ):
        yield (
            "total_does_not_add_up",
            "flag",
            None,
            f"The rows add up to {counted:,} of {holdings:,} holdings, and percentages are of "
            f"{extent.item(0, 'denominator'):,}.",
        )


def query_derived(extent: pl.DataFrame) -> Iterator[Finding]:
    """Percentages that, rounded one by one, miss 100."""
    shown = extent.drop_nulls("pct").select("holdings", "denominator").iter_rows()
    rounded = sum((rounded_pct(n, total, STUDY_DECIMALS) for n, total in shown), Decimal(0))
    if rounded and rounded != 100:
        yield "percentages_sum", "note", None, f"Rounded one by one, the percentages add up to {rounded} %."


def query_table(table: pl.DataFrame, codebook: Codebook) -> Iterator[Finding]:
    """What any table of roles has to say: own-school roles, no origin, no place in the instrument."""
    total = table.item(0, "denominator")
    for role, n, status in table.select("role", "holdings", "holdings_status").iter_rows():
        entry = codebook.role(role)
        if status == NOT_COLLECTED:
            yield (
                "not_collected",
                "note",
                role,
                f"{entry.label}: the instrument had no row for it. Not collected, which is not zero.",
            )
        elif not entry.collected and status == REPORTED:
            yield (
                "reported_without_a_place",
                "note",
                role,
                f"{entry.label}: {n:,} reported although nobody was asked for it. A floor.",
            )
        if entry.own_school and n:
            yield (
                "own_school_role",
                "note",
                role,
                f"{entry.label} is about the leader's own school: {n:,} of {total:,}, {total - n:,} without it.",
            )
        if entry.origin == NOT_ASSIGNED and n:
            yield (
                "origin_not_assigned",
                "note",
                role,
                f"{entry.label}: {n:,} of {total:,} ({rounded_pct(n, total, 1)} %) are of no origin.",
            )
    absent = set(table.filter(pl.col("holdings_status") == NOT_COLLECTED)["role"])
    for kind in codebook.kinds:
        if {role.id for role in codebook.roles if kind.id in role.kinds} <= absent:
            yield (
                "kind_not_collected",
                "note",
                kind.id,
                f"{kind.label}: no row belongs to this kind. Not collected.",
            )


def query_sectors(
    table: pl.DataFrame, codebook: Codebook, sectors: Sequence[Sector], words: str
) -> Iterator[Finding]:
    """A role meant for some phases cannot have more holders than these phases have leaders."""
    for role, pct in table.drop_nulls("pct").select("role", "pct").iter_rows():
        entry = codebook.role(role)
        meant = [s for s in sectors if entry.phases and set(s.phases) <= set(entry.phases)]
        share = sum(sector.printed_pct for sector in meant)
        if meant and pct > share:
            yield (
                "role_exceeds_phase",
                "note",
                role,
                f"{entry.label} is a role of {' and '.join(entry.phases)} schools and has {pct:.1f} % of the table, "
                f"yet leaders of these schools ({'; '.join(s.label.lower() for s in meant)}) {words} {share:.3g} %.",
            )


def query_response(
    table: pl.DataFrame, answered: int, asked: tuple[int, ...], config: LandscapeConfig | None
) -> Iterator[Finding]:
    """How many answered, and what that does to the share of local roles."""
    asked = tuple(n for n in asked if n)
    if not asked:
        return
    shares = " and ".join(f"{rounded_pct(answered, n, 1)} % of {n:,}" for n in asked)
    yield "response_share", "note", None, f"{answered:,} authorities answered: {shares} asked."
    local = int(table.filter(pl.col("origin") == LOCAL)["holdings"].sum())
    total = table.item(0, "denominator")
    if not local or not 0 < answered < asked[0]:
        return
    scaled = scale_counts(local, answered, asked[0], total - local, config)
    yield (
        "local_share_biased_low",
        "note",
        LOCAL,
        f"Local roles are {local:,} of {total:,} ({rounded_pct(local, total, 1)} %), but reach the table only through "
        f"authorities that answered. Scaled for the others alone they would be {scaled.local_total:,.0f} of "
        f"{scaled.total:,.0f}, {scaled.local_share_pct:.1f} %; silent authorities may differ.",
    )


def query_printed_prevalence(baseline: Baseline) -> Iterator[Finding]:
    """Which populations a prevalence printed without a denominator allows."""
    total = sum(baseline.counts.values())
    implied = sorted(
        (implied_denominator(total, pct) for pct in baseline.printed_prevalence_pct),
        key=lambda range_: range_.low,
    )
    for one in implied:
        yield "implied_denominator", "note", None, f"No denominator is given for a prevalence. {one.sentence}"
    for smaller, larger in pairwise(implied):
        if smaller.high < larger.low:
            yield (
                "implied_denominator",
                "note",
                None,
                f"{smaller.printed_pct} % and {larger.printed_pct} % cannot be of one population: "
                "the ranges are apart.",
            )


def query_persons(holdings: pl.DataFrame, suppress_below: int) -> Iterator[Finding]:
    """Persons with several holdings."""
    held = holdings.group_by("leader_id").len()
    several = held.filter(pl.col("len") > 1).height
    if several:
        yield (
            "persons_and_holdings",
            "note",
            None,
            f"{holdings.height:,} role-holdings are held by {held.height:,} persons; "
            f"{told(several, held.height, suppress_below)} hold several. Percentages of holdings are not those of "
            "persons.",
        )


def query_phases(holdings: pl.DataFrame, codebook: Codebook, suppress_below: int) -> Iterator[Finding]:
    """Holders of a role who lead a school of a phase that it is not meant for."""
    labels = codebook.labels("phases")
    for role in codebook.roles:
        held = holdings.filter(pl.col("role") == role.id, pl.col("phase").is_not_null())
        outside = held.filter(~pl.col("phase").is_in(role.phases)).height
        if role.phases and outside:
            yield (
                "role_outside_phase",
                "note",
                role.id,
                f"{role.label}: {told(outside, held.height, suppress_below)} holders lead a school of another phase "
                f"than {' or '.join(labels[phase].lower() for phase in role.phases)}.",
            )


def query_places(holdings: pl.DataFrame, suppress_below: int, as_of: date | None) -> Iterator[Finding]:
    """Holdings without authority or phase, and those that had ended."""
    for column, words in (("authority_code", "no authority"), ("phase", "no known phase of the home school")):
        lacking = holdings[column].null_count()
        if lacking:
            yield (
                "not_placed",
                "note",
                column,
                f"{told(lacking, holdings.height, suppress_below)} holdings have {words}: in the total, in no row.",
            )
    ended = 0 if as_of is None else holdings.filter(pl.col("ended_on") < as_of).height
    if ended:
        share = told(ended, holdings.height, suppress_below)
        yield "ended_before", "note", None, f"{share} holdings ended before {as_of}."
