"""Figures of the landscape as sentences, each with its denominator or interval."""

from __future__ import annotations

import polars as pl

from leadscape.codebooks import Codebook
from leadscape.core.missing import NOT_COLLECTED, REPORTED, SUPPRESSED
from leadscape.landscape.results import Concentration, Landscape
from leadscape.report.contents import WITHHELD, PointsShown
from leadscape.report.wording import MISSING_WORDS, capitalised, decimal, listed, part, plural, whole


def own_school_sentence(landscape: Landscape) -> str:
    """The total without roles about the leader's own school, in words; empty where there is no such role."""
    totals = landscape.totals.filter(pl.col("total").is_in(("all", "without_own_school")))
    counts = dict(totals.select("total", "holdings").iter_rows())
    every, without = counts.get("all"), counts.get("without_own_school")
    if every is None or without is None or every == without:
        return ""
    return (
        f"Without roles about the leader’s own school the total is {part(without, every, 'role-holdings')}: "
        "such roles strain the definition of a system leader, so both totals are given."
    )


def not_collected_roles(landscape: Landscape) -> list[str]:
    """Labels of roles that the instrument had no place for."""
    absent = landscape.extent.filter(pl.col("holdings_status").cast(pl.String) == NOT_COLLECTED)
    return absent["role_label"].to_list()


def gini_sentence(concentration: Concentration) -> str:
    """The Gini coefficient with its interval and what it covers."""
    return (
        f"Gini coefficient {decimal(concentration.gini, 2)} (95 % interval {decimal(concentration.gini_low, 2)} to "
        f"{decimal(concentration.gini_high, 2)}) over {plural(concentration.authorities, 'authority')} whose total is "
        "shown: "
        "0 if every authority had the same number, 1 if one had them all."
    )


def model_range_sentences(landscape: Landscape, codebook: Codebook) -> tuple[str, ...]:
    """What the plausible models of each role say together: a range, never one number."""
    labels = codebook.labels("roles")
    populations = (
        landscape.models["population"].unique(maintain_order=True) if landscape.models.height else []
    )
    return tuple(
        f"{labels.get(population, 'All roles')}: "
        + _range_words(landscape.models.filter(pl.col("population") == population).drop_nulls("estimate"))
        for population in populations
    )


def _range_words(fitted: pl.DataFrame) -> str:
    plausible = fitted.filter("in_range").drop_nulls(["low", "high"])
    if not plausible.height:
        return "none of the models can be supported by the lists."
    values = plausible.select(
        least=pl.col("estimate").min(),
        most=pl.col("estimate").max(),
        low=pl.col("low").min(),
        high=pl.col("high").max(),
    ).row(0)
    least, most, low, high = (whole(value) for value in values)
    if plausible.height > 1:
        return (
            f"{plural(plausible.height, 'plausible model')} put the number between {least} and {most}; their "
            f"intervals reach from {low} to {high}."
        )
    others = fitted.height - 1
    alone = f"one plausible model puts the number at {least} (interval {low} to {high})"
    return f"{alone}; {plural(others, 'other')} fit the lists worse." if others else f"{alone}."


def known_totals(authorities: pl.DataFrame) -> str:
    """For how many authorities the total is known, and what it is for the others, as a sentence."""
    counts = dict(authorities["holdings_status"].cast(pl.String).value_counts().iter_rows())
    known = counts.get(REPORTED, 0)
    sentence = f"The total is known for {part(known, authorities.height, 'authorities')}"
    if not known:
        sentence = f"The total is known for none of {plural(authorities.height, 'authority')}"
    local, total = (pl.col(f"{name}_status").cast(pl.String) for name in ("local_holdings", "holdings"))
    without_lists = authorities.filter(local.is_in((REPORTED, SUPPRESSED)), total == NOT_COLLECTED).height
    if without_lists:
        return (
            f"{sentence}. For {plural(without_lists, 'authority')} that answered, local roles were collected and "
            "national ones were not, so that there is no total."
        )
    others = [
        f"for {whole(counts[status])} it is {MISSING_WORDS[status]}"
        for status in MISSING_WORDS
        if counts.get(status)
    ]
    return f"{sentence}; {listed(others)}." if others else f"{sentence}."


def not_on_the_map(home: PointsShown) -> str:
    """How many role-holdings have no dot, and why, as a sentence."""
    if not home.not_shown:
        return ""
    number = home.told.rsplit(" ", 1)[0]
    are, they = ("is", "it") if number == "1" else ("are", "they")
    said = f"{capitalised(home.told)} {are} not on the map of home schools"
    reasons = [_of_one(reason) for reason in home.reasons]
    if len(reasons) == 1:
        return f"{said}, because {they} {reasons[0].removeprefix(f'{number} ')}."
    return f"{said}: {listed(reasons)}." if reasons else f"{said}."


def _of_one(reason: str) -> str:
    """A reason with its number, its verb in the singular where the number is one."""
    return (
        reason.replace("1 are ", "1 is ", 1).replace("1 have ", "1 has ", 1)
        if reason.startswith("1 ")
        else reason
    )


def withheld_origin(home: PointsShown) -> str:
    """Why some dots do not show an origin; empty where all do."""
    if not home.points.filter(pl.col("origin") == WITHHELD).height:
        return ""
    return (
        "“Origin not shown” are dots of authorities whose local or national count is suppressed: their colours could "
        "be counted."
    )


def no_bar(rows: pl.DataFrame, label: str) -> str:
    """Which rows of a table have no bar in its chart, and why; empty where all have one."""
    status = pl.col("holdings_status").cast(pl.String)
    missing = rows.filter(pl.col("holdings").is_null()).select(label, status)
    parts = [
        f"{listed(named[label].to_list())} ({MISSING_WORDS[reason]})"
        for reason in MISSING_WORDS
        if (named := missing.filter(pl.col("holdings_status") == reason)).height
    ]
    return f"Without a bar: {'; '.join(parts)}." if parts else ""


def no_phase_bar(phases: pl.DataFrame) -> str:
    """Which phases have no bar, and how many role-holdings have no phase; empty where neither arises."""
    known = phases.filter(pl.col("phase") != "unknown")
    unplaced = phases.filter(pl.col("phase") == "unknown", pl.col("holdings") > 0)["holdings"].to_list()
    left = [f"{plural(unplaced[0], 'role-holding')} whose phase is not known"] if unplaced else []
    said = f"In no bar: {left[0]}." if left else ""
    return " ".join(sentence for sentence in (no_bar(known, "phase_label"), said) if sentence)


def no_band_bar(authorities: pl.DataFrame) -> str:
    """How many authorities are in no band, by the reason; empty where every total is shown."""
    counts = dict(authorities["holdings_status"].cast(pl.String).value_counts().iter_rows())
    parts = [
        f"{plural(counts[reason], 'authority')} whose total is {MISSING_WORDS[reason]}"
        for reason in MISSING_WORDS
        if counts.get(reason)
    ]
    return f"In no bar: {listed(parts)}." if parts else ""
