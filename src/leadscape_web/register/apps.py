"""The app ``register`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Schools, authorities, trusts and heads, as pages people can find and read."""

    name = "leadscape_web.register"
    label = "register"
    default_auto_field = "django.db.models.BigAutoField"
