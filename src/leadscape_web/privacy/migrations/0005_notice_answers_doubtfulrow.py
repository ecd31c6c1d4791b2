"""Rows of files that may name somebody who stays out, and notices that tell the answer to a request."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0004_recordgiven"),
        ("studies", "0003_what_is_not_kept"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="answers",
            field=models.ForeignKey(
                help_text="The request whose answer it tells; null: it tells what is held",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="privacy.personrequest",
            ),
        ),
        migrations.CreateModel(
            name="DoubtfulRow",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("row", models.IntegerField(help_text="As a spreadsheet counts, the header being 1")),
                (
                    "column",
                    models.TextField(
                        help_text="Whose words mention the person; null: the row is about one person, or cannot be read",
                        null=True,
                    ),
                ),
                (
                    "may_be",
                    models.UUIDField(
                        help_text="Id of the person who stays out; null: the row cannot be read", null=True
                    ),
                ),
                (
                    "cells",
                    models.JSONField(
                        help_text="What stands in it: pairs of heading and text; null: not read, or not kept any more",
                        null=True,
                    ),
                ),
                (
                    "fingerprint",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Keyed hash of what stands in it, by which it is known again",
                    ),
                ),
                (
                    "nomination",
                    models.TextField(help_text="Id of the line, once it was taken out", null=True),
                ),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "To be answered"),
                            ("person", "Names the person"),
                            ("another", "Names somebody else"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "trouble",
                    models.TextField(blank=True, default="", help_text="Why it could not be carried out"),
                ),
                (
                    "acts",
                    models.JSONField(
                        default=list, help_text="What was carried out: answer, at, by; oldest first"
                    ),
                ),
                ("version", models.IntegerField(default=1)),
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
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="studies.studyinput"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("file", "row", "may_be"),
                        name="one_doubt_a_row_and_person",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
