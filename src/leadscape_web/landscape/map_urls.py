"""Addresses of the map."""

from __future__ import annotations

from django.urls import path

from leadscape_web.landscape import map_views

urlpatterns = [
    path("landscape/map/", map_views.map_page, name="map"),
    path("landscape/map/schools.json", map_views.map_schools, name="map_schools"),
    path("landscape/map/leaders.json", map_views.map_leaders, name="map_leaders"),
    path("landscape/map/areas.json", map_views.map_areas, name="map_areas"),
]
