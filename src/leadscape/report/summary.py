"""What stands first in a report: the figures that matter, each with what it rests on, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from leadscape.core.missing import SUPPRESSED
from leadscape.landscape.results import Landscape
from leadscape.report.contents import ReportContents
from leadscape.report.sentences import not_collected_roles
from leadscape.report.wording import (
    decimal,
    interval,
    listed,
    part,
    percent,
    plural,
    quantity,
    whole,
)

HEADLINES_AT_MOST = 6


@dataclass(frozen=True)
class KeyFigure:
    """One figure of the summary: never without its denominator or interval, never without its source."""

    value: str
    label: str
    basis: str
    source: str


def key_figures(contents: ReportContents) -> tuple[KeyFigure, ...]:
    """The figures that a reader takes away, most important first."""
    landscape = contents.landscape
    found = [
        _reported(landscape),
        _scaled(landscape),
        _prevalence(landscape),
        *_origins(contents),
        _response(contents),
        _concentration(landscape),
    ]
    return tuple(figure for figure in found if figure)[:HEADLINES_AT_MOST]


def opening_sentence(contents: ReportContents) -> str:
    """The finding in one sentence."""
    totals = _totals(contents.landscape)
    everyone = totals.get("all")
    if everyone is None or everyone["holdings"] is None:
        return "The total number of role-holdings is suppressed."
    people = (
        "" if everyone["leaders"] is None else f", held by {plural(everyone['leaders'], 'person', 'people')}"
    )
    shares = [
        f"{percent(totals[f'origin:{entry.id}']['pct'])} are {entry.label.lower()}"
        for entry in contents.codebook.origins
        if entry.id != "none" and totals.get(f"origin:{entry.id}", {}).get("pct") is not None
    ]
    sentence = f"{plural(everyone['holdings'], 'role-holding')} of system leaders were reported{people}"
    return f"{sentence}; of the role-holdings, {listed(shares)}." if shares else f"{sentence}."


def not_known(contents: ReportContents) -> tuple[str, ...]:
    """What the figures do not say, each as a sentence with its number."""
    landscape = contents.landscape
    authorities = landscape.authorities
    responses = dict(authorities.group_by(pl.col("response").cast(pl.String)).len().iter_rows())
    silent, unasked = responses.get("silent", 0), responses.get("not_asked", 0)
    found = []
    if silent:
        found.append(
            f"{part(silent, authorities.height, 'authorities')} were asked and did not answer. How many local leaders "
            "they have is unknown; it is not zero."
        )
    if unasked:
        found.append(
            f"{part(unasked, authorities.height, 'authorities')} were not asked. Nothing is known about them."
        )
    roles = not_collected_roles(landscape)
    if roles:
        found.append(f"Not collected, because the returns had no place for it: {listed(roles)}.")
    if contents.suppress_below:
        hidden = (authorities["holdings_status"].cast(pl.String) == SUPPRESSED).sum()
        found.append(
            f"Counts of people from 1 to {contents.suppress_below - 1} are suppressed to protect them, with as many "
            f"others as are needed so that none can be worked out. The total of {plural(int(hidden), 'authority')} is "
            "affected."
        )
    phases = landscape.phases.filter(pl.col("phase") == "unknown")["holdings"].drop_nulls()
    if len(phases) and phases[0]:
        found.append(f"The phase of the home school is unknown for {plural(phases[0], 'role-holding')}.")
    home = contents.home_points
    if home and home.not_shown:
        why = f" ({listed(home.reasons)})" if home.reasons else ""
        found.append(f"Not on the map: {home.told}{why}.")
    still_open = int(contents.open_questions["open"].sum())
    if still_open:
        found.append(f"Still open: {plural(still_open, 'question')} about who or which school is meant.")
    found.append(
        "Whether any of these leaders made a difference. The returns say who leads, not what came of it."
    )
    return tuple(found)


def _totals(landscape: Landscape) -> dict[str, dict[str, Any]]:
    return {row["total"]: row for row in landscape.totals.iter_rows(named=True)}


def _reported(landscape: Landscape) -> KeyFigure | None:
    everyone = _totals(landscape).get("all")
    if everyone is None or everyone["holdings"] is None:
        return None
    people = everyone["leaders"]
    basis = "people suppressed" if people is None else f"held by {plural(people, 'person', 'people')}"
    return KeyFigure(
        whole(everyone["holdings"]), "role-holdings reported", basis, "Returns, duplicates resolved"
    )


def _origins(contents: ReportContents) -> list[KeyFigure | None]:
    totals = _totals(contents.landscape)
    figures: list[KeyFigure | None] = []
    for entry in contents.codebook.origins:
        row = totals.get(f"origin:{entry.id}")
        if entry.id == "none" or row is None or row["holdings"] is None or not row["denominator"]:
            continue
        basis = f"{whole(row['holdings'])} of {whole(row['denominator'])} role-holdings"
        share = 100 * row["holdings"] / row["denominator"]
        figures.append(KeyFigure(percent(share), f"of {entry.label.lower()} origin", basis, "As reported"))
    return figures


def _scaled(landscape: Landscape) -> KeyFigure | None:
    """All role-holdings with silent authorities; post-stratified where that can be, since response goes by region."""
    rows = landscape.estimates.filter(
        pl.col("unit") != "%", pl.col("origin") == "all", pl.col("low") < pl.col("high")
    ).sort(pl.col("method").str.starts_with("post-stratified"), descending=True, maintain_order=True)
    return _estimated(rows, "role-holdings estimated, silent authorities included")


def _prevalence(landscape: Landscape) -> KeyFigure | None:
    rows = landscape.estimates.filter(
        pl.col("unit") == "%", pl.col("origin") == "all", pl.col("denominator").is_not_null()
    )
    return _estimated(rows, None)


def _estimated(rows: pl.DataFrame, label: str | None) -> KeyFigure | None:
    if not rows.height:
        return None
    row = rows.row(0, named=True)
    basis = f"{row['interval']}: {interval(row['low'], row['high'], row['unit'])}"
    if row["unit"] == "%" and row["numerator"] is not None:
        basis += f"; {whole(row['numerator'])} of {whole(row['denominator'])} ({row['denominator_source']})"
    text = label or row["label"]
    return KeyFigure(quantity(row["value"], row["unit"]), text, basis, f"Method: {row['method']}")


def _response(contents: ReportContents) -> KeyFigure | None:
    asked = contents.responses.filter(pl.col("kind").cast(pl.String) == "authority")
    total = int(asked["respondents"].sum())
    if not total:
        return None
    silent = int(asked.filter(pl.col("response").cast(pl.String) == "silent")["respondents"].sum())
    answered = total - silent
    return KeyFigure(
        percent(100 * answered / total),
        "of authorities answered",
        f"{whole(answered)} of {whole(total)} asked",
        "List of respondents",
    )


def _concentration(landscape: Landscape) -> KeyFigure | None:
    spread = landscape.concentration
    if spread is None:
        return None
    return KeyFigure(
        decimal(spread.gini, 2),
        "Gini coefficient across authorities",
        f"95 % interval {decimal(spread.gini_low, 2)} to {decimal(spread.gini_high, 2)}; "
        f"{plural(spread.authorities, 'authority')} that answered",
        "0 is equal, 1 is all in one authority",
    )
