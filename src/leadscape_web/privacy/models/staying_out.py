"""Who stays out, by what they are recognised, and which lines and rows are or may be about them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from leadscape_web.accounts.models import Person, User
from leadscape_web.studies.models import StudyInput


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


class DoubtfulRow(models.Model):
    """One row is one row of a file of a study that may name one person who stays out: for an editor to answer.

    A missing row means that no such row is known. What stands in the row is kept until it need not be shown or put back
    any more; it is personal data, of whomever it names.
    """

    class Answer(models.TextChoices):
        """What an editor says of it."""

        OPEN = "", "To be answered"
        PERSON = "person", "Names the person"
        ANOTHER = "another", "Names somebody else"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(StudyInput, models.PROTECT, related_name="+")
    file_id: uuid.UUID
    row = models.IntegerField(help_text="As a spreadsheet counts, the header being 1")
    column = models.TextField(
        null=True,
        help_text="Whose words mention the person; null: the row is about one person, or cannot be read",
    )
    # Not called person_id: what stands in the row may be about somebody else, and is not held about this person.
    may_be = models.UUIDField(
        null=True, help_text="Id of the person who stays out; null: the row cannot be read"
    )
    cells = models.JSONField(
        null=True,
        help_text="What stands in it: pairs of heading and text; null: not read, or not kept any more",
    )
    fingerprint = models.TextField(
        blank=True, default="", help_text="Keyed hash of what stands in it, by which it is known again"
    )
    nomination = models.TextField(null=True, help_text="Id of the line, once it was taken out")
    found_at = models.DateTimeField(default=timezone.now, editable=False)
    answer = models.CharField(max_length=8, choices=Answer.choices, blank=True, default=Answer.OPEN)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_by_id: uuid.UUID | None
    trouble = models.TextField(blank=True, default="", help_text="Why it could not be carried out")
    acts = models.JSONField(default=list, help_text="What was carried out: answer, at, by; oldest first")
    version = models.IntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["file", "row", "may_be"], nulls_distinct=False, name="one_doubt_a_row_and_person"
            )
        ]
