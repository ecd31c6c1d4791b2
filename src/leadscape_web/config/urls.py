"""Addresses: the stage word first, so that whoever knows the rooms knows the pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
