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
        from leadscape_web.accounts.rules import EDITS_NATION
        from leadscape_web.govuk.navigation import Entry, add_entry
        from leadscape_web.jobs.kinds import Kind, add_kind
        from leadscape_web.studies import protected
        from leadscape_web.studies.running import perform_run, wave_of

        declare(protected.TABLES, protected.SQL)
        add_kind(Kind("studies.run", "Run the study again", perform_run, rule=EDITS_NATION, link=wave_of))
        add_entry(Entry("Studies", "studies:studies", "/studies/", EDITS_NATION, position=48, group="Survey"))
