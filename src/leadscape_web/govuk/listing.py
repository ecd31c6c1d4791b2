"""A list of records as a person works with it: sorted, filtered, in pages, and downloaded just as it is shown.

What is asked for is in the address (``?sort=-pupils&phase=primary&page=2``), so that a list can be kept and passed on.
``?format=csv`` and ``?format=xlsx`` answer with every row of the filtered, sorted list. In a view::

    shown = show_listing(request, Listing("schools", …))
    if isinstance(shown, HttpResponse):
        return shown
    return render(request, "register/schools.html", {"listing": shown})

and in its template ``{% from "govuk/listing.html" import show_listing %}{{ show_listing(listing) }}``.
"""

from __future__ import annotations

from typing import Any, Literal

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from leadscape.actions.write_listing import ListingColumn, ListingStatement, write_listing
from leadscape_web.govuk.listing_table import (
    MISSING,
    Arranged,
    Column,
    Filter,
    Listing,
    Wanted,
    arrange,
    read_wanted,
    words_of,
)
from leadscape_web.govuk.listing_view import ShownListing, draw_listing
from leadscape_web.govuk.wording import NOT_KNOWN

__all__ = ["Column", "Filter", "Listing", "ShownListing", "render_listing", "show_listing"]


def show_listing(request: HttpRequest, listing: Listing) -> ShownListing | HttpResponse:
    """What the address asks for: a page of the listing to draw, or a file to hand over."""
    wanted = read_wanted(request.GET, listing)  # type: ignore[arg-type]
    arranged = arrange(listing, wanted)
    asked = request.GET.get(f"{listing.prefix}format", "")
    if asked == "csv" or asked == "xlsx":
        return _hand_over(listing, wanted, arranged, asked)
    return draw_listing(listing, wanted, arranged, request.path, request.GET)


def render_listing(
    request: HttpRequest,
    listing: Listing,
    template: str = "govuk/listing_page.html",
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    """A whole page that is one listing, or its file. ``template`` gets it as ``listing``."""
    shown = show_listing(request, listing)
    if isinstance(shown, HttpResponse):
        return shown
    return render(request, template, {"listing": shown, **(context or {})})


def _hand_over(
    listing: Listing, wanted: Wanted, arranged: Arranged, file_kind: Literal["csv", "xlsx"]
) -> HttpResponse:
    sort = next((column.label for column in listing.columns if column.key == wanted.sort_key), "")
    statement = ListingStatement(
        title=listing.title,
        about=listing.about,
        source=listing.source,
        as_of=listing.as_of,
        taken_on=timezone.localdate(),
        rows=arranged.rows.height,
        of_rows=arranged.total,
        filters=tuple((one.label, _option_text(one, value, arranged)) for one, value in wanted.filters),
        sorted_by=f"{sort}{', largest or last first' if wanted.descending else ''}" if sort else "",
        notes=tuple(listing.notes),
    )
    columns = tuple(
        ListingColumn(
            column.label, _as_shown(arranged.rows[column.key], column), words_of(arranged.rows, column)
        )
        for column in listing.columns
    )
    file = write_listing(listing.name, columns, statement, file_kind)
    answer = HttpResponse(file.content, content_type=file.content_type)
    answer["Content-Disposition"] = f'attachment; filename="{file.file_name}"'
    return answer


def _option_text(one: Filter, value: str, arranged: Arranged) -> str:
    if value == MISSING:
        return NOT_KNOWN
    offered = dict(one.options) if one.options is not None else {}
    return offered.get(value, value)


def _as_shown(values: pl.Series, column: Column) -> pl.Series:
    """The values as the page shows them: lists joined, yes and no in words, numbers with as many decimals."""
    if isinstance(values.dtype, pl.List):
        joined = values.cast(pl.List(pl.String)).list.join("; ")
        return pl.select(pl.when(joined != "").then(joined)).to_series()
    if values.dtype == pl.Boolean:
        return values.replace_strict({True: "Yes", False: "No"}, return_dtype=pl.String)
    if values.dtype.is_float():
        finite = pl.select(pl.when(values.is_finite()).then(values)).to_series()
        return finite.round(1 if column.decimals is None else column.decimals)
    return values
