"""The app ``config`` as Django knows it: checks, commands, and the mark of the rules that protect."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate


class ServiceConfig(AppConfig):
    """How the service is put together. Behind ``accounts``: it hears of a migration once the rules are applied."""

    name = "leadscape_web.config"
    label = "service"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks, link the statements; note after a migration which rules now protect."""
        from leadscape_web.config import about, api, checks  # noqa: F401
        from leadscape_web.config.clearing import perform_clear
        from leadscape_web.jobs.kinds import Kind, add_kind

        about.add_links()
        api.add_links()
        add_kind(
            Kind("service.clear", "Delete sessions that are over", perform_clear, daily="04:00", brief=True)
        )
        post_migrate.connect(_note, sender=apps.get_app_config("accounts"))


def _note(using: str, **_: Any) -> None:
    from leadscape_web.config.readiness import note_protection

    with connections[using].cursor() as cursor:
        note_protection(cursor)
