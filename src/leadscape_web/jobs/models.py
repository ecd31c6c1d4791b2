"""Work that somebody asked for, and how far it is."""

from __future__ import annotations

import uuid
from typing import ClassVar, Final

from django.db import models
from django.utils import timezone

from leadscape_web.accounts.models import User


class Job(models.Model):
    """One row is one piece of work that a user, or the service by itself, asked for. Holds ids and never a name.

    The database hands a new row to the queue in the same transaction, so that nothing is done that was not kept, and
    nothing is kept that is not done.
    """

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    # Where something is still to come of it, and where nothing is.
    UNDER_WAY: Final = (State.WAITING, State.RUNNING)
    OVER: Final = (State.DONE, State.FAILED, State.CANCELLED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.TextField(help_text="What is to be done")
    subject = models.TextField(
        blank=True, help_text="What it is about, in a few words without names of people"
    )
    given = models.JSONField(default=dict, help_text="Ids of what it works on")
    brief = models.BooleanField(
        default=False, db_default=False, help_text="Whether it goes beside longer work, never behind it"
    )
    asked_by_id: uuid.UUID | None
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="jobs")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    attempts = models.IntegerField(default=0, help_text="How often it was begun")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    step = models.TextField(blank=True, help_text="What is being done")
    steps_done = models.IntegerField(null=True)
    steps = models.IntegerField(null=True, help_text="Of how many; null: not known")
    result = models.JSONField(null=True, help_text="What it did, in numbers and ids")
    problem = models.JSONField(null=True, help_text="What went wrong, why, and what to do")
    cancel_asked_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["asked_by", "-asked_at"], name="jobs_of_user"),
            models.Index(fields=["kind", "-asked_at"], name="jobs_of_kind"),
        ]

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in self.OVER
