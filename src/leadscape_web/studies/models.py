"""Studies and their files, as they were brought in."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from leadscape_web.accounts.models import User
from leadscape_web.survey.models import Wave


class Study(models.Model):
    """One row is one study that the service runs itself: what a study file declares, without its files."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.TextField()
    system = models.TextField()
    as_of = models.DateField()
    codebook = models.TextField(help_text="Id of the codebook, or the name of a file of the study")
    settings = models.JSONField(
        help_text="The study file's sections without what is above and without its files"
    )
    wave = models.ForeignKey(
        Wave, models.PROTECT, null=True, related_name="+", help_text="What its last run gave"
    )
    wave_id: uuid.UUID | None
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    inputs: models.Manager[StudyInput]

    @property
    def register_as_of(self) -> date:
        """The date of its register files whose names hold none: the study's own, unless it is stated."""
        stated = self.settings.get("register", {}).get("as_of")
        return date.fromisoformat(stated) if stated else self.as_of

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["system", "as_of", "title"], name="one_study_of_a_title_and_date")
        ]


class StudyInput(models.Model):
    """One row is one file of a study. Returns name people, so nobody but the owner role reads the content.

    A file that is not used any more is removed from the study, and stays for the record of former runs until it is
    blanked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, models.PROTECT, related_name="inputs")
    key = models.TextField(help_text="Key of the study file: schools, links, groups, frame, returns, …")
    file_name = models.TextField()
    content = models.BinaryField(help_text="The file as it was brought, without people who stay out")
    sha256 = models.CharField(max_length=64)
    size = models.IntegerField(help_text="Bytes")
    position = models.IntegerField(default=0, help_text="Order in which the study reads files of one key")
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    taken_out = models.IntegerField(
        default=0,
        help_text="Lines, heads and words about people who stay out that are not in the content any more",
    )
    doubtful = ArrayField(
        models.IntegerField(),
        default=list,
        help_text="Rows that may name somebody who stays out: for a person to look at",
    )
    blanked_at = models.DateTimeField(null=True, help_text="When the content was emptied for good")
    study_id: uuid.UUID
    added_by_id: uuid.UUID | None

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["study", "key", "file_name"],
                condition=models.Q(removed_at=None),
                name="one_file_of_a_name_a_key",
            ),
            # They name folders and files when the study is written out.
            models.CheckConstraint(
                condition=models.Q(key__regex=r"^[a-z_]+$"), name="study_input_key_is_a_word"
            ),
            models.CheckConstraint(
                condition=models.Q(file_name__regex=r"^[^/\\]+$") & ~models.Q(file_name__in=[".", ".."]),
                name="study_input_is_called_as_a_file",
            ),
        ]
