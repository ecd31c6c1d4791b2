"""Addresses of the register's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from leadscape_web.register import find_views

app_name = "register"
urlpatterns: list[URLPattern] = [
    path("find/", find_views.find_anything, name="find"),
]
