"""Every chart and map of a report, each with the words that stand for it.

A figure is left out where its data are missing or suppressed; the table beside it then says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from leadscape.codebooks import Codebook
from leadscape.landscape.results import Concentration, Landscape
from leadscape.report import charts
from leadscape.report.contents import ReportContents
from leadscape.report.count_views import count_bands
from leadscape.report.estimate_views import population_labels, shown_models
from leadscape.report.map import draw_home_map, draw_rate_map
from leadscape.report.rendering import Figure, render_chart
from leadscape.report.wording import decimal, interval, listed, percent, plural, quantity, whole

TITLES = {
    "extent": "Role-holdings by role",
    "phases": "Role-holdings by phase of the home school",
    "bands": "Authorities by number of role-holdings",
    "lorenz": "Share of role-holdings by share of authorities",
    "sensitivity": "Total under every assumption about silent authorities",
}
UNIT_TITLES = {"holdings": "Estimated role-holdings", "leaders": "Estimated people", "%": "Estimated shares"}
Declared = tuple[str, str, str, charts.Specification | None]


def draw_figures(contents: ReportContents) -> dict[str, Figure]:
    """The figures that can be drawn, by name, in the order of the report.

    One chart is drawn while the next is declared: the renderer works outside Python.
    """
    with ThreadPoolExecutor(max_workers=1) as renderer:
        drawn = [
            renderer.submit(render_chart, name, title, words, specification)
            for name, title, words, specification in _declared(contents)
            if specification is not None
        ]
        figures = [*_maps(contents), *(chart.result() for chart in drawn)]
    return {figure.name: figure for figure in figures}


def _declared(contents: ReportContents) -> Iterator[Declared]:
    landscape, codebook = contents.landscape, contents.codebook
    extent = charts.draw_extent(landscape.extent, codebook)
    yield "extent", TITLES["extent"], _extent_words(landscape), extent
    yield "phases", TITLES["phases"], _phase_words(landscape), charts.draw_phases(landscape.phases)
    bands = charts.draw_bands(count_bands(landscape))
    yield "bands", TITLES["bands"], _band_words(landscape), bands
    yield from _concentration(landscape.concentration)
    yield from _estimates(landscape, codebook)
    sensitivity = charts.draw_sensitivity(landscape.sensitivity)
    yield "sensitivity", TITLES["sensitivity"], _sensitivity_words(landscape), sensitivity
    yield from _models(landscape, codebook)


def _maps(contents: ReportContents) -> list[Figure]:
    if contents.areas is None:
        return []
    authorities = contents.landscape.authorities
    maps = [draw_rate_map(contents.areas, authorities)]
    if contents.home_points is not None and contents.home_points.points.height:
        maps.append(draw_home_map(contents.areas, authorities, contents.home_points, contents.codebook))
    return maps


def _concentration(concentration: Concentration | None) -> Iterator[Declared]:
    if concentration is None:
        return
    words = f"Lorenz curve of {plural(concentration.authorities, 'authority')}. Gini {decimal(concentration.gini, 2)}."
    yield "lorenz", TITLES["lorenz"], words, charts.draw_lorenz(concentration)


def _estimates(landscape: Landscape, codebook: Codebook) -> Iterator[Declared]:
    """One chart a unit and origin: numbers and shares, parts and wholes have no common axis."""
    origins = {**codebook.labels("origins"), "all": "all origins"}
    pairs = landscape.estimates.select("unit", "origin").unique(maintain_order=True)
    for unit, origin in pairs.iter_rows():
        rows = landscape.estimates.filter(pl.col("unit") == unit, pl.col("origin") == origin)
        name = f"estimates_{'percent' if unit == '%' else unit}_{origin}"
        title = f"{UNIT_TITLES.get(unit, f'Estimates, {unit}')}, {str(origins.get(origin, origin)).lower()}"
        specification = charts.draw_estimates(rows, unit)
        yield re.sub(r"\W+", "_", name), title, _estimate_words(rows, unit), specification


def _models(landscape: Landscape, codebook: Codebook) -> Iterator[Declared]:
    """One chart a role: each is a population of its own."""
    shown, labels = shown_models(landscape.models), population_labels(codebook)
    for population in shown["population"].unique(maintain_order=True) if shown.height else []:
        rows = shown.filter(pl.col("population") == population)
        parts = [f"{model} {whole(n)}" for model, n in rows.select("model", "estimate").iter_rows()]
        title = f"Estimates from overlapping lists: {labels.get(population, population)}"
        words = f"Dots with intervals. {'; '.join(parts)}."
        yield f"models_{population}", title, words, charts.draw_models(rows)


def _extent_words(landscape: Landscape) -> str:
    most = landscape.extent.drop_nulls("holdings").sort("holdings", descending=True).head(3)
    parts = [
        f"{label} {whole(n)}" + ("" if pct is None else f" ({percent(pct)})")
        for label, n, pct in most.select("role_label", "holdings", "pct").iter_rows()
    ]
    return f"Bar chart. Most frequent: {listed(parts)}."


def _phase_words(landscape: Landscape) -> str:
    parts = [
        f"{label} {percent(pct)}"
        for label, pct in landscape.phases.drop_nulls("pct").select("phase_label", "pct").iter_rows()
        if pct
    ]
    return f"Bar chart. {listed(parts)}." if parts else "Bar chart."


def _band_words(landscape: Landscape) -> str:
    parts = [f"{band}: {whole(n)}" for band, n, known in count_bands(landscape).iter_rows() if known and n]
    return f"Bar chart of authorities whose number is known. {listed(parts)}." if parts else "Bar chart."


def _estimate_words(rows: pl.DataFrame, unit: str) -> str:
    parts = [
        f"{label}, {method}: {quantity(value, unit)} ({interval(low, high, unit)})"
        for label, method, value, low, high in rows.select(
            "label", "method", "value", "low", "high"
        ).iter_rows()
    ]
    return f"Dots with intervals. {'; '.join(parts)}."


def _sensitivity_words(landscape: Landscape) -> str:
    totals, what = landscape.sensitivity["total"], "total"
    if totals.has_nulls():
        totals, what = landscape.sensitivity["local_total"], "number of local roles"
    if not len(totals):
        return ""
    return f"Line with a band. The {what} runs from {whole(totals[0])} to {whole(totals[-1])}."
