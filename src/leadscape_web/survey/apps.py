"""The app ``survey`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class SurveyConfig(AppConfig):
    """Leaders and the roles they hold, as pages people can read and editors can correct."""

    name = "leadscape_web.survey"
    label = "survey"
    default_auto_field = "django.db.models.BigAutoField"
