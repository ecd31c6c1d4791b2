"""The app ``jobs`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Jobs: what waits, runs and ended."""

    name = "leadscape_web.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare who may do what with its tables."""
        from leadscape_web.accounts.protection import declare
        from leadscape_web.accounts.rules import ANY_RIGHT
        from leadscape_web.govuk.navigation import Entry, add_account_entry
        from leadscape_web.jobs import protected

        declare(protected.TABLES, protected.SQL)
        add_account_entry(Entry("Jobs", "jobs:jobs", "/jobs/", ANY_RIGHT, position=30))
