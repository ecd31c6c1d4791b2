"""The app ``studies`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class StudiesConfig(AppConfig):
    """Files, settings and runs of the study."""

    name = "leadscape_web.studies"
    label = "studies"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare who may do what with its tables."""
        from leadscape_web.accounts.protection import declare
        from leadscape_web.studies import protected

        declare(protected.TABLES, protected.SQL)
