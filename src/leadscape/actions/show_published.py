"""Show again what a study published: its rows as they were kept become the tables of its report, in the same words.

Nothing is counted here. A row comes as it was published, with its suppressed cells, and leaves as a cell in words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

import polars as pl

from leadscape.actions.report_contents import earlier_baseline
from leadscape.codebooks import Codebook, parse_codebook
from leadscape.core.provenance import InputFile, Provenance
from leadscape.landscape.results import Concentration, Landscape, NetworkSummary
from leadscape.report import certainty_views, count_views, estimate_views, quality_views, response_views
from leadscape.report.contents import BaselineComparison, ReportContents
from leadscape.report.datasets import columns_of
from leadscape.report.validation_views import view_error_rates
from leadscape.report.views import Cell, Shown, TableView

__all__ = [
    "Cell",
    "PublishedRecord",
    "Rows",
    "Shown",
    "TableView",
    "columns_of",
    "frame_of_published",
    "show_published",
    "views_of",
]

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class PublishedRecord:
    """What a study kept about itself.

    Attributes
    ----------
    codebook, codebook_text
        Id of the codebook and its file as used.
    provenance
        The record of the run, as JSON reads; empty where none was kept.
    """

    title: str
    system: str
    as_of: date
    codebook: str
    codebook_text: str
    provenance: Mapping[str, Any]


@dataclass(frozen=True)
class _View:
    """How one table of the report is drawn: from which published tables, and by what."""

    needs: tuple[str, ...]
    draw: Callable[[ReportContents, Mapping[str, pl.DataFrame]], TableView | None]


def show_published(record: PublishedRecord, tables: Mapping[str, Rows]) -> dict[str, TableView]:
    """Every table of the report that the published ``tables`` allow, by name, in the order of the report.

    Parameters
    ----------
    tables
        Name of a published table to its rows. Tables that are not given are not missed.

    Raises
    ------
    CodebookProblem
        When the text of the codebook is none.
    """
    frames = {name: frame_of_published(name, rows) for name, rows in tables.items() if columns_of(name)}
    contents = _contents(record, frames)
    drawn = {
        name: view.draw(contents, frames)
        for name, view in _VIEWS.items()
        if all(need in frames for need in view.needs)
    }
    return {name: table for name, table in drawn.items() if table is not None and table.rows}


def views_of(name: str) -> tuple[str, ...]:
    """The published tables that the table ``name`` of the report is drawn from; empty where there is no such table."""
    view = _VIEWS.get(name)
    return view.needs if view else ()


def frame_of_published(name: str, rows: Rows) -> pl.DataFrame:
    """Rows of the published table ``name`` as a frame with the columns and types of its declaration."""
    return pl.DataFrame(
        {
            column: pl.Series(column, [row.get(column) for row in rows], dtype=dtype, strict=False)
            for column, dtype in columns_of(name).items()
        }
    )


@cache
def _parsed(text: str, name: str) -> Codebook:
    return parse_codebook(text.encode(), name)


def _contents(record: PublishedRecord, frames: Mapping[str, pl.DataFrame]) -> ReportContents:
    """The contents of a report that holds only what is given."""
    suppress_below = record.provenance.get("parameters", {}).get("suppress_below")
    return ReportContents(
        title=record.title,
        system=record.system,
        as_of=record.as_of,
        codebook=_parsed(record.codebook_text, record.codebook),
        landscape=_landscape(frames),
        provenance=_provenance(record),
        reading=_given(frames, "reading"),
        responses=_given(frames, "responses"),
        open_questions=_given(frames, "open_questions"),
        decisions=0,
        suppress_below=suppress_below if suppress_below and suppress_below > 1 else None,
        understanding=_given(frames, "understanding"),
        response_rates=_given(frames, "response_rates"),
        schools_covered=_given(frames, "schools_covered"),
    )


def _landscape(frames: Mapping[str, pl.DataFrame]) -> Landscape:
    named = ("extent", "totals", "kinds", "authorities", "regions", "phases", "estimates", "models",
             "sensitivity", "consistency", "doubt")  # fmt: skip
    given: dict[str, Any] = {name: _given(frames, name) for name in named}
    return Landscape(**given, concentration=_concentration(frames), network=None)


def _given(frames: Mapping[str, pl.DataFrame], name: str) -> pl.DataFrame:
    return frames[name] if name in frames else frame_of_published(name, ())


def _concentration(frames: Mapping[str, pl.DataFrame]) -> Concentration | None:
    figures = frames.get("concentration")
    if figures is None or not figures.height:
        return None
    row = figures.row(0, named=True)
    return Concentration(
        lorenz=_given(frames, "lorenz"),
        gini=row["gini"],
        gini_low=row["gini_low"],
        gini_high=row["gini_high"],
        authorities=row["authorities"],
        cold_spots=_given(frames, "cold_spots"),
    )


def _provenance(record: PublishedRecord) -> Provenance:
    kept = dict(record.provenance)
    return Provenance(
        title=record.title,
        as_of=record.as_of.isoformat(),
        codebook=record.codebook,
        codebook_sha256=kept.get("codebook_sha256", ""),
        seed=kept.get("seed", 0),
        inputs=tuple(InputFile(**file) for file in kept.get("inputs", ())),
        parameters=kept.get("parameters", {}),
        software=kept.get("software", "not kept"),
    )


def _view_lorenz(contents: ReportContents, _: Mapping[str, pl.DataFrame]) -> TableView | None:
    spread = contents.landscape.concentration
    return count_views.view_lorenz(spread) if spread else None


def _view_cold_spots(contents: ReportContents, _: Mapping[str, pl.DataFrame]) -> TableView | None:
    spread = contents.landscape.concentration
    return count_views.view_cold_spots(spread) if spread else None


def _view_reach(_: ReportContents, frames: Mapping[str, pl.DataFrame]) -> TableView | None:
    nothing = _given({}, "network_schools")
    return certainty_views.view_reach(
        NetworkSummary(*[0] * 9, schools=nothing, reach=frames["network_reach"])
    )


def _view_baseline(contents: ReportContents, frames: Mapping[str, pl.DataFrame]) -> TableView | None:
    found = earlier_baseline(contents.codebook)
    if found is None or not frames["comparison"].height:
        return None
    earlier, baseline, _ = found
    labels = {**earlier.labels("roles"), **contents.codebook.labels("roles")}
    return certainty_views.view_baseline(
        BaselineComparison(baseline.title, baseline.source, frames["comparison"], labels)
    )


_VIEWS: Final[dict[str, _View]] = {
    "extent": _View(("extent", "totals"), lambda c, _: count_views.view_extent(c.landscape, c.codebook)),
    "kinds": _View(("kinds",), lambda c, _: count_views.view_kinds(c.landscape)),
    "authorities": _View(("authorities",), lambda c, _: count_views.view_authorities(c.landscape)),
    "regions": _View(
        ("regions", "totals"), lambda c, _: count_views.view_regions(c.landscape, c.suppress_below)
    ),
    "phases": _View(("phases",), lambda c, _: count_views.view_phases(c.landscape)),
    "bands": _View(("authorities",), lambda c, _: count_views.view_bands(c.landscape)),
    "lorenz": _View(("lorenz", "concentration"), _view_lorenz),
    "cold_spots": _View(("cold_spots", "concentration"), _view_cold_spots),
    "estimates": _View(("estimates",), lambda c, _: estimate_views.view_estimates(c.landscape)),
    "assumptions": _View(("estimates",), lambda c, _: estimate_views.view_assumptions(c.landscape)),
    "doubt": _View(("doubt",), lambda c, _: certainty_views.view_doubt(c.landscape)),
    "sensitivity": _View(("sensitivity",), lambda c, _: certainty_views.view_sensitivity(c.landscape)),
    "models": _View(("models",), lambda c, _: estimate_views.view_models(c.landscape, c.codebook)),
    "network": _View(("network",), lambda _, f: certainty_views.view_network_figures(f["network"])),
    "reach": _View(("network_reach",), _view_reach),
    "baseline": _View(("comparison",), _view_baseline),
    "responses": _View(("responses",), lambda c, _: quality_views.view_responses(c)),
    "response_rates": _View(("response_rates",), lambda c, _: response_views.view_response_rates(c)),
    "schools_covered": _View(("schools_covered",), lambda c, _: response_views.view_schools_covered(c)),
    "understanding": _View(("understanding",), lambda c, _: quality_views.view_understanding(c)),
    "validation": _View(("validation",), lambda _, f: view_error_rates(f["validation"], "")),
    "reading": _View(("reading",), lambda c, _: quality_views.view_reading(c)),
    "open_questions": _View(("open_questions",), lambda c, _: quality_views.view_questions(c)),
    "consistency": _View(("consistency",), lambda c, _: quality_views.view_consistency(c)),
    "inputs": _View((), lambda c, _: quality_views.view_inputs(c)),
    "run": _View((), lambda c, _: quality_views.view_run(c)),
}
