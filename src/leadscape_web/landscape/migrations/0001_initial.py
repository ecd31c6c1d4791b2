"""The first tables of this app."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("survey", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublishedFile",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.TextField()),
                ("media_type", models.TextField()),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="survey.wave"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("wave", "name"), name="one_file_a_wave_and_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="PublishedTable",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.TextField()),
                ("title", models.TextField()),
                ("about", models.TextField()),
                ("columns", models.JSONField(help_text="Column to what it means")),
                ("rows", models.JSONField(help_text="One object a row")),
                ("position", models.IntegerField()),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tables", to="survey.wave"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("wave", "name"), name="one_table_a_wave_and_name")
                ],
            },
        ),
    ]
