"""What happened: one row a change, written by the database in the transaction of the change itself."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


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
    why = models.TextField()
    audience = models.CharField(max_length=16, choices=Audience.choices)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["table", "record", "id"], name="audit_event_record"),
            models.Index(fields=["table", "at"], name="audit_event_table_at"),
        ]
