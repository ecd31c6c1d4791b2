"""Addresses of studies: what the service runs, from which files."""

from __future__ import annotations

from django.urls import path

from leadscape_web.studies import views

app_name = "studies"
urlpatterns = [
    path("studies/", views.studies, name="studies"),
    path("studies/<uuid:key>/", views.study, name="study"),
    path("studies/<uuid:key>/run/", views.run, name="run"),
]
