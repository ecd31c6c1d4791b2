"""The app ``rounds`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    """Nomination rounds with personal links."""

    name = "leadscape_web.rounds"
    label = "rounds"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare tables, kinds of work, and what others may ask of rounds."""
        from leadscape_web.accounts.protection import declare
        from leadscape_web.accounts.rules import EDITS_NATION
        from leadscape_web.govuk.navigation import Entry, add_entry
        from leadscape_web.jobs.kinds import Kind, add_kind
        from leadscape_web.rounds import protected, wanting
        from leadscape_web.rounds.work import asking, counting, personal, provider, retention, sending
        from leadscape_web.studies.inputs import add_provider
        from leadscape_web.studies.keeping import add_period
        from leadscape_web.studies.personal import add_eraser
        from leadscape_web.studies.signals import study_stored

        declare(protected.TABLES, protected.SQL)
        add_kind(
            Kind(
                wanting.INVITE,
                "Write to the respondents of a round",
                asking.perform_invite,
                rule=EDITS_NATION,
                brief=True,
            )
        )
        add_kind(
            Kind(
                wanting.LETTER,
                "Send one letter of a round",
                sending.perform_letter,
                rule=EDITS_NATION,
                leaves=True,
                brief=True,
            )
        )
        add_kind(Kind("rounds.daily", "Letters of rounds that are due", asking.perform_daily, daily="06:00"))
        add_kind(
            Kind(
                "rounds.count",
                "Count a survey round",
                counting.perform_count,
                rule=EDITS_NATION,
                link=counting.link,
            )
        )
        add_provider("rounds", provider.provide)
        add_eraser("rounds", personal.erase)
        add_period(retention.PERIOD, retention.rounds_over, retention.forget_rounds)
        study_stored.connect(personal.hear_stored, dispatch_uid="rounds")
        add_entry(Entry("Rounds", "rounds:rounds", "/rounds/", EDITS_NATION, position=45, group="Survey"))
