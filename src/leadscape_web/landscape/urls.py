"""Addresses of the landscape. The first page is one of them."""

from __future__ import annotations

from django.urls import path

from leadscape_web.landscape import files, home, map_urls, views, wave_views
from leadscape_web.landscape.screens import SCREENS, WAVES

app_name = "landscape"
urlpatterns = [
    path("", home.home, name="home"),
    path("landscape/", views.overview, name="overview"),
    *map_urls.urlpatterns,
    path("landscape/waves/", wave_views.waves, name="waves"),
    path("landscape/waves/changes/", wave_views.changes, name="changes"),
    *(
        path(f"landscape/{one.slug}/", views.screen, {"slug": one.slug}, name=one.slug)
        for one in SCREENS
        if one is not WAVES
    ),
    path("landscape/table/<slug:name>/", views.table, name="table"),
    path("landscape/data/<slug:name>/", views.data, name="data"),
    path("landscape/report/", files.report, name="report"),
    path("landscape/file/<path:name>", files.file, name="file"),
]
