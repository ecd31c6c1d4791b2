"""How long things are kept, what will be erased and was, and who was erased."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from leadscape_web.accounts.models import User


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
