"""The screens of the landscape: one a question, one a table, each for the wave that its address names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from leadscape.actions.show_published import views_of
from leadscape_web.accounts.rules import ANY_RIGHT, allow
from leadscape_web.govuk.listing import render_listing, show_listing
from leadscape_web.landscape.answers import TABLES, short_answers
from leadscape_web.landscape.home_figures import tiles
from leadscape_web.landscape.models import PublishedTable
from leadscape_web.landscape.presenters import figures_of, present_screen
from leadscape_web.landscape.published import needed_for, read_figures, read_published
from leadscape_web.landscape.screens import BY_SLUG, DISTRIBUTION, SCREENS, VIEWS
from leadscape_web.landscape.tables import data_listing, listing_of
from leadscape_web.landscape.waves import WavePick, pick_wave, source_of
from leadscape_web.survey.models import Wave

ROWS: Final = 25
"""Authorities on a page of the screen; their table has more."""


@allow(ANY_RIGHT)
def overview(request: HttpRequest) -> HttpResponse:
    """``/landscape/``: every question, with the finding that answers it."""
    picked = pick_wave(request)
    if picked.wave is None:
        return _nothing(request)
    published = read_published(picked.wave, TABLES)
    return render(
        request,
        "landscape/overview.html",
        {
            "picked": picked,
            "source": source_of(picked.wave),
            "screens": SCREENS,
            "answers": short_answers(published, picked),
            "opening": published.said("summary", "finding"),
            "unknown": published.said("summary", "unknown"),
            "notes": published.said("summary", "note"),
            "tiles": tiles(published),
        },
    )


@allow(ANY_RIGHT)
def screen(request: HttpRequest, slug: str) -> HttpResponse:
    """``/landscape/extent/`` and its sisters."""
    shown = BY_SLUG[slug]
    picked = pick_wave(request)
    if picked.wave is None:
        return _nothing(request)
    published = read_published(picked.wave, shown.tables)
    context: dict[str, Any] = {
        "screen": shown,
        "screens": SCREENS,
        "picked": picked,
        "source": source_of(picked.wave),
        "as_of": picked.wave.as_of,
        "parts": present_screen(shown, published, read_figures(picked.wave) if figures_of(shown) else {}),
    }
    if shown is DISTRIBUTION and "authorities" in published.tables:
        listing = listing_of(
            published.tables["authorities"], published.about["authorities"], source_of(picked.wave)
        )
        listed = show_listing(request, replace(listing, page_size=ROWS))
        if isinstance(listed, HttpResponse):
            return listed
        context["listing"] = listed
    return render(request, "landscape/screen.html", context)


@allow(ANY_RIGHT)
def table(request: HttpRequest, name: str) -> HttpResponse:
    """``/landscape/table/extent/``: one table of the report, sorted, filtered, and downloaded as it is shown."""
    picked, wave = _picked(request, name in VIEWS, f"There is no table {name!r}.")
    published = read_published(wave, needed_for([name]))
    view = published.tables.get(name)
    if view is None:
        raise Http404(f"The study did not publish the table {name!r}.")
    about = next((published.about[needed] for needed in views_of(name)), "")
    listing = listing_of(view, about, source_of(wave))
    return render_listing(
        request,
        listing,
        "landscape/table.html",
        {"picked": picked, "name": name, "screen": _screen_of(name), "needed": views_of(name)},
    )


@allow(ANY_RIGHT)
def data(request: HttpRequest, name: str) -> HttpResponse:
    """``/landscape/data/extent/``: a published table as data, with every column and its status."""
    picked, wave = _picked(request)
    kept = PublishedTable.objects.filter(wave=wave, name=name).first()
    if kept is None:
        raise Http404(f"The study did not publish the table {name!r}.")
    listing = data_listing(kept.name, kept.title, kept.about, kept.columns, kept.rows, source_of(wave))
    meanings = {column.key: kept.columns[column.key] for column in listing.columns}
    return render_listing(
        request, listing, "landscape/data.html", {"picked": picked, "name": name, "meanings": meanings}
    )


def _picked(request: HttpRequest, known: bool = True, otherwise: str = "") -> tuple[WavePick, Wave]:
    if not known:
        raise Http404(otherwise)
    picked = pick_wave(request)
    if picked.wave is None:
        raise Http404("No study has been loaded yet.")
    return picked, picked.wave


def _nothing(request: HttpRequest) -> HttpResponse:
    return render(request, "landscape/nothing_loaded.html", {})


def _screen_of(name: str) -> Any:
    return next(one for one in SCREENS for part in one.parts if name in part.views + part.linked)
