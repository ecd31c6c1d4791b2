"""The app ``landscape`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class LandscapeConfig(AppConfig):
    """How many, in which roles, where, and how sure we are: home, map and figures."""

    name = "leadscape_web.landscape"
    label = "landscape"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Add what this room has to say elsewhere."""
        from leadscape_web.accounts.rules import ANY_RIGHT
        from leadscape_web.govuk.navigation import Entry, add_entry
        from leadscape_web.govuk.panels import add_panel
        from leadscape_web.landscape.panels import authority_panel, wave_panel

        add_entry(Entry("Home", "landscape:home", "/", ANY_RIGHT, position=10))
        add_entry(Entry("Map", "landscape:map", "/landscape/map/", ANY_RIGHT, position=30))
        add_entry(Entry("Landscape", "landscape:overview", "/landscape/", ANY_RIGHT, position=40))
        add_panel("authority", "published", authority_panel)
        add_panel("wave", "published", wave_panel)
