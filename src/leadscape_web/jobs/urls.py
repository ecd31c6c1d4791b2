"""Addresses of jobs: those one asked for, and each."""

from __future__ import annotations

from django.urls import path

from leadscape_web.jobs import views

app_name = "jobs"
urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<uuid:key>/", views.job, name="job"),
    path("jobs/<uuid:key>/state.json", views.state, name="state"),
    path("jobs/<uuid:key>/cancel/", views.cancel, name="cancel"),
    path("jobs/<uuid:key>/again/", views.again, name="again"),
]
