"""The app ``imports`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Uploads of register and returns."""

    name = "leadscape_web.imports"
    label = "imports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare who may do what with its tables."""
        from leadscape_web.accounts.protection import declare
        from leadscape_web.imports import protected

        declare(protected.TABLES, protected.SQL)
