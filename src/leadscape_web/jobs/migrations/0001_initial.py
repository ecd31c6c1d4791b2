"""Jobs."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.TextField(help_text="What is to be done")),
                (
                    "subject",
                    models.TextField(
                        blank=True, help_text="What it is about, in a few words without names of people"
                    ),
                ),
                ("given", models.JSONField(default=dict, help_text="Ids of what it works on")),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("attempts", models.IntegerField(default=0, help_text="How often it was begun")),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("step", models.TextField(blank=True, help_text="What is being done")),
                ("steps_done", models.IntegerField(null=True)),
                ("steps", models.IntegerField(help_text="Of how many; null: not known", null=True)),
                ("result", models.JSONField(help_text="What it did, in numbers and ids", null=True)),
                ("problem", models.JSONField(help_text="What went wrong, why, and what to do", null=True)),
                ("cancel_asked_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="jobs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["asked_by", "-asked_at"], name="jobs_of_user"),
                    models.Index(fields=["kind", "-asked_at"], name="jobs_of_kind"),
                ],
            },
        ),
    ]
