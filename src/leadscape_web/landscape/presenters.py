"""What a screen of the landscape shows, as frozen objects: findings, charts, tables beside them, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadscape.actions.show_published import views_of
from leadscape_web.landscape.published import Figure, Published, TableView
from leadscape_web.landscape.screens import EMPTY, Part, Screen
from leadscape_web.landscape.tables import cells_of, heads_of


@dataclass(frozen=True)
class ShownTable:
    """One table as it is drawn.

    Attributes
    ----------
    name
        Its place in addresses: ``/landscape/table/NAME/``.
    about
        What one row is.
    heads, rows
        Headings and cells; see ``leadscape_web.landscape.tables``.
    strong
        Places of rows that are totals.
    """

    name: str
    caption: str
    about: str
    note: str
    heads: tuple[dict[str, Any], ...]
    rows: tuple[tuple[dict[str, Any], ...], ...]
    strong: frozenset[int]


def shown_table(view: TableView, about: str = "") -> ShownTable:
    """``view`` as it is drawn."""
    rows = tuple(tuple(row) for row in cells_of(view))
    return ShownTable(view.name, view.caption, about, view.note, tuple(heads_of(view)), rows, view.strong)


@dataclass(frozen=True)
class ShownPart:
    """One part of a screen.

    Attributes
    ----------
    findings
        What the part says, in the words of the report.
    keys
        What names in charts and tables mean: name and meaning.
    beside
        What a chart leaves out.
    absent
        Why a table is not there, or is thinned out.
    linked
        Longer tables that have a page of their own: name and caption.
    """

    id: str
    heading: str
    lead: str
    findings: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    beside: tuple[str, ...]
    tables: tuple[ShownTable, ...]
    absent: tuple[str, ...]
    linked: tuple[tuple[str, str], ...]


def present_screen(
    screen: Screen, published: Published, figures: Mapping[str, Figure]
) -> tuple[ShownPart, ...]:
    """Every part of ``screen``, with whatever the study published for it."""
    return tuple(present_part(part, published, figures) for part in screen.parts)


def present_part(part: Part, published: Published, figures: Mapping[str, Figure]) -> ShownPart:
    """One part of a screen."""
    tables = tuple(
        shown_table(published.tables[view], _about(published, view))
        for view in part.views
        if view in published.tables
    )
    said = [(subject, published.said(subject, "absence")) for subject in part.subjects]
    absent = [sentence for subject, sentences in said for sentence in sentences if _stands(subject, tables)]
    if not tables and not absent:
        absent = [EMPTY[view] for view in part.views if view in EMPTY]
    return ShownPart(
        id=part.id,
        heading=part.heading,
        lead=part.lead,
        findings=_said(part, published, "finding"),
        keys=tuple(_key(sentence) for sentence in _said(part, published, "key")),
        figures=tuple(
            figure
            for name, figure in figures.items()
            if any(
                name == wanted or (wanted.endswith("_") and name.startswith(wanted))
                for wanted in part.figures
            )
        ),
        beside=_said(part, published, "no bar"),
        tables=tables,
        absent=tuple(absent),
        linked=tuple(
            (view, published.tables[view].caption) for view in part.linked if view in published.tables
        ),
    )


def figures_of(screen: Screen) -> bool:
    """Whether the screen has any chart, so that the list of drawings is needed."""
    return any(part.figures for part in screen.parts)


def _said(part: Part, published: Published, kind: str) -> tuple[str, ...]:
    return tuple(sentence for subject in part.subjects for sentence in published.said(subject, kind))


def _stands(subject: str, tables: tuple[ShownTable, ...]) -> bool:
    """Whether the reason for an absence is to be said: where the table is not there, or was thinned out."""
    return subject not in _ONLY_WHEN_EMPTY or subject not in {table.name for table in tables}


_ONLY_WHEN_EMPTY = frozenset({"responses", "reading", "cold_spots", "reach"})
"""Subjects whose reason the report states whether or not it applies."""


def _key(sentence: str) -> tuple[str, str]:
    name, _, meaning = sentence.partition(": ")
    return name, meaning


def _about(published: Published, view: str) -> str:
    """What one row of the table is, in the words of the first published table that it is drawn from."""
    return next((published.about[table] for table in views_of(view)), "")
