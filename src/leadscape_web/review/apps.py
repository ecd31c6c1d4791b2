"""The app ``review`` as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig
from django.urls import reverse


class ReviewConfig(AppConfig):
    """Review queues, equal to the library's review files."""

    name = "leadscape_web.review"
    label = "review"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare who may do what with its tables, and hear of every run."""
        from leadscape_web.accounts.protection import declare
        from leadscape_web.accounts.rules import EDITS, EDITS_NATION, SEES_PEOPLE
        from leadscape_web.govuk.navigation import Entry, add_entry
        from leadscape_web.jobs.kinds import Kind, add_kind
        from leadscape_web.review import protected
        from leadscape_web.review.blanking import erase_words
        from leadscape_web.review.keeping import keep_questions
        from leadscape_web.review.replaying import provide_decisions
        from leadscape_web.review.work.drawing import perform_draw
        from leadscape_web.review.work.retention import PERIOD, forget_words, gone_questions
        from leadscape_web.review.work.sifting import perform_sift
        from leadscape_web.studies.inputs import add_provider
        from leadscape_web.studies.keeping import add_period
        from leadscape_web.studies.personal import add_eraser
        from leadscape_web.studies.signals import study_stored

        declare(protected.TABLES, protected.SQL)
        add_provider("review", provide_decisions)
        add_eraser("review", erase_words)
        add_kind(
            Kind(
                "review.draw",
                "Draw a sample of entries to check",
                perform_draw,
                rule=EDITS_NATION,
                link=lambda job: reverse("review:sample", args=[(job.result or {})["sample"]]),
            )
        )
        add_kind(
            Kind(
                "review.sift",
                "Take words about people who stay out from notes",
                perform_sift,
                rule=EDITS,
                daily="02:30",
                brief=True,
            )
        )
        add_period(PERIOD, gone_questions, forget_words)
        add_entry(Entry("Review", "review:queue", "/review/", SEES_PEOPLE, position=46, group="Survey"))
        study_stored.connect(keep_questions, dispatch_uid="review questions")
