"""The app ``survey`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class SurveyConfig(AppConfig):
    """Leaders and the roles they hold, as pages people can read and editors can correct."""

    name = "leadscape_web.survey"
    label = "survey"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Add what this room has to say elsewhere."""
        from leadscape_web.register.find_people import add_describer
        from leadscape_web.survey.find_leaders import describe_leaders

        # Before the register: a leader who is a head too is found as the leader.
        add_describer("leaders", describe_leaders, position=50)
