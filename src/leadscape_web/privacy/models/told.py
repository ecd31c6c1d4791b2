"""Where people are told what is held about them, what they were told, what they ask for, and what was given to them."""

from __future__ import annotations

import uuid
from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils import timezone

from leadscape_web.accounts.models import Person, User
from leadscape_web.survey.models import Wave

DONE_AT_ONCE: Final = "Done at once"
"""How an objection or a withdrawal of consent stands, from the moment it is made."""


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
    answers = models.ForeignKey(
        "privacy.PersonRequest",
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="The request whose answer it tells; null: it tells what is held",
    )
    answers_id: uuid.UUID | None
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
        ENDED = "ended", "Ended when the person was erased"

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

    @property
    def state_in_words(self) -> str:
        """Where it stands, for whoever asked and whoever answers."""
        return state_in_words(self.kind, self.state)


def state_in_words(kind: str, state: str) -> str:
    """Where a request of this kind stands: only a correction waits for anybody."""
    if kind != PersonRequest.Kind.CORRECTION:
        return DONE_AT_ONCE
    return PersonRequest.State(state).label


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
