"""The map: a page that works as a table, and the data that a browser draws over it."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition

from leadscape_web.accounts.rules import ANY_RIGHT, SEES_PEOPLE, allow
from leadscape_web.govuk.listing import show_listing
from leadscape_web.landscape import map_ground
from leadscape_web.landscape.map_filters import MapFilters, read_filters
from leadscape_web.landscape.map_leaders import LeadersShown, leaders_shown, points_of, rows_of
from leadscape_web.landscape.map_page import (
    MapChoices,
    filter_words,
    map_choices,
    map_form,
    map_listing,
    map_sentences,
)
from leadscape_web.landscape.map_rates import rate_legend, rated_shapes
from leadscape_web.survey.models import Wave


def _sees_people(request: HttpRequest) -> bool:
    return SEES_PEOPLE.allows(request.accesses)  # type: ignore[attr-defined]


def _asked(request: HttpRequest) -> tuple[MapFilters, dict[str, str], MapChoices]:
    choices = map_choices(_sees_people(request))
    filters, problems = read_filters(request.GET, choices.ids)
    return filters, problems, choices


def _leaders(
    request: HttpRequest, filters: MapFilters, choices: MapChoices, wave: Wave | None
) -> LeadersShown | None:
    if not _sees_people(request):
        return None
    day = filters.on or (wave.as_of if wave else localdate())
    return leaders_shown(filters, choices.kinds_of_role, choices.labels_of_role, day)


@allow(ANY_RIGHT)
def map_page(request: HttpRequest) -> HttpResponse:
    """The map, its legend, and the same as a sortable table."""
    filters, problems, choices = _asked(request)
    version = map_ground.register_version()
    schools = filters.schools(map_ground.schools_of(version))
    wave = map_ground.current_wave()
    shown = _leaders(request, filters, choices, wave)
    rows = rows_of(schools, shown, filters)
    source = map_ground.source_words(wave)
    listed = show_listing(request, map_listing(rows, shown is not None, filters, choices, source))
    if isinstance(listed, HttpResponse):
        return listed
    return render(
        request,
        "landscape/map.html",
        {
            "form": map_form(request.GET, choices, problems),
            "sentences": map_sentences(rows, shown, filters, wave),
            "asked": filter_words(filters, choices),
            "legend": rate_legend(map_ground.authority_rates(wave)) if wave else (),
            "wave": wave,
            "hidden": map_ground.hidden_words(wave) if wave else "",
            "listing": listed,
            "sees_people": shown is not None,
            "query": filters.query,
            "bounds": map_ground.bounds_of(schools),
            "version": hashlib.sha256(version.encode()).hexdigest()[:12],
            "points": map_ground.published_points(wave) if wave and shown is None else "",
            "tile_url": settings.ENVIRONMENT.tile_url,
            "tile_attribution": settings.ENVIRONMENT.tile_attribution,
        },
    )


def _schools_etag(request: HttpRequest) -> str:
    known = f"{map_ground.register_version()}?{request.GET.urlencode()}"
    return f'"{hashlib.sha256(known.encode()).hexdigest()}"'


@allow(ANY_RIGHT)
@gzip_page
@condition(etag_func=_schools_etag)
def map_schools(request: HttpRequest) -> HttpResponse:
    """Schools with a place, as columns. Public within the service, so the browser may keep it while it is current."""
    filters, _, _ = _asked(request)
    response = HttpResponse(
        _schools_json(map_ground.register_version(), filters), content_type="application/json"
    )
    response["Cache-Control"] = "private, max-age=0, must-revalidate"
    return response


# A megabyte and more each: the whole map, which most ask for, and a few parts of it.
@lru_cache(maxsize=4)
def _schools_json(version: str, filters: MapFilters) -> bytes:
    placed = filters.schools(map_ground.schools_of(version)).drop_nulls(["longitude", "latitude"])
    columns = {
        "urn": placed["urn"].to_list(),
        "name": placed["name"].to_list(),
        "phase": placed["phase"].to_list(),
        "longitude": placed["longitude"].round(5).to_list(),
        "latitude": placed["latitude"].round(5).to_list(),
    }
    return json.dumps(columns, separators=(",", ":")).encode()


@allow(SEES_PEOPLE)
def map_leaders(request: HttpRequest) -> HttpResponse:
    """Home schools of the leaders in sight, and whom they support. Never kept: it differs by who looks."""
    filters, _, choices = _asked(request)
    shown = _leaders(request, filters, choices, map_ground.current_wave())
    assert shown is not None
    schools = filters.schools(map_ground.schools_of(map_ground.register_version()))
    return _json(points_of(shown, schools), "private, no-store")


@allow(ANY_RIGHT)
@gzip_page
def map_areas(request: HttpRequest) -> HttpResponse:
    """Shapes of the authorities, each with its published rate or why there is none."""
    wave = map_ground.current_wave()
    shapes = map_ground.authority_shapes(wave) if wave else None
    if wave is None or shapes is None:
        raise Http404("No wave with shapes of authorities was loaded.")
    return _json(rated_shapes(shapes, map_ground.authority_rates(wave)), "private, max-age=300")


def _json(data: Any, caching: str) -> HttpResponse:
    response = HttpResponse(json.dumps(data, separators=(",", ":")), content_type="application/json")
    response["Cache-Control"] = caching
    return response
