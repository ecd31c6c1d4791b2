"""The report as one HTML file that needs nothing else: no network, no fonts, no scripts."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from leadscape.report import (
    certainty_views,
    count_views,
    estimate_views,
    quality_views,
    response_views,
    sentences,
    style,
    validation_views,
)
from leadscape.report.absences import absences
from leadscape.report.contents import ReportContents
from leadscape.report.rendering import Figure
from leadscape.report.summary import key_figures, not_known, opening_sentence
from leadscape.report.views import TableView
from leadscape.report.wording import decimal, listed, part, percent, plural, whole

SECTIONS = (
    ("summary", "Summary"),
    ("extent", "How many, in which roles"),
    ("kinds", "Kinds of leadership"),
    ("where", "Where"),
    ("certainty", "How sure"),
    ("network", "Who supports whom"),
    ("comparison", "Beside the baseline"),
    ("quality", "How good the data are"),
    ("method", "Method, and what not to conclude"),
    ("provenance", "Where the figures come from"),
)


def render_page(contents: ReportContents, figures: Mapping[str, Figure]) -> str:
    """The whole page. Equal contents give equal bytes."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("leadscape", "report/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        whole=whole, percent=percent, decimal=decimal, plural=plural, listed=listed, part=part
    )
    constants = {name.lower(): Markup(value) for name, value in vars(style).items() if isinstance(value, str)}
    tables_numbered, figures_numbered = count(1), count(1)
    drawn = {name: Markup(figure.svg) for name, figure in figures.items()}
    return environment.get_template("report.html.j2").render(
        contents=contents,
        landscape=contents.landscape,
        sections=[entry for entry in SECTIONS if _has_section(entry[0], contents)],
        tables=tables_of(contents),
        figures=figures,
        drawn=drawn,
        next_table=tables_numbered.__next__,
        next_figure=figures_numbered.__next__,
        style=constants,
        key_figures=key_figures(contents),
        opening=opening_sentence(contents),
        not_known=not_known(contents),
        own_school=sentences.own_school_sentence(contents.landscape),
        not_collected=sentences.not_collected_roles(contents.landscape),
        known_totals=sentences.known_totals(contents.landscape.authorities),
        gini=sentences.gini_sentence(contents.landscape.concentration)
        if contents.landscape.concentration
        else "",
        model_key=estimate_views.model_key(contents.landscape),
        absent=absences(contents),
        validation_said=validation_views.validation_sentences(contents),
        settled=quality_views.settled_sentence(contents.decisions),
        no_bar=_no_bar(contents),
        map_notes=_map_notes(contents),
        model_ranges=sentences.model_range_sentences(contents.landscape, contents.codebook),
    )


def tables_of(contents: ReportContents) -> dict[str, TableView | None]:
    """Every table of the page by name; null where there is nothing to show."""
    landscape = contents.landscape
    spread, network, baseline = landscape.concentration, landscape.network, contents.baseline
    optional: dict[str, Any] = {
        "lorenz": spread and count_views.view_lorenz(spread),
        "cold_spots": spread and count_views.view_cold_spots(spread),
        "network": network and certainty_views.view_network(network),
        "reach": network and certainty_views.view_reach(network),
        "baseline": baseline and certainty_views.view_baseline(baseline),
    }
    return {
        "extent": count_views.view_extent(landscape, contents.codebook),
        "kinds": count_views.view_kinds(landscape),
        "authorities": count_views.view_authorities(landscape),
        "regions": count_views.view_regions(landscape, contents.suppress_below),
        "phases": count_views.view_phases(landscape),
        "bands": count_views.view_bands(landscape),
        "estimates": estimate_views.view_estimates(landscape),
        "assumptions": estimate_views.view_assumptions(landscape),
        "doubt": certainty_views.view_doubt(landscape),
        "validation": validation_views.view_validation(contents),
        "understanding": quality_views.view_understanding(contents),
        "sensitivity": certainty_views.view_sensitivity(landscape),
        "models": estimate_views.view_models(landscape, contents.codebook),
        "responses": quality_views.view_responses(contents),
        "response_rates": response_views.view_response_rates(contents),
        "schools_covered": response_views.view_schools_covered(contents),
        "reading": quality_views.view_reading(contents),
        "open_questions": quality_views.view_questions(contents),
        "consistency": quality_views.view_consistency(contents),
        "inputs": quality_views.view_inputs(contents),
        "run": quality_views.view_run(contents),
        **optional,
    }


def _no_bar(contents: ReportContents) -> dict[str, str]:
    """What has no bar in the charts of counts."""
    landscape = contents.landscape
    return {
        "extent": sentences.no_bar(landscape.extent, "role_label"),
        "phases": sentences.no_phase_bar(landscape.phases),
        "bands": sentences.no_band_bar(landscape.authorities),
    }


def _map_notes(contents: ReportContents) -> str:
    """What the dots of the map are, and which are not there."""
    home = contents.home_points
    if home is None:
        return ""
    said = (
        "A dot stands for one role-holding, at a school drawn at random among at least six neighbours of the home"
        " school, so that it does not say who leads; dots at one place cover each other."
        if home.among_neighbours
        else "A dot is the home school of one or more leaders; dots at one place cover each other."
    )
    return " ".join(s for s in (said, sentences.withheld_origin(home), sentences.not_on_the_map(home)) if s)


def _has_section(section: str, contents: ReportContents) -> bool:
    if section == "network":
        return contents.landscape.network is not None or "network" in contents.landscape.withheld
    if section == "comparison":
        return contents.baseline is not None
    return True
