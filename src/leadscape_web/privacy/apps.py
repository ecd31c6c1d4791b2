"""The app ``privacy`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Notices, My data, export, erasure, retention."""

    name = "leadscape_web.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare who may do what with its tables."""
        from leadscape_web.accounts.protection import declare
        from leadscape_web.privacy import protected

        declare(protected.TABLES, protected.SQL)
