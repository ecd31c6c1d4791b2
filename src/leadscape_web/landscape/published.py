"""What did the study publish? Its tables, sentences and files, read as they were kept and never counted again.

Rows are read only for the tables that a page shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.db.models.functions import Substr

from leadscape.actions.show_published import PublishedRecord, TableView, show_published, views_of
from leadscape_web.landscape.models import PublishedFile, PublishedTable
from leadscape_web.survey.models import Wave

STATEMENTS: Final = "statements"
FIGURES: Final = "figures/"
_HEAD_BYTES: Final = 1500
_SIZE: Final = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')
_TITLE: Final = re.compile(r"<title[^>]*>([^<]*)</title>")


@dataclass(frozen=True)
class Figure:
    """One chart or map that the study drew.

    Attributes
    ----------
    name
        Name of the file, ``figures/extent.svg``.
    width, height
        Pixels at its own size.
    """

    name: str
    title: str
    width: int
    height: int


@dataclass(frozen=True)
class Statement:
    """One sentence of the report about ``subject``; see ``leadscape.report.tables.Statements``."""

    subject: str
    kind: str
    text: str


@dataclass(frozen=True)
class Published:
    """Some tables of one wave.

    Attributes
    ----------
    wave
        Whose they are.
    rows
        Name of a table to its rows as they were published.
    about
        Name of a table to what one row is.
    """

    wave: Wave
    rows: Mapping[str, list[dict[str, Any]]]
    about: Mapping[str, str]

    @cached_property
    def tables(self) -> dict[str, TableView]:
        """Tables of the report that can be shown from the rows at hand, by name."""
        given = {name: rows for name, rows in self.rows.items() if name != STATEMENTS}
        return show_published(record_of(self.wave), given)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """What the report says, in its order."""
        rows = sorted(self.rows.get(STATEMENTS, []), key=lambda row: row["place"])
        return tuple(Statement(row["subject"], row["kind"], row["statement"]) for row in rows)

    def said(self, subject: str, *kinds: str) -> tuple[str, ...]:
        """Sentences about ``subject`` of one of the ``kinds``."""
        return tuple(one.text for one in self.statements if one.subject == subject and one.kind in kinds)

    def row(self, table: str, **values: str) -> dict[str, Any] | None:
        """The first row of ``table`` with these values; null where there is none."""
        return next(
            (row for row in self.rows.get(table, []) if all(row.get(key) == v for key, v in values.items())),
            None,
        )


def read_published(wave: Wave, tables: Iterable[str]) -> Published:
    """The tables with these names, in one query; names that the study did not publish are left out."""
    found = PublishedTable.objects.filter(wave=wave, name__in=set(tables)).order_by("position")
    kept = list(found.values_list("name", "rows", "about"))
    return Published(wave, {name: rows for name, rows, _ in kept}, {name: about for name, _, about in kept})


def needed_for(views: Iterable[str]) -> set[str]:
    """The published tables that these tables of the report are drawn from."""
    return {table for view in views for table in views_of(view)}


def read_figures(wave: Wave) -> dict[str, Figure]:
    """Every drawing of the wave by its bare name, ``extent``, in the order of their names. Contents are not read."""
    rows = (
        PublishedFile.objects.filter(wave=wave, name__startswith=FIGURES, name__endswith=".svg")
        .order_by("name")
        .annotate(head=Substr("content", 1, _HEAD_BYTES))
        .values_list("name", "head")
    )
    found = {}
    for name, head in rows:
        text = bytes(head).decode("utf-8", "ignore")
        size, title = _SIZE.search(text), _TITLE.search(text)
        bare = name.removeprefix(FIGURES).removesuffix(".svg")
        width, height = (round(float(size[1])), round(float(size[2]))) if size else (600, 400)
        found[bare] = Figure(name, title[1] if title else bare.replace("_", " "), width, height)
    return found


def record_of(wave: Wave) -> PublishedRecord:
    """What the wave kept about itself, as the library asks for it."""
    return PublishedRecord(
        wave.title, wave.system, wave.as_of, wave.codebook, wave.codebook_text, wave.provenance
    )
