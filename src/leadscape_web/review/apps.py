"""The app ``review`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Review queues, equal to the library's review files."""

    name = "leadscape_web.review"
    label = "review"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare who may do what with its tables."""
        from leadscape_web.accounts.protection import declare
        from leadscape_web.review import protected

        declare(protected.TABLES, protected.SQL)
