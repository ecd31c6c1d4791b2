"""A survey round: who is asked, by which links and letters, what they name, what they sent."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from leadscape_web.accounts.models import Person, User
from leadscape_web.register.models import School
from leadscape_web.studies.models import Study


class Round(models.Model):
    """One row is one survey round: from the first letter to the day on which it is closed and counted.

    What is answered after ``closes_on`` is late; it is taken for ``late_days`` more, from those who had not answered.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.TextField()
    as_of = models.DateField(help_text="The date that the answers are for")
    codebook = models.TextField(help_text="Id of the codebook whose roles are offered")
    base_id: uuid.UUID
    base = models.ForeignKey(
        Study, models.PROTECT, related_name="+", help_text="Whose register the round is counted with"
    )
    study_id: uuid.UUID | None
    study = models.ForeignKey(
        Study, models.PROTECT, null=True, related_name="+", help_text="The study that counts the round"
    )
    opens_on = models.DateField()
    closes_on = models.DateField(help_text="Last day on which an answer is in time")
    late_days = models.IntegerField(default=14)
    reminders_on = ArrayField(models.DateField(), default=list)
    subject = models.TextField(help_text="Subject of the letter")
    letter = models.TextField(help_text="Words of the letter, before the link")
    purpose = models.TextField(help_text="What it is for, on the respondent's first page")
    contact = models.TextField(help_text="Whom respondents may ask, as they read it")
    address = models.TextField(blank=True, help_text="Address of the service when the round was started")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    refused_in_a_row = models.IntegerField(
        default=0, db_default=0, help_text="Letters that the mail server refused since it last took one"
    )
    halted_at = models.DateTimeField(null=True, help_text="When so many were refused that no more are sent")
    version = models.IntegerField(default=1)
    asked: models.Manager[Asked]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["title", "as_of"], name="one_round_of_a_title_and_date"),
            models.CheckConstraint(
                condition=Q(closes_on__gte=models.F("opens_on")), name="closes_after_it_opens"
            ),
        ]

    @property
    def links_end(self) -> date:
        """Last day on which a link opens the answer."""
        return self.closes_on + timedelta(days=self.late_days)

    @property
    def links_over(self) -> datetime:
        """Moment from which no link opens the answer: the end of the last day."""
        return timezone.make_aware(datetime.combine(self.links_end + timedelta(days=1), time.min))

    def is_late(self, at: datetime) -> bool:
        """Whether something sent at that moment came after the closing date."""
        return timezone.localdate(at) > self.closes_on


class Asked(models.Model):
    """One row is one respondent of a round. Who has no row was not asked: *not collected*. Silence is *unknown*."""

    class Heard(models.TextChoices):
        """What came otherwise than by the link."""

        NOTHING = "", "Nothing"
        LISTED = "yes", "A file of theirs is among the returns of the study"
        NONE = "none", "They have nobody to name"
        REFUSED = "refused", "They do not want to answer"
        UNDELIVERABLE = "undeliverable", "They could not be reached"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round_id: uuid.UUID
    round = models.ForeignKey(Round, models.PROTECT, related_name="asked")
    respondent = models.TextField(help_text="Authority code, or the id of an agency or network")
    name = models.TextField(help_text="Of the organisation")
    kind = models.CharField(max_length=16)
    authority_code = models.TextField(blank=True)
    region = models.TextField(blank=True)
    channel = models.CharField(max_length=16, default="email")
    heard = models.CharField(max_length=16, choices=Heard.choices, blank=True)
    asked_at = models.DateTimeField(null=True, help_text="When the first letter was handed over")
    opened_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(null=True, help_text="When the answer was last worked on")
    answered_at = models.DateTimeField(null=True, help_text="When it was first sent")
    corrected_at = models.DateTimeField(null=True, help_text="When it was last sent again")
    has_none = models.BooleanField(default=False, help_text="Whether the last answer names nobody")
    reminders = models.IntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    bounce = models.TextField(blank=True, help_text="Code of the mail server, or “by hand”")
    stopped_at = models.DateTimeField(null=True, help_text="When they asked for no more letters")
    withdrawn_at = models.DateTimeField(null=True, help_text="When an editor took them out of the round")
    version = models.IntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "respondent"], name="asked_once_a_round")
        ]


