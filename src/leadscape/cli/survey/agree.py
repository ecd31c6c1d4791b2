"""``leadscape survey agree``: how far coders agree beyond chance."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from leadscape.cli.console import print_json, print_lines, print_table, steps

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for machines.")]
CONFUSIONS_PRINTED = 10


class Level(StrEnum):
    """What the values are: names, ranks, numbers whose differences count, numbers whose ratios count."""

    nominal = "nominal"
    ordinal = "ordinal"
    interval = "interval"
    ratio = "ratio"


def agree(
    file: Annotated[
        Path,
        typer.Argument(
            help="Table with one row a rating (unit, coder, value), or one row a unit with a column for each coder."
        ),
    ],
    level: Annotated[
        Level, typer.Option(help="What the values are: names, ranks, or numbers.")
    ] = Level.nominal,
    categories: Annotated[
        str | None,
        typer.Option(
            help="All categories that coders could choose from, with commas between (semicolons if a category holds a "
            "comma); for ranks from lowest to highest."
        ),
    ] = None,
    coders: Annotated[
        str | None, typer.Option(help="Coders to compare, with commas between; all without it.")
    ] = None,
    missing: Annotated[
        str | None,
        typer.Option(help="Words that mean not rated, with commas between; an empty cell always does."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws behind the intervals.")] = 2006,
    replications: Annotated[
        int, typer.Option(min=100, max=100_000, help="How often units are drawn again.")
    ] = 2000,
    confidence: Annotated[float, typer.Option(help="Share of the draws inside an interval.")] = 0.95,
    *,
    several: Annotated[
        bool,
        typer.Option(
            "--several",
            help="A unit may have several labels, in one cell (a; b) or in several rows; none means none.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure how far coders agree beyond chance, each coefficient with its interval, and what they confuse."""
    from leadscape.actions.measure_agreement import measure_agreement

    with steps(1, quiet=as_json) as progress:
        progress.step("Drawing units again")
        measured = measure_agreement(
            file,
            level=level.value,
            categories=_listed(categories),
            coders=_listed(coders),
            missing=_listed(missing) or (),
            several=several,
            seed=seed,
            replications=replications,
            confidence=confidence,
        )
    if as_json:
        print_json(measured.as_dict())
        return
    print_lines(measured.summary)
    bounds = {"low": f"{100 * confidence:g} % low", "high": "high"}
    figures = ("value", "low", "high", "seen", "by_chance", "alpha", "said_by_another_too")
    print_table(
        measured.coefficient_rows(),
        "Agreement beyond chance (0 chance, 1 complete)",
        headings=bounds,
        figures=figures,
    )
    by_category = measured.category_rows()
    if by_category.height:
        print_table(by_category, "Each category against the rest", headings=bounds, figures=figures)
    confusions = measured.agreement.confusions
    if confusions.height:
        print_table(
            confusions.select("category", "other_category", "units", "pairs", "pairs_share"),
            "Given to the same unit by two coders",
            headings={"pairs": "pairs of coders", "pairs_share": "% of disagreements"},
            limit=CONFUSIONS_PRINTED,
        )
    by_pair = measured.pair_rows()
    if by_pair.height:
        print_table(by_pair, "Two coders at a time", headings=bounds, figures=figures)
    print_table(measured.agreement.coders, "Coders")
    print_lines(*measured.sentences)


def _listed(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    parts = (part.strip() for part in text.split(";" if ";" in text else ","))
    return tuple(part for part in parts if part)
