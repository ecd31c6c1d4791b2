"""What studies published: tables, files and shapes, already protected against disclosure by the library."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from leadscape_web.survey.models import Wave


class PublishedTable(models.Model):
    """One row is one published table of one wave, small counts hidden. Columns are those of the library's table."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="tables")
    name = models.TextField()
    title = models.TextField()
    about = models.TextField()
    columns = models.JSONField(help_text="Column to what it means")
    rows = models.JSONField(help_text="One object a row")
    position = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["wave", "name"], name="one_table_a_wave_and_name")
        ]


class PublishedFile(models.Model):
    """One row is one file that a study published: report, workbook, figures, shapes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="files")
    name = models.TextField()
    media_type = models.TextField()
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["wave", "name"], name="one_file_a_wave_and_name")
        ]
