"""Estimates and models as a page shows them: each with its interval, what it rests on, and what else fits as well."""

from __future__ import annotations

import re

import polars as pl

from leadscape.codebooks import Codebook
from leadscape.landscape.results import Landscape
from leadscape.report.views import Cell, Shown, TableView, show_table
from leadscape.report.wording import capitalised, interval, quantity, whole

MODELS_SHOWN = 8
MODEL_MEANINGS = {
    "independence": "no list depends on another",
    "Chapman": "the estimate from two independent lists, corrected for small numbers",
    "odds ratio 0.5": "who is on one of two lists has half the odds to be on the other",
    "odds ratio 2": "who is on one of two lists has twice the odds to be on the other",
    "Mth Poisson2": "lists differ in reach, and people a little in how easily they are listed",
    "Mth Darroch": "the same, and people differ more",
}
_PAIR = "×"


def view_estimates(landscape: Landscape) -> TableView | None:
    """Every estimate with its interval, method and parts; null where there is none."""
    if not landscape.estimates.height:
        return None
    rows = [
        (
            Cell(capitalised(row["label"])),
            Cell(row["method"]),
            Cell(quantity(row["value"], row["unit"]) + ("" if row["unit"] == "%" else f" {row['unit']}")),
            Cell(interval(row["low"], row["high"], row["unit"])),
            _parts(row["numerator"], row["numerator_source"], row["denominator"], row["denominator_source"]),
        )
        for row in landscape.estimates.iter_rows(named=True)
    ]
    columns = (
        Shown("label", "Estimate"),
        Shown("method", "Method"),
        Shown("value", "Value", "count"),
        Shown("interval", "Interval", "count"),
        Shown("parts", "Numerator and denominator"),
    )
    note = "What the interval of each method is, and what must be true for it to hold, is in the next table."
    return TableView("estimates", "Estimates with their intervals", columns, tuple(rows), note)


def view_assumptions(landscape: Landscape) -> TableView | None:
    """What each method's interval is and what must be true for it to hold; null where nothing is estimated."""
    if not landscape.estimates.height:
        return None
    first, rest = pl.col("method").str.slice(0, 1).str.to_uppercase(), pl.col("method").str.slice(1)
    stated = pl.col("assumptions") != ""
    shared = (
        landscape.estimates.select("interval", "assumptions", method=first + rest)
        .unique(maintain_order=True)
        .filter(stated | ~stated.any().over("method", "interval"))
        .with_columns(pl.when(stated).then("assumptions").otherwise(pl.lit("none stated")))
    )
    return show_table(
        shared,
        "assumptions",
        "What the estimates rest on",
        (
            Shown("method", "Method"),
            Shown("interval", "What the interval is"),
            Shown("assumptions", "What must be true"),
        ),
    )


def view_models(landscape: Landscape, codebook: Codebook) -> TableView | None:
    """The capture-recapture models that fit best, plausible or not, so that model dependence is seen."""
    models = shown_models(landscape.models)
    if not models.height:
        return None
    read = pl.when(pl.col("note") != "").then("note").when("in_range").then(pl.lit("in the range"))
    left = landscape.models.height - models.height
    return show_table(
        models.with_columns(
            pl.col("population").replace(population_labels(codebook)),
            note=read.otherwise(pl.lit("outside the range")),
        ),
        "models",
        "Estimates from overlapping lists, by role and model",
        (
            Shown("population", "People with the role"),
            Shown("model", "Model"),
            Shown("estimate", "Estimate", "count"),
            Shown("low", "Interval from", "count"),
            Shown("high", "to", "count"),
            Shown("se", "Standard error", "decimal"),
            Shown("df", "Degrees of freedom", "count", absent="not_applicable"),
            Shown("aic", "AIC", "decimal", absent="not_applicable"),
            Shown("note", "How to read it"),
        ),
        "The models of one role fit the same lists under different assumptions; a lower AIC fits better for its size. "
        + "What letters and names of models mean stands above the figures. "
        + (f"{whole(left)} more models are in the workbook." if left else ""),
    )


def model_key(landscape: Landscape) -> tuple[tuple[str, str], ...]:
    """What letters and names of the models shown mean: the name, and its meaning in words."""
    models = shown_models(landscape.models)
    if not models.height:
        return ()
    names = " ".join(models["model"].to_list())
    letters = [
        (letter, f"the list “{name}”" if name != "authorities" else "the returns of authorities")
        for name, letter in list_letters(landscape.models).items()
    ]
    meanings = [(f"A{_PAIR}B", "lists A and B are taken to depend on each other")] if letters else []
    return (*letters, *meanings, *((name, said) for name, said in MODEL_MEANINGS.items() if name in names))


def population_labels(codebook: Codebook) -> dict[str, str]:
    """Whom a model counts, by the id of its population."""
    return {**codebook.labels("roles"), "all": "All roles"}


def shown_models(models: pl.DataFrame) -> pl.DataFrame:
    """The models of the page: of each population every plausible one, then those that fit next best.

    Lists are named by letters.
    """
    if not models.height:
        return models
    fitted = models.drop_nulls(["estimate", "low", "high"])
    ranked = fitted.sort(~pl.col("in_range"), "aic", nulls_last=True, maintain_order=True)
    place = pl.int_range(pl.len()).over("population")
    order = {
        population: number
        for number, population in enumerate(models["population"].unique(maintain_order=True))
    }
    shown = ranked.filter(pl.col("in_range") | (place < MODELS_SHOWN)).sort(
        pl.col("population").replace_strict(order, return_dtype=pl.Int64), maintain_order=True
    )
    letters = list_letters(models)
    short = [
        " + ".join(_PAIR.join(sorted(letters.get(n, n) for n in pair)) for pair in _pairs(name))
        for name in shown["model"]
    ]
    return shown.with_columns(pl.Series("model", short, dtype=pl.String))


def list_letters(models: pl.DataFrame) -> dict[str, str]:
    """A letter for each list that a model pairs with another, in the order of the alphabet."""
    names = sorted(
        {name for model in models["model"] for pair in _pairs(model) if len(pair) > 1 for name in pair}
    )
    return {name: chr(ord("A") + place) for place, name in enumerate(names[:26])}


def _pairs(model: str) -> list[list[str]]:
    """The lists that a model takes to depend on each other; a model that pairs none is one name by itself."""
    if _PAIR not in model:
        return [[model]]
    return [re.split(rf"\s*{_PAIR}\s*", pair) for pair in model.split(" + ")]


def _parts(n: float | None, n_source: str | None, d: float | None, d_source: str | None) -> Cell:
    if n is None and d is None:
        return Cell("a number, not a share")
    over = f"{whole(n) if n is not None else 'unknown'} ({n_source or 'no source given'})"
    under = f"{whole(d) if d is not None else 'unknown'} ({d_source or 'no source given'})"
    return Cell(f"{over} of {under}" if d is not None else over)
