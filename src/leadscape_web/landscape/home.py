"""The first page: the landscape at a glance for the nation and for my area, what changed, and what waits for me."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leadscape_web.accounts.rules import WELCOMES, allow
from leadscape_web.govuk.panels import panels_of
from leadscape_web.landscape import home_figures
from leadscape_web.landscape.areas import areas_of, count_seen, pick_area
from leadscape_web.landscape.home_beside import beside
from leadscape_web.landscape.home_work import DAYS, changes_in, work_of
from leadscape_web.landscape.published import read_figures, read_published
from leadscape_web.landscape.screens import SCREENS
from leadscape_web.landscape.waves import origins_of, pick_wave, source_of
from leadscape_web.register.models import Source


@allow(WELCOMES)
def home(request: HttpRequest) -> HttpResponse:
    """``/``: for whoever is signed in, their area; for everybody else, what this is."""
    if not request.user.is_authenticated:
        return render(request, "landscape/welcome.html")
    areas = areas_of(request.user)
    area = pick_area(request, areas)
    if area is None:
        return render(request, "landscape/no_right.html")
    picked = pick_wave(request)
    published = read_published(picked.wave, home_figures.TABLES) if picked.wave else None
    shown = {
        "areas": areas,
        "area": area,
        "picked": picked,
        "seen": count_seen(area) if area.sees_people else None,
        "changes": changes_in(area) if area.sees_people else None,
        "days": DAYS,
        "work": work_of(request.user, areas, published),
        "screens": SCREENS,
        "panels": panels_of("home", request, area),
    }
    if published is None:
        shown["register_held"] = Source.objects.filter(purpose="schools").exists()
        return render(request, "landscape/nothing_loaded.html", shown)
    shown |= {
        "source": source_of(published.wave),
        "tiles": home_figures.tiles(published),
        "bars": home_figures.bars(published, origins_of(published.wave)),
        "how_many": home_figures.how_many(published),
        "beside": beside(published, area.kind, area.key, area.label),
        "opening": published.said("summary", "finding"),
        "unknown": published.said("summary", "unknown"),
        "figures": read_figures(published.wave),
    }
    return render(request, "landscape/home.html", shown)
