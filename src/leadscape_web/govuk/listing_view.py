"""How does a listing look on a page? Cells as texts with links, headings that sort, pages, filters, downloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import polars as pl
from django.http import QueryDict

from leadscape_web.govuk.listing_table import (
    Arranged,
    Column,
    Filter,
    Listing,
    Wanted,
    options_of,
    words_of,
)
from leadscape_web.govuk.wording import written


@dataclass(frozen=True)
class Heading:
    """A heading: its text, where sorting by it leads, and how it is sorted now (as ``aria-sort`` says it)."""

    label: str
    href: str
    sorted: str
    numeric: bool


@dataclass(frozen=True)
class Cell:
    """A value as text, with a link or none, or the words for why it is missing; ``kind`` is that of its column."""

    text: str
    href: str | None
    missing: bool
    kind: str


@dataclass(frozen=True)
class Choice:
    """A filter as it is drawn: options (value, text) of a select, or the text typed."""

    name: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...] | None


@dataclass(frozen=True)
class ShownListing:
    """One page of a listing.

    Attributes
    ----------
    rows
        Cells of this page's rows.
    first, last, matched, total
        This page shows row ``first`` to ``last`` of ``matched``; ``total`` are there without filters.
    pages
        Parameters of the pagination component; null where one page is all.
    narrowed
        Whether a filter is on.
    kept
        Pairs of name and value that the form of filters must send along.
    """

    listing: Listing
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    first: int
    last: int
    matched: int
    total: int
    pages: dict[str, Any] | None
    choices: tuple[Choice, ...]
    narrowed: bool
    kept: tuple[tuple[str, str], ...]
    csv_href: str
    xlsx_href: str
    clear_href: str
    path: str

    @property
    def anchor(self) -> str:
        """Where on the page it is."""
        return f"list-{self.listing.name}"

    @property
    def counts(self) -> str:
        """What is seen, in words."""
        rows = f"{self.matched:,} row{'s' * (self.matched != 1)}"
        of_all = f"{rows} of {self.total:,} match" if self.narrowed else rows
        return f"{self.first:,} to {self.last:,} of {of_all}" if self.pages else of_all


def draw_listing(
    listing: Listing, wanted: Wanted, arranged: Arranged, path: str, parameters: QueryDict
) -> ShownListing:
    """The page of ``arranged`` that is wanted; the last one where there are not so many."""
    matched = arranged.rows.height
    last_page = max(1, -(-matched // listing.page_size))
    page = min(max(wanted.page, 1), last_page)
    start = (page - 1) * listing.page_size
    shown = arranged.rows.slice(start, listing.page_size)
    names = {
        listing.prefix + name for name in ("sort", "page", "format", *(one.key for one in listing.filters))
    }

    def link(without: tuple[str, ...] = (), **changed: str) -> str:
        asked = parameters.copy()
        for name in ("page", "format", *without):
            asked.pop(listing.prefix + name, None)
        for name, value in changed.items():
            asked[listing.prefix + name] = value
        return f"{path}?{asked.urlencode()}" if asked else path

    anchor = f"#list-{listing.name}"
    return ShownListing(
        listing=listing,
        headings=tuple(_heading(column, wanted, link, anchor) for column in listing.drawn),
        rows=_cells(shown, listing),
        first=start + 1 if matched else 0,
        last=start + shown.height,
        matched=matched,
        total=arranged.total,
        pages=_pages(page, last_page, lambda number: link(page=str(number)) + anchor, listing.title),
        choices=tuple(_choice(one, wanted, arranged.everything, listing.prefix) for one in listing.filters),
        narrowed=bool(wanted.filters),
        kept=tuple(
            (name, value)
            for name, values in parameters.lists()
            if name not in names or name == f"{listing.prefix}sort"
            for value in values
        ),
        csv_href=link(format="csv"),
        xlsx_href=link(format="xlsx"),
        clear_href=link(without=tuple(one.key for one in listing.filters)) + anchor,
        path=path,
    )


def _heading(column: Column, wanted: Wanted, link: Any, anchor: str) -> Heading:
    here = wanted.sort_key == column.key
    turned = f"-{column.key}" if here and not wanted.descending else column.key
    now = ("descending" if wanted.descending else "ascending") if here else "none"
    return Heading(column.label, link(sort=turned) + anchor, now, column.kind == "number")


def _cells(shown: pl.DataFrame, listing: Listing) -> tuple[tuple[Cell, ...], ...]:
    words = [words_of(shown, column).to_list() for column in listing.drawn]
    return tuple(
        tuple(_cell(column, row, words[place][number]) for place, column in enumerate(listing.drawn))
        for number, row in enumerate(shown.iter_rows(named=True))
    )


def _cell(column: Column, row: Mapping[str, Any], words: str) -> Cell:
    value = row[column.key]
    if value is None or value == []:
        return Cell(words, None, missing=True, kind=column.kind)
    text = (
        "; ".join(str(one) for one in value)
        if isinstance(value, list)
        else str(written(value, column.decimals))
    )
    return Cell(text, _href(column, row), missing=False, kind=column.kind)


def _href(column: Column, row: Mapping[str, Any]) -> str | None:
    if column.href is None or callable(column.href):
        return column.href(row) if column.href else None
    return column.href.format_map({key: quote(str(value), safe="") for key, value in row.items()})


def _choice(one: Filter, wanted: Wanted, everything: pl.DataFrame, prefix: str) -> Choice:
    value = next((text for asked, text in wanted.filters if asked.key == one.key), "")
    options = None if one.kind == "text" else tuple(options_of(one, everything))
    return Choice(prefix + one.key, one.label, value, options)


def _pages(page: int, last: int, href: Any, title: str) -> dict[str, Any] | None:
    """Parameters of the pagination: first, last, this page and its neighbours."""
    if last == 1:
        return None
    near = sorted({1, last, *range(max(1, page - 1), min(last, page + 1) + 1)})
    items: list[dict[str, Any]] = []
    for before, number in zip([0, *near], near, strict=False):
        if number - before == 2:
            items.append({"number": number - 1, "href": href(number - 1)})
        elif number - before > 2:
            items.append({"ellipsis": True})
        items.append({"number": number, "href": href(number), "current": number == page})
    made: dict[str, Any] = {"items": items, "landmarkLabel": f"Pages of {title}"}
    if page > 1:
        made["previous"] = {"href": href(page - 1)}
    if page < last:
        made["next"] = {"href": href(page + 1)}
    return made
