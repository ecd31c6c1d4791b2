"""What stands first in a report: the figures that matter, each with what it rests on, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from leadscape.core.missing import SUPPRESSED
from leadscape.landscape.results import Landscape
from leadscape.report.contents import ReportContents
from leadscape.report.sentences import not_collected_roles, not_on_the_map
from leadscape.report.wording import (
    MISSING_WORDS,
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
EVERY_COUNT_HIDDEN: Final = (
    "Every count of people is suppressed, and with it every percentage, rate, estimate and point on the map: so few "
    "people were reported that the counts still shown would tell the hidden ones. The leaders, their role-holdings "
    "and the questions about them are kept, and seen by those who have the right to see them. Figures can be "
    "published once more people are reported, or together with other studies."
)


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
        _reported(contents),
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
    were = "was" if everyone["holdings"] == 1 else "were"
    sentence = f"{plural(everyone['holdings'], 'role-holding')} of system leaders {were} reported{people}"
    return f"{sentence}{_shares_by_origin(contents, totals)}."


def not_known(contents: ReportContents) -> tuple[str, ...]:
    """What the figures do not say, each as a sentence with its number."""
    landscape = contents.landscape
    authorities = landscape.authorities
    responses = dict(authorities.group_by(pl.col("response").cast(pl.String)).len().iter_rows())
    silent, unasked = responses.get("silent", 0), responses.get("not_asked", 0)
    found = []
    if silent:
        were, they = ("was", "it has") if silent == 1 else ("were", "they have")
        found.append(
            f"{part(silent, authorities.height, 'authorities')} {were} asked and did not answer. How many local "
            f"leaders {they} is unknown; it is not zero."
        )
    if unasked:
        were, them = ("was", "it") if unasked == 1 else ("were", "them")
        found.append(
            f"{part(unasked, authorities.height, 'authorities')} {were} not asked. Which local leaders there are in "
            f"{them} is not known."
        )
    roles = not_collected_roles(landscape)
    if roles:
        were, them = ("was", "it") if len(roles) == 1 else ("were", "them")
        found.append(f"{listed(roles)} {were} not collected, because the returns had no place for {them}.")
    if landscape.hides_every_count:
        found.append(EVERY_COUNT_HIDDEN)
    elif contents.suppress_below:
        found.append(
            f"Counts of people from 1 to {contents.suppress_below - 1} are suppressed to protect them, with as many "
            f"others as are needed so that none can be worked out. {_authorities_hidden(authorities)}"
        )
    phases = landscape.phases.filter(pl.col("phase") == "unknown")["holdings"].drop_nulls()
    if len(phases) and phases[0]:
        found.append(f"The phase of the home school is unknown for {plural(phases[0], 'role-holding')}.")
    home = contents.home_points
    if home and home.not_shown:
        found.append(not_on_the_map(home))
    still_open = int(contents.open_questions["open"].sum())
    if still_open:
        is_open = "is" if still_open == 1 else "are"
        found.append(
            f"{plural(still_open, 'question')} about who or which school is meant {is_open} still open."
        )
    found.append(
        "Nobody can tell from this whether any of these leaders made a difference: the returns say who leads, not "
        "what came of it."
    )
    return tuple(found)


def _shares_by_origin(contents: ReportContents, totals: dict[str, dict[str, Any]]) -> str:
    """The share of every origin, in words that follow the total; none where any of them is suppressed."""
    rows = [(entry, totals.get(f"origin:{entry.id}")) for entry in contents.codebook.origins]
    given = [(entry, row) for entry, row in rows if row is not None]
    hidden = [str(row["holdings_status"]) == SUPPRESSED for _, row in given]
    if any(hidden):
        return f"; how they divide by origin is suppressed{'' if all(hidden) else ' in part'}"
    shares = [
        f"{percent(row['pct'])} are {_origin_words(entry.id, entry.label)}"
        for entry, row in given
        if row["pct"] is not None and row["holdings"]
    ]
    absent = [
        f"{_origin_words(entry.id, entry.label)} ones are {MISSING_WORDS[str(row['holdings_status'])]}"
        for entry, row in given
        if str(row["holdings_status"]) in MISSING_WORDS
    ]
    told = f"; of the role-holdings, {listed(shares)}" if shares else ""
    return told + (f"; {listed(absent)}" if absent else "")


def _origin_words(origin: str, label: str) -> str:
    return f"{label.lower()} to an origin" if origin == "none" else label.lower()


def _authorities_hidden(authorities: pl.DataFrame) -> str:
    """How many authorities have a hidden total, and how many more another hidden count."""
    total = authorities["holdings_status"].cast(pl.String) == SUPPRESSED
    parts = pl.any_horizontal(
        pl.col("local_holdings_status", "national_holdings_status").cast(pl.String) == SUPPRESSED
    )
    hidden = int(total.sum())
    others = authorities.filter(parts & ~total).height
    if not hidden and not others:
        return "No count of an authority is affected."
    said = []
    if hidden:
        said.append(
            "the total of 1 authority" if hidden == 1 else f"the totals of {whole(hidden)} authorities"
        )
    if others:
        which = f"{whole(others)} more" if hidden else plural(others, "authority")
        said.append(f"a local or national count of {which}")
    return f"This hides {listed(said)}."


def _totals(landscape: Landscape) -> dict[str, dict[str, Any]]:
    return {row["total"]: row for row in landscape.totals.iter_rows(named=True)}


def _reported(contents: ReportContents) -> KeyFigure | None:
    landscape = contents.landscape
    everyone = _totals(landscape).get("all")
    if everyone is None or everyone["holdings"] is None:
        return None
    people = everyone["leaders"]
    basis = "people suppressed" if people is None else f"held by {plural(people, 'person', 'people')}"
    drawn = landscape.estimates.filter(pl.col("estimate_id") == "reported:holdings")
    if drawn.height:
        row = drawn.row(0, named=True)
        ends = interval(row["low"], row["high"], row["unit"])
        if contents.open_questions.height:
            basis += f"; {whole(row['value'])} expected once every question is decided ({ends})"
        else:
            basis += f"; {ends} if what was understood without asking may be wrong"
    return KeyFigure(
        whole(everyone["holdings"]), "role-holdings reported", basis, "Returns, duplicates resolved"
    )


def _origins(contents: ReportContents) -> list[KeyFigure | None]:
    totals = _totals(contents.landscape)
    figures: list[KeyFigure | None] = []
    if any(
        str(row["holdings_status"]) == SUPPRESSED
        for name, row in totals.items()
        if name.startswith("origin:")
    ):
        return figures
    for entry in contents.codebook.origins:
        row = totals.get(f"origin:{entry.id}")
        if entry.id == "none" or row is None or row["holdings"] is None or not row["denominator"]:
            continue
        basis = f"{whole(row['holdings'])} of {whole(row['denominator'])} role-holdings"
        share = 100 * row["holdings"] / row["denominator"]
        figures.append(KeyFigure(percent(share), f"of {entry.label.lower()} origin", basis, "As reported"))
    return figures


def _scaled(landscape: Landscape) -> KeyFigure | None:
    """All role-holdings with silent authorities: the fullest account first, post-stratified before plain scaling."""
    method = pl.col("method")
    rows = landscape.estimates.filter(
        pl.col("unit") != "%",
        pl.col("origin") == "all",
        pl.col("low") < pl.col("high"),
        method.str.contains("^(post-stratified|scaled)"),
    ).sort(
        pl.col("estimate_id").str.starts_with("all:whole:"),
        method.str.starts_with("post-stratified"),
        descending=True,
        maintain_order=True,
    )
    if not rows.height:
        return None
    if str(rows["estimate_id"][0]).startswith("all:whole:"):
        added = "with those of silent authorities and those whom no list named"
    else:
        added = "as reported, with local roles of silent authorities added, without leaders whom nobody named"
    return _estimated(rows, f"role-holdings estimated: {added}")


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
        f"{plural(spread.authorities, 'authority')} whose total is shown",
        "0 is equal, 1 is all in one authority",
    )
