"""The app ``privacy`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Notices, My data, export, erasure, retention."""

    name = "leadscape_web.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare who may do what with its tables, and what it does when others call."""
        from leadscape_web.accounts.protection import declare
        from leadscape_web.accounts.rules import EDITS, EDITS_NATION
        from leadscape_web.govuk.navigation import Entry, add_entry
        from leadscape_web.govuk.panels import add_panel
        from leadscape_web.jobs.kinds import Kind, add_kind
        from leadscape_web.landscape.loading.kept_out import set_keeper
        from leadscape_web.privacy import notices, panels, protected
        from leadscape_web.privacy.work import (
            answering,
            doubts,
            erasing,
            letting_in,
            recognising,
            retention,
            sending,
            sifting,
            telling_all,
        )
        from leadscape_web.studies.inputs import add_answers, add_provider
        from leadscape_web.studies.personal import set_receiver, set_sieve
        from leadscape_web.studies.signals import study_stored

        declare(protected.TABLES, protected.SQL)
        add_kind(
            Kind(
                "privacy.send_notice",
                "Send a notice of what is held",
                sending.perform_send,
                rule=EDITS,
                leaves=True,
                brief=True,
            )
        )
        add_kind(
            Kind(
                notices.SEND_ALL,
                "Make the notices that are owed",
                telling_all.perform_send_all,
                rule=EDITS,
                link=telling_all.link,
            )
        )
        add_kind(
            Kind(
                "privacy.send_again", "Send notices that were not taken", sending.perform_again, daily="07:00"
            )
        )
        add_kind(Kind("privacy.keep_out", "Keep a person out of later runs", recognising.perform_keep_out))
        add_kind(Kind("privacy.erase", "Erase a person", erasing.perform_erase, rule=EDITS_NATION))
        add_kind(
            Kind("privacy.foresee", "Foresee what will be erased", retention.perform_plan, rule=EDITS_NATION)
        )
        add_kind(
            Kind("privacy.retain", "Erase what was kept long enough", retention.perform_retain, daily="03:30")
        )
        add_kind(
            Kind("privacy.erase_due", "Erase a leader who was kept long enough", retention.perform_erase_due)
        )
        add_kind(
            Kind(
                "privacy.answer_row",
                "Carry out what was said of a doubtful row",
                answering.perform_answer,
                rule=EDITS_NATION,
            )
        )
        add_kind(
            Kind("privacy.note_doubts", "Note doubtful rows of files", answering.perform_note, daily="02:30")
        )
        set_keeper(recognising.find_kept_out)
        set_receiver(notices.record_address)
        set_sieve(sifting.sift)
        add_provider("privacy", recognising.provide)
        add_answers("privacy", letting_in.answers)
        study_stored.connect(recognising.keep_run, dispatch_uid="privacy.keep_run")
        study_stored.connect(doubts.hear_run, dispatch_uid="privacy.note_doubts")
        add_panel("leader", "data protection", panels.leader_privacy)
        add_entry(Entry("Data protection", "privacy:home", "/data-protection/", EDITS, position=60))
