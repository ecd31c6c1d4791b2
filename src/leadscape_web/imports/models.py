"""Imports: files that were brought in, what is wrong in them, what they would change, what became of them."""

from __future__ import annotations

import uuid
from typing import ClassVar, Final

from django.db import models
from django.utils import timezone

from leadscape_web.accounts.models import User
from leadscape_web.jobs.models import Job
from leadscape_web.studies.models import Study

RETURNS: Final = "returns"
FRAME: Final = "frame"


class Import(models.Model):
    """One row is one set of files that is tried, confirmed and stored together. Holds no name of a person."""

    class Kind(models.TextChoices):
        """What the files are of."""

        REGISTER = "register", "Register"
        RETURNS = "returns", "Returns"

    class State(models.TextChoices):
        """Where it stands; which follows which is in ``permissions`` and in the database."""

        CHECKING = "checking", "Being checked"
        REFUSED = "refused", "Cannot be used"
        CHECKED = "checked", "Waits for a decision"
        STORING = "storing", "Being stored"
        STORED = "stored", "Stored"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"
        WITHDRAWN = "withdrawn", "Not stored"

    class Absent(models.TextChoices):
        """What is done about open schools that the extract does not list."""

        ASK = "ask", "Ask about each of them"
        KEEP = "keep", "Keep all of them as they are"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    state = models.CharField(max_length=16, choices=State.choices, default=State.CHECKING)
    study = models.ForeignKey(Study, models.PROTECT, null=True, related_name="+", help_text="Of returns")
    stated_as_of = models.DateField(null=True, help_text="Date given for files whose name holds none")
    as_of = models.DateField(null=True, help_text="Date that the files describe, as found")
    absent = models.CharField(max_length=8, choices=Absent.choices, default=Absent.ASK)
    # No constraint: a job that is over is forgotten before the import is.
    job = models.ForeignKey(
        Job,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        help_text="What it waits for",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)
    newest = models.BooleanField(null=True, help_text="Whether it changes what is held; older files only add")
    summary = models.JSONField(default=list, help_text="Rows of change, number and why it is not known")
    notes = models.JSONField(default=list, help_text="Sentences to read before deciding")
    basis = models.TextField(blank=True, help_text="Stands for what was held when it was checked")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    stored_at = models.DateTimeField(null=True)
    stored_by_job = models.UUIDField(
        null=True, help_text="Job under whose number the changes stand in the history"
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    undo_asked_at = models.DateTimeField(null=True)
    undo_asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    undo_why = models.TextField(blank=True)
    undo_refused = models.JSONField(
        null=True, help_text="What stood in the way of an undo: what, why, next, ids of later imports"
    )
    undone_at = models.DateTimeField(null=True)
    study_id: uuid.UUID | None
    job_id: uuid.UUID | None
    created_by_id: uuid.UUID
    confirmed_by_id: uuid.UUID | None
    withdrawn_by_id: uuid.UUID | None
    undo_asked_by_id: uuid.UUID | None
    uploads: models.Manager[Upload]

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-created_at"], name="imports_latest")]


class Upload(models.Model):
    """One row is one file of an import.

    Its content may name people. Nobody but the owner role reads it, and it is emptied as soon as the import is stored,
    refused or withdrawn: a study keeps the returns that it was given.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    belongs_to = models.ForeignKey(Import, models.CASCADE, related_name="uploads")
    key = models.TextField(help_text="schools, links, groups, returns, frame; empty before it was recognised")
    file_name = models.TextField()
    content = models.BinaryField(help_text="The file as it was brought, packed by gzip; empty once emptied")
    sha256 = models.CharField(max_length=64, help_text="Of the file as it was brought")
    size = models.BigIntegerField(help_text="Bytes, as it was brought")
    position = models.IntegerField(default=0)
    recognised_as = models.TextField(blank=True, help_text="Title of the format")
    rows = models.IntegerField(null=True)
    outcomes = models.JSONField(
        default=list, help_text="What became of its rows: outcome, reason, rows, meaning"
    )
    problem = models.JSONField(null=True, help_text="Why it cannot be used: what, why, next")
    emptied_at = models.DateTimeField(null=True)
    belongs_to_id: uuid.UUID

    class Meta:
        constraints: ClassVar = [
            # A job writes it into a folder under this name.
            models.CheckConstraint(
                condition=~models.Q(file_name__regex=r"[/\\]|^\.{0,2}$"), name="upload_has_a_plain_name"
            ),
            models.CheckConstraint(
                condition=models.Q(key__in=["", "schools", "links", "groups", RETURNS, FRAME]),
                name="upload_has_a_known_key",
            ),
        ]


class Problem(models.Model):
    """One row is one thing wrong with one cell or row of a file. A value that may name a person is left out."""

    id = models.BigAutoField(primary_key=True)
    belongs_to = models.ForeignKey(Import, models.CASCADE, related_name="+")
    upload = models.ForeignKey(Upload, models.CASCADE, related_name="+")
    row = models.IntegerField(null=True, help_text="As a spreadsheet counts; null: the whole file")
    column = models.TextField(null=True)
    value = models.TextField(null=True)
    rule = models.TextField()


class Change(models.Model):
    """One row is one thing that storing the import changes. Names nobody: of heads it counts."""

    id = models.BigAutoField(primary_key=True)
    belongs_to = models.ForeignKey(Import, models.CASCADE, related_name="+")
    change = models.TextField()
    key = models.TextField(null=True, help_text="Number of the school or trust")
    name = models.TextField(null=True, help_text="Of the school or trust")
    before = models.TextField(null=True)
    after = models.TextField(null=True)
    note = models.TextField(null=True)


class Absence(models.Model):
    """One row is one open school that the new extract does not list: a question, and its answer."""

    class Answer(models.TextChoices):
        """What is to be recorded of it."""

        KEEP = "keep", "Keep it as it is"
        CLOSED = "closed", "It has closed"
        UNKNOWN = "unknown", "It is not known whether it is open"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    belongs_to = models.ForeignKey(Import, models.CASCADE, related_name="+")
    urn = models.TextField()
    name = models.TextField(null=True)
    status = models.TextField()
    note = models.TextField(blank=True, help_text="What links say became of it")
    successors = models.TextField(blank=True, help_text="Numbers of the schools that followed it")
    answer = models.CharField(max_length=8, choices=Answer.choices, blank=True)
    closed_on = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    belongs_to_id: uuid.UUID
    answered_by_id: uuid.UUID | None

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["belongs_to", "urn"], name="one_absence_a_school")
        ]
