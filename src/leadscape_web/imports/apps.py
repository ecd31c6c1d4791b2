"""The app ``imports`` as Django knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.urls import reverse

if TYPE_CHECKING:
    from leadscape_web.jobs.models import Job


class ImportsConfig(AppConfig):
    """Uploads of register and returns."""

    name = "leadscape_web.imports"
    label = "imports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare who may do what with its tables, its jobs and its entry in the navigation."""
        from leadscape_web.accounts.protection import declare
        from leadscape_web.govuk.navigation import Entry, add_entry
        from leadscape_web.imports import protected
        from leadscape_web.imports.permissions import BRINGS_IN
        from leadscape_web.imports.work.checking import perform_check
        from leadscape_web.imports.work.erasing import PERIOD, erase_waiting, give_up, waiting_since
        from leadscape_web.imports.work.storing import perform_store, perform_undo
        from leadscape_web.jobs.kinds import Kind, add_kind
        from leadscape_web.studies.keeping import add_period
        from leadscape_web.studies.personal import add_eraser

        add_eraser("imports", erase_waiting)
        add_period(PERIOD, waiting_since, give_up)
        declare(protected.TABLES, protected.SQL)
        for name, label, perform in (
            ("imports.check", "Check files that were brought in", perform_check),
            ("imports.store", "Store files that were confirmed", perform_store),
            ("imports.undo", "Undo an import", perform_undo),
        ):
            add_kind(Kind(name, label, perform, rule=BRINGS_IN, link=_address))
        add_entry(Entry("Imports", "imports:imports", "/imports/", BRINGS_IN, position=47, group="Survey"))


def _address(job: Job) -> str:
    """The import that a job was for."""
    return reverse("imports:import", args=[job.given["import"]])