class Contact(models.Model):
    """One row is one e-mail address at which a respondent is asked, current while ``ended_at`` is null."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_id: uuid.UUID
    asked = models.ForeignKey(Asked, models.PROTECT, related_name="contacts")
    email = models.EmailField(blank=True, help_text="Empty once it was blanked")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["asked"], condition=Q(ended_at=None), name="one_address_a_respondent"
            )
        ]


class Link(models.Model):
    """One row is one personal link. The link is not kept, only its hash. Every letter carries one of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_id: uuid.UUID
    asked = models.ForeignKey(Asked, models.PROTECT, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Letter(models.Model):
    """One row is one message to a respondent, wanted once and sent by one job.

    ``sent_at`` is set in the transaction in which the mail server took it, so that a worker killed in between sends it
    a second time rather than never: a letter twice is a nuisance, no letter is an answer lost.
    """

    class Kind(models.TextChoices):
        """What it says."""

        INVITATION = "invitation", "Invitation"
        REMINDER = "reminder", "Reminder"
        NEW_LINK = "new_link", "New link"
        CONFIRMATION = "confirmation", "Confirmation"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_id: uuid.UUID
    asked = models.ForeignKey(Asked, models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    number = models.IntegerField(default=1)
    wanted_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True, help_text="When the mail server refused it for good")
    dropped_at = models.DateTimeField(null=True, help_text="When it was wanted no more before it was sent")
    tried_at = models.DateTimeField(null=True, help_text="When the mail server last did not take it for now")
    answer = models.TextField(blank=True, help_text="What the mail server last said, as a code")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asked", "kind", "number"], name="one_letter_of_a_number")
        ]


class _Named(models.Model):
    """What a respondent says of one person in one role. The name is in ``accounts_personname``."""

    person_id: uuid.UUID
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    position = models.IntegerField()
    home_school_id: str | None
    home_school = models.ForeignKey(School, models.PROTECT, null=True, related_name="+")
    home_text = models.TextField(blank=True, help_text="The school as they wrote it")
    role = models.TextField(blank=True, help_text="Id of the codebook; empty: in their own words")
    role_text = models.TextField(blank=True, help_text="The role in their own words")
    started_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    partner_schools = models.TextField(blank=True, help_text="As written, one a line")

    class Meta:
        abstract = True


class Line(_Named):
    """One row is one line of an answer while it is worked on. Nobody but its respondent sees it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_id: uuid.UUID
    asked = models.ForeignKey(Asked, models.PROTECT, related_name="lines")
    nominee_email = models.EmailField(blank=True, help_text="Where the person can be told")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)


class Sending(models.Model):
    """One row is one answer as it was sent; the last one counts. Its lines are frozen with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_id: uuid.UUID
    asked = models.ForeignKey(Asked, models.PROTECT, related_name="sendings")
    number = models.IntegerField()
    sent_at = models.DateTimeField(default=timezone.now, editable=False)
    has_none = models.BooleanField(default=False)
    lines: models.Manager[SentLine]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asked", "number"], name="one_sending_of_a_number")
        ]


class SentLine(_Named):
    """One row is one line of an answer as it was sent. What coders make of it hangs on its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sending_id: uuid.UUID
    sending = models.ForeignKey(Sending, models.PROTECT, related_name="lines")
    line_id: uuid.UUID
    line = models.ForeignKey(Line, models.PROTECT, related_name="+")
    asked_id: uuid.UUID
    asked = models.ForeignKey(Asked, models.PROTECT, related_name="+")
    erased_at = models.DateTimeField(null=True)


class Meant(models.Model):
    """One row is the leader whom the latest run took a sent line to mean. Made anew with every run."""

    id = models.BigAutoField(primary_key=True)
    person_id: uuid.UUID
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", help_text="Of the leader")
    line = models.ForeignKey(SentLine, models.CASCADE, related_name="meant")
