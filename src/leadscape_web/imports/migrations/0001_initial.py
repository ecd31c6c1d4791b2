"""Imports, their files, problems, changes, and schools that are missing."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("jobs", "0001_initial"),
        ("studies", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Import",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("register", "Register"), ("returns", "Returns")], max_length=16
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checking", "Being checked"),
                            ("refused", "Cannot be used"),
                            ("checked", "Waits for a decision"),
                            ("storing", "Being stored"),
                            ("stored", "Stored"),
                            ("undoing", "Being undone"),
                            ("undone", "Undone"),
                            ("withdrawn", "Not stored"),
                        ],
                        default="checking",
                        max_length=16,
                    ),
                ),
                (
                    "stated_as_of",
                    models.DateField(help_text="Date given for files whose name holds none", null=True),
                ),
                ("as_of", models.DateField(help_text="Date that the files describe, as found", null=True)),
                (
                    "absent",
                    models.CharField(
                        choices=[("ask", "Ask about each of them"), ("keep", "Keep all of them as they are")],
                        default="ask",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("checked_at", models.DateTimeField(null=True)),
                (
                    "newest",
                    models.BooleanField(
                        help_text="Whether it changes what is held; older files only add", null=True
                    ),
                ),
                (
                    "summary",
                    models.JSONField(
                        default=list, help_text="Rows of change, number and why it is not known"
                    ),
                ),
                ("notes", models.JSONField(default=list, help_text="Sentences to read before deciding")),
                (
                    "basis",
                    models.TextField(blank=True, help_text="Stands for what was held when it was checked"),
                ),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("stored_at", models.DateTimeField(null=True)),
                (
                    "stored_by_job",
                    models.UUIDField(
                        help_text="Job under whose number the changes stand in the history", null=True
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("undo_asked_at", models.DateTimeField(null=True)),
                ("undo_why", models.TextField(blank=True)),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        help_text="What it waits for",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="jobs.job",
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        help_text="Of returns",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="studies.study",
                    ),
                ),
                (
                    "undo_asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("change", models.TextField()),
                ("key", models.TextField(help_text="Number of the school or trust", null=True)),
                ("name", models.TextField(help_text="Of the school or trust", null=True)),
                ("before", models.TextField(null=True)),
                ("after", models.TextField(null=True)),
                ("note", models.TextField(null=True)),
                (
                    "belongs_to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="imports.import"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("urn", models.TextField()),
                ("name", models.TextField(null=True)),
                ("status", models.TextField()),
                ("note", models.TextField(blank=True, help_text="What links say became of it")),
                (
                    "successors",
                    models.TextField(blank=True, help_text="Numbers of the schools that followed it"),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("keep", "Keep it as it is"),
                            ("closed", "It has closed"),
                            ("unknown", "It is not known whether it is open"),
                        ],
                        max_length=8,
                    ),
                ),
                ("closed_on", models.DateField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "belongs_to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="imports.import"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "key",
                    models.TextField(
                        help_text="schools, links, groups, returns, frame; empty before it was recognised"
                    ),
                ),
                ("file_name", models.TextField()),
                (
                    "content",
                    models.BinaryField(
                        help_text="The file as it was brought, packed by gzip; empty once emptied"
                    ),
                ),
                ("sha256", models.CharField(help_text="Of the file as it was brought", max_length=64)),
                ("size", models.BigIntegerField(help_text="Bytes, as it was brought")),
                ("position", models.IntegerField(default=0)),
                ("recognised_as", models.TextField(blank=True, help_text="Title of the format")),
                ("rows", models.IntegerField(null=True)),
                (
                    "outcomes",
                    models.JSONField(
                        default=list, help_text="What became of its rows: outcome, reason, rows, meaning"
                    ),
                ),
                ("problem", models.JSONField(help_text="Why it cannot be used: what, why, next", null=True)),
                ("emptied_at", models.DateTimeField(null=True)),
                (
                    "belongs_to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uploads",
                        to="imports.import",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Problem",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "row",
                    models.IntegerField(help_text="As a spreadsheet counts; null: the whole file", null=True),
                ),
                ("column", models.TextField(null=True)),
                ("value", models.TextField(null=True)),
                ("rule", models.TextField()),
                (
                    "belongs_to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="imports.import"
                    ),
                ),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="imports.upload"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(fields=["-created_at"], name="imports_latest"),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.UniqueConstraint(fields=("belongs_to", "urn"), name="one_absence_a_school"),
        ),
    ]
