"""What happened: one row a change, written by the database in the transaction of the change itself."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone


class Event(models.Model):
    """One row is one change of one record. Written by triggers only; nobody may change or delete one.

    ``before`` and ``after`` hold ids, dates and codes and never a person's name. A missing row means that the record
    did not change.
    """

    class Audience(models.TextChoices):
        """Who may read it: the rule of the table it is about."""

        PUBLIC = "public", "Everybody who is signed in"
        PERSON = "person", "Those who may see the person"
        ADMINISTRATION = "administration", "Administrators"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.UUIDField(null=True, help_text="Id of the user; null for the service itself")
    request = models.TextField(blank=True, help_text="Groups what was changed together")
    action = models.CharField(max_length=8)
    table = models.TextField(db_column="table_name")
    record = models.TextField(db_column="record_id")
    person = models.UUIDField(null=True, db_column="person_id")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    changed = ArrayField(
        models.TextField(),
        default=list,
        help_text="Columns of an update, also those whose values are not kept",
    )
    why = models.TextField()
    audience = models.CharField(max_length=16, choices=Audience.choices)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["table", "record", "id"], name="audit_event_record"),
            models.Index(fields=["table", "at"], name="audit_event_table_at"),
            models.Index(fields=["person", "id"], name="audit_event_person"),
            models.Index(fields=["actor", "id"], name="audit_event_actor"),
        ]


class Listed(models.Model):
    """One row is one event as an administrator of the nation may read it; a view of the database.

    Who changed what, when and why is told of every record. ``before`` and ``after`` of a record about a person are told
    only to those who may see the person: administering shows no leaders. ``shown`` says which.
    """

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.UUIDField(null=True)
    request = models.TextField()
    action = models.CharField(max_length=8)
    table = models.TextField(db_column="table_name")
    record = models.TextField(db_column="record_id")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    changed = ArrayField(models.TextField())
    why = models.TextField()
    audience = models.CharField(max_length=16)
    shown = models.BooleanField()

    class Meta:
        managed = False
        db_table = "audit_listed"


class Export(models.Model):
    """One row is one download of events: by whom, which, why, and the fingerprint of the file that was handed out.

    The same events exported again give the same rows; a fingerprint kept elsewhere shows whether they were altered.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    made_by = models.UUIDField(help_text="Id of the user")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    filters = models.JSONField(help_text="Filter to value; empty: all events")
    last_event = models.BigIntegerField(null=True, help_text="Newest event that could have been in it")
    format = models.CharField(max_length=8)
    rows = models.IntegerField()
    sha256 = models.CharField(max_length=64)
