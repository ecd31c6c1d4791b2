"""The app ``govuk`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class GovukConfig(AppConfig):
    """The design system, wrapped once: pages, fields, tables, navigation."""

    name = "leadscape_web.govuk"
    label = "govuk"
    default_auto_field = "django.db.models.BigAutoField"
