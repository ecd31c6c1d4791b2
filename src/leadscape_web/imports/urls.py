"""Addresses of ``imports``."""

from __future__ import annotations

from django.urls import path

from leadscape_web.imports import decision_views, views

app_name = "imports"
urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/register/", views.register, name="register"),
    path("imports/returns/", views.returns, name="returns"),
    path("imports/<uuid:key>/", views.one_import, name="import"),
    path("imports/<uuid:key>/problems/", views.problems, name="problems"),
    path("imports/<uuid:key>/changes/", views.changes, name="changes"),
    path("imports/<uuid:key>/missing/", decision_views.absences, name="absences"),
    path("imports/<uuid:key>/missing/<str:urn>/", decision_views.absence, name="absence"),
    path("imports/<uuid:key>/confirm/", decision_views.confirm, name="confirm"),
    path("imports/<uuid:key>/give-up/", decision_views.withdraw, name="withdraw"),
    path("imports/<uuid:key>/check-again/", decision_views.check_again, name="check_again"),
    path("imports/<uuid:key>/undo/", decision_views.undo, name="undo"),
    path("imports/<uuid:key>/leave-stored/", decision_views.leave_stored, name="leave_stored"),
]
