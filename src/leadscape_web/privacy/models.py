"""What people are told, what they ask for, on which basis they are held, who stays out, and what is kept how long."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from leadscape_web.accounts.models import Person, User
from leadscape_web.survey.models import Wave


class Address(models.Model):
    """One row is an e-mail address at which a person may be told what is held about them.

    A missing row means that no address is known: the notice is a letter. An erasure deletes the row.
    """

    class Source(models.TextChoices):
        """Who brought it."""

        EDITOR = "editor", "An editor entered it"
        FILE = "file", "It stood in a file of addresses"
        ROUND = "round", "It was given in a survey round"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id: uuid.UUID
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    email = models.EmailField()
    source = models.CharField(max_length=16, choices=Source.choices)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, help_text="When another took its place, or mail came back")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at=None), name="one_current_address_a_person"
            )
        ]


class Notice(models.Model):
    """One row is one notice to one person of what one wave holds about them (UK GDPR, Article 14).

    A missing row means that the leader is still owed one. The link itself is not kept, only its hash, and that only
    while the link works.
    """

    class Channel(models.TextChoices):
        """How it reaches the person."""

        EMAIL = "email", "E-mail"
        LETTER = "letter", "Letter"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id: uuid.UUID
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    wave_id: uuid.UUID
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_by_id: uuid.UUID | None
    token_hash = models.CharField(max_length=64, unique=True, null=True)
    sent_at = models.DateTimeField(
        null=True, help_text="When it was handed to the mail server, or the letter printed"
    )
    tried_at = models.DateTimeField(
        null=True, help_text="When the mail server last did not take it, for a reason that may pass"
    )
    trouble = models.CharField(
        max_length=64, blank=True, default="", help_text="What it answered then: a code"
    )
    bounced_at = models.DateTimeField(null=True, help_text="When it came back")
    opened_at = models.DateTimeField(null=True, help_text="When the link was opened first")
    expires_at = models.DateTimeField(null=True, help_text="Until when the link works")
    ended_at = models.DateTimeField(
        null=True, help_text="When the link was ended: made again, withdrawn, or erased"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "wave"], condition=Q(ended_at=None), name="one_live_notice_a_wave"
            )
        ]


class PersonRequest(models.Model):
    """One row is what one person asked for by their link, or by letter. A missing row means that they asked nothing.

    What they wrote is emptied when it is no longer needed, and when they are erased.
    """

    class Kind(models.TextChoices):
        """What is asked for."""

        CORRECTION = "correction", "Put something right"
        OBJECTION = "objection", "Object to being in the study"
        WITHDRAWAL = "withdrawal", "Take back consent"

    class About(models.TextChoices):
        """What is wrong."""

        NAME = "name", "My name"
        HOME_SCHOOL = "home_school", "My school"
        HOLDING = "holding", "A role"
        SUPPORT = "support", "A school that I support"
        OTHER = "other", "Something else"

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", "To be answered"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id: uuid.UUID
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="+")
    notice_id: uuid.UUID | None
    kind = models.CharField(max_length=16, choices=Kind.choices)
    about = models.CharField(max_length=16, choices=About.choices, default=About.OTHER)
    record_id = models.UUIDField(null=True, help_text="The role-holding or support that is wrong")
    text = models.TextField(blank=True, help_text="What the person wrote")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_by_id: uuid.UUID | None
    answer = models.TextField(blank=True, help_text="What the person is told")
    blanked_at = models.DateTimeField(null=True, help_text="When the texts were emptied")
    version = models.IntegerField(default=1)


class Basis(models.Model):
    """One row is the lawful basis on which people of one wave are held, or one person of it where ``person`` is set.

    A missing row of a person means that the wave's holds for them; of a wave, that nobody recorded one yet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wave_id: uuid.UUID
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+")
    person_id: uuid.UUID | None
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    basis = models.TextField(help_text="Key of leadscape.actions.tell_rights.LAWFUL_BASES")
    explained = models.TextField(help_text="Which task, interest or law it is, or how consent was given")
    controller = models.TextField(blank=True, help_text="Who answers for the study")
    purpose = models.TextField(blank=True)
    recipients = models.TextField(blank=True, help_text="Who sees the data")
    given_on = models.DateField(null=True, help_text="When consent was given")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(
        null=True, help_text="When another took its place, or consent was withdrawn"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["wave", "person"], condition=Q(ended_at=None), nulls_distinct=False,
                name="one_basis_a_wave_and_person",
            )
        ]  # fmt: skip


