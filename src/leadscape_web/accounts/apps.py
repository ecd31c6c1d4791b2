"""The app ``accounts`` as Django knows it."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Who may sign in, on whose behalf, and what they may see and do."""

    name = "leadscape_web.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Protect every table as soon as it exists; watch who signs in; stand in the navigation."""
        from leadscape_web.accounts.entries import add_entries
        from leadscape_web.accounts.sessions import watch_sign_in

        post_migrate.connect(_protect, sender=self)
        watch_sign_in()
        add_entries()


def _protect(using: str, **_: Any) -> None:
    from leadscape_web.accounts.protection import protect

    service = connections["default"].settings_dict["USER"]
    with connections[using].cursor() as cursor:
        protect(cursor, service)
