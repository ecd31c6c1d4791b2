"""Addresses of the audit: all events, one record's history, a record or a table on a day."""

from __future__ import annotations

from django.urls import path

from leadscape_web.audit import views

app_name = "audit"
urlpatterns = [
    path("audit/", views.events, name="events"),
    path("audit/export/", views.export, name="export"),
    path("audit/history/<slug:table>/<str:record>/", views.history, name="history"),
    path("audit/as-of/<slug:table>/", views.two_days, name="two_days"),
    path("audit/as-of/<slug:table>/<str:record>/", views.as_of, name="as_of"),
]
