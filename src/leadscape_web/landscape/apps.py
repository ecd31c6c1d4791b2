"""The app ``landscape`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class LandscapeConfig(AppConfig):
    """How many, in which roles, where, and how sure we are: home, map and figures."""

    name = "leadscape_web.landscape"
    label = "landscape"
    default_auto_field = "django.db.models.BigAutoField"
