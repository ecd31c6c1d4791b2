"""The app ``rounds`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    """Nomination rounds with personal links."""

    name = "leadscape_web.rounds"
    label = "rounds"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare who may do what with its tables."""
        from leadscape_web.accounts.protection import declare
        from leadscape_web.rounds import protected

        declare(protected.TABLES, protected.SQL)
