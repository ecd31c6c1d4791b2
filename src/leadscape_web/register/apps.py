"""The app ``register`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Schools, authorities, trusts and heads, as pages people can find and read."""

    name = "leadscape_web.register"
    label = "register"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Add what this room has to say elsewhere."""
        from leadscape_web.accounts.bodies import Bodies, add_bodies
        from leadscape_web.accounts.rules import ANY_RIGHT
        from leadscape_web.govuk.navigation import Entry, add_entry
        from leadscape_web.register.bodies import describe_body, find_bodies
        from leadscape_web.register.find_people import add_describer, describe_heads

        add_describer("heads", describe_heads)
        add_entry(Entry("Find", "register:find", "/find/", ANY_RIGHT, position=20))
        add_entry(Entry("Schools", "register:schools", "/register/", ANY_RIGHT, position=40))
        add_bodies("register", Bodies(find_bodies, describe_body))
