"""The app ``audit`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who changed what, when and why; and how any record stood on any date."""

    name = "leadscape_web.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Show histories on pages."""
        from leadscape_web.audit.panels import add_history

        add_history()
