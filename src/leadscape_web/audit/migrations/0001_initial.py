"""The first tables of this app."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.UUIDField(help_text="Id of the user; null for the service itself", null=True),
                ),
                ("request", models.TextField(blank=True, help_text="Groups what was changed together")),
                ("action", models.CharField(max_length=8)),
                ("table", models.TextField(db_column="table_name")),
                ("record", models.TextField(db_column="record_id")),
                ("person", models.UUIDField(db_column="person_id", null=True)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("why", models.TextField()),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("public", "Everybody who is signed in"),
                            ("person", "Those who may see the person"),
                            ("administration", "Administrators"),
                        ],
                        max_length=16,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["table", "record", "id"], name="audit_event_record"),
                    models.Index(fields=["table", "at"], name="audit_event_table_at"),
                ],
            },
        ),
    ]
