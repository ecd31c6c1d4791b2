"""What the page tells besides its tables, as tables: key figures, sentences, network and concentration in figures.

So a face that shows the figures again, years later and on another screen, says the same words about them and never
makes its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from leadscape.core.tables import frame_of
from leadscape.landscape.results import Concentration, NetworkSummary
from leadscape.report import sentences
from leadscape.report.absences import absences
from leadscape.report.contents import ReportContents
from leadscape.report.estimate_views import model_key
from leadscape.report.quality_views import settled_sentence
from leadscape.report.summary import key_figures, not_known, opening_sentence
from leadscape.report.tables import ConcentrationFigures, KeyFigures, NetworkFigures, Statements
from leadscape.report.validation_views import validation_sentences


def tell_key_figures(contents: ReportContents) -> pl.DataFrame:
    """The figures that stand first, as :class:`~leadscape.report.tables.KeyFigures`."""
    return frame_of(KeyFigures, [vars(figure) for figure in key_figures(contents)])


def tell_statements(contents: ReportContents) -> pl.DataFrame:
    """Every sentence about the figures, as :class:`~leadscape.report.tables.Statements`."""
    rows: list[Mapping[str, Any]] = [
        {"place": place, "subject": subject, "kind": kind, "statement": statement}
        for place, (subject, kind, statement) in enumerate(
            (said for said in _said(contents) if said[2]), start=1
        )
    ]
    return frame_of(Statements, rows)


def tell_concentration(concentration: Concentration) -> pl.DataFrame:
    """The Gini coefficient with its interval, as :class:`~leadscape.report.tables.ConcentrationFigures`."""
    return frame_of(
        ConcentrationFigures,
        [
            {
                "gini": concentration.gini,
                "gini_low": concentration.gini_low,
                "gini_high": concentration.gini_high,
                "authorities": concentration.authorities,
            }
        ],
    )


def tell_network(network: NetworkSummary) -> pl.DataFrame:
    """The support network in figures, as :class:`~leadscape.report.tables.NetworkFigures`."""
    schools, partners = network.schools_in_network, network.partner_schools
    rows: list[tuple[str, int, int | None]] = [
        ("Ties of support (leader, role, partner school)", network.supports, None),
        ("Schools in the network", schools, None),
        ("Home schools that give support", network.home_schools, schools),
        ("Partner schools that receive support", partners, schools),
        ("Partner schools that hang on one supporter", network.hanging_on_one, partners),
        ("Schools in the largest connected part", network.largest_component, schools),
        ("Connected parts", network.components, None),
        ("Longest chain of support, steps", network.longest_chain, None),
        ("Open schools outside the network", network.isolates, None),
    ]
    if network.inside_group is not None and network.arrows:
        rows.append(("Ties inside one trust or federation", network.inside_group, network.arrows))
    return frame_of(NetworkFigures, [dict(zip(("figure", "number", "of"), row, strict=True)) for row in rows])


def _said(contents: ReportContents) -> Iterator[tuple[str, str, str]]:
    """Subject, kind and sentence, in the order of the report."""
    landscape = contents.landscape
    yield "summary", "finding", opening_sentence(contents)
    yield from (("summary", "unknown", sentence) for sentence in not_known(contents))
    yield from (("summary", "note", sentence) for sentence in contents.notes)
    yield "extent", "finding", sentences.own_school_sentence(landscape)
    yield "extent", "no bar", sentences.no_bar(landscape.extent, "role_label")
    yield "authorities", "finding", sentences.known_totals(landscape.authorities)
    yield "bands", "no bar", sentences.no_band_bar(landscape.authorities)
    yield "phases", "no bar", sentences.no_phase_bar(landscape.phases)
    if landscape.concentration is not None:
        yield "concentration", "finding", sentences.gini_sentence(landscape.concentration)
    ranges = sentences.model_range_sentences(landscape, contents.codebook)
    yield from (("models", "finding", sentence) for sentence in ranges)
    yield from (("models", "key", f"{name}: {meaning}") for name, meaning in model_key(landscape))
    yield "open_questions", "finding", settled_sentence(contents.decisions)
    yield from (("validation", "finding", sentence) for sentence in validation_sentences(contents))
    yield from ((subject, "absence", sentence) for subject, sentence in absences(contents).items())
