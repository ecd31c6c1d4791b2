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
        from leadscape_web.accounts.rules import ANY_RIGHT, SEES_ANONYMOUS, SEES_PEOPLE
        from leadscape_web.accounts.wording import speak
        from leadscape_web.govuk.navigation import Entry, add_entry, add_footer_entry
        from leadscape_web.govuk.panels import add_panel
        from leadscape_web.register.find_people import add_describer
        from leadscape_web.survey import panels
        from leadscape_web.survey.find_leaders import describe_leaders

        # Before the register: a leader who is a head too is found as the leader.
        add_describer("leaders", describe_leaders, position=50)

        add_entry(Entry("Leaders", "survey:leaders", "/survey/", SEES_PEOPLE, position=25))
        add_entry(Entry("Research", "survey:anonymous", "/survey/anonymous/", SEES_ANONYMOUS, position=26))
        add_footer_entry(Entry("Waves", "survey:waves", "/survey/wave", ANY_RIGHT, position=40))
        speak("role", _role_words)
        add_panel("school", "leaders", panels.school_leaders)
        add_panel("school", "support received", panels.school_received)
        add_panel("school", "support given", panels.school_given)
        add_panel("school", "support network", panels.school_network)
        add_panel("authority", "response", panels.authority_response)
        add_panel("authority", "leaders", panels.authority_leaders)
        add_panel("trust", "leaders", panels.trust_leaders)
        add_panel("administration", "codebooks", panels.codebooks_used)


def _role_words() -> dict[str, str]:
    """Id to label of every role, over all codebooks in use."""
    from leadscape_web.survey.codebooks import known_waves

    return known_waves().labels("roles")