class Exclusion(models.Model):
    """One row says that one person stays out from some moment on, because they objected or took back consent.

    A missing row means that nobody asked. Writing one ends everything at once: roles, support, links, consent.
    """

    class Kind(models.TextChoices):
        """Why."""

        OBJECTION = "objection", "Objected"
        WITHDRAWAL = "withdrawal", "Took back consent"
        ERASURE = "erasure", "Erased"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id: uuid.UUID
    person = models.OneToOneField(Person, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")


class RecordGiven(models.Model):
    """One row is one file of everything held about one person that an editor made, to be given to them.

    A missing row means that no editor made one; what people take away themselves, by their link, has none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id: uuid.UUID
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_by_id: uuid.UUID
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    format = models.CharField(max_length=8)
    sha256 = models.CharField(max_length=64, help_text="Of the file")


class ReportedLine(models.Model):
    """One row is one line of a return and the leader it was taken to mean in the latest run of a study. Names nobody.

    A missing row means that no run has been stored since this table came.
    """

    id = models.BigAutoField(primary_key=True)
    study_id = models.UUIDField()
    nomination = models.TextField()
    leader_key = models.TextField(help_text="Key of the leader")
    respondent = models.TextField(null=True)


class WithdrawnLine(models.Model):
    """One row is one line of a return that stays out of every later run, because the person it means stays out."""

    id = models.BigAutoField(primary_key=True)
    person_id = models.UUIDField()
    nomination = models.TextField(unique=True)
    leader_key = models.TextField()
    respondent = models.TextField(null=True)
    withdrawn_on = models.DateField()


class ObjectionKey(models.Model):
    """One row is one keyed hash by which somebody who stays out is recognised when named again. Holds no name.

    See :class:`leadscape.survey.privacy.tables.Objections`.
    """

    id = models.BigAutoField(primary_key=True)
    person_id = models.UUIDField()
    objection = models.TextField(help_text="Of one person and secret")
    key = models.CharField(max_length=32)
    rule = models.TextField()
    kind = models.TextField()
    recorded_on = models.DateField()
    secret = models.CharField(
        max_length=16, help_text="Which secret it was made with: the start of its sha256"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["objection", "key", "secret"], name="one_key_an_objection")
        ]


class Secret(models.Model):
    """The secret of the keyed hashes; one row. The owner role's alone."""

    name = models.TextField(primary_key=True)
    value = models.CharField(max_length=64)


class Erasure(models.Model):
    """One row is one person who was erased: the ledger that is replayed after a restore. Holds no name."""

    class Why(models.TextChoices):
        """Reasons, as a code, because free words could name somebody."""

        ASKED = "asked", "The person asked to be erased"
        OBJECTED = "objected", "The person objected, and nothing outweighs it"
        CONSENT = "consent", "The person took back the consent on which they were held"
        UNLAWFUL = "unlawful", "They should not have been held"
        LAW = "law", "A law demands it"
        RETENTION = "retention", "They were kept as long as was said"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField(unique=True)
    why = models.CharField(max_length=16, choices=Why.choices)
    erased_at = models.DateTimeField(default=timezone.now, editable=False)
    erased_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    digests = ArrayField(models.TextField(), help_text="Objection ids of the ledger, one a secret")


class RetentionPeriod(models.Model):
    """One row is how long one kind of data is kept, where it was decided otherwise than by default."""

    code = models.TextField(primary_key=True)
    days = models.IntegerField()
    source = models.TextField(help_text="Who decided it, or which rule says so")
    changed_on = models.DateField()


class RetentionPlan(models.Model):
    """One row is what the daily job will erase on one day, as it foresaw it. Counts, of nobody in particular."""

    id = models.BigAutoField(primary_key=True)
    code = models.TextField()
    due_on = models.DateField()
    records = models.IntegerField()


class RetentionDue(models.Model):
    """One row is one record that stands in the plan, and since when: nothing is erased that was not announced.

    A missing row means that the record is not foreseen to be erased. Holds keys of records and of persons, no name.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.TextField()
    key = models.TextField(help_text="Of the record; of a leader, the person’s")
    announced_on = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "key"], name="announced_once"),
        ]


class RetentionDone(models.Model):
    """One row is what the daily job erased of one kind on one day."""

    id = models.BigAutoField(primary_key=True)
    code = models.TextField()
    done_at = models.DateTimeField(default=timezone.now, editable=False)
    records = models.IntegerField()
