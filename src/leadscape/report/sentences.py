"""Figures of the landscape as sentences, each with its denominator or interval."""

from __future__ import annotations

import polars as pl

from leadscape.codebooks import Codebook
from leadscape.core.missing import NOT_COLLECTED, REPORTED
from leadscape.landscape.results import Concentration, Landscape
from leadscape.report.wording import MISSING_WORDS, decimal, listed, part, plural, whole


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
        f"{decimal(concentration.gini_high, 2)}) over {plural(concentration.authorities, 'authority')} that answered: "
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
    others = [
        f"for {whole(counts[status])} it is {MISSING_WORDS[status]}"
        for status in MISSING_WORDS
        if counts.get(status)
    ]
    return f"{sentence}; {listed(others)}." if others else f"{sentence}."
