"""Which columns changed, indexes for the history of a person and of a user, and downloads of events."""

import uuid

import django.contrib.postgres.fields
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="changed",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                default=list,
                help_text="Columns of an update, also those whose values are not kept",
                size=None,
            ),
        ),
        migrations.AddIndex(
            model_name="event", index=models.Index(fields=["person", "id"], name="audit_event_person")
        ),
        migrations.AddIndex(
            model_name="event", index=models.Index(fields=["actor", "id"], name="audit_event_actor")
        ),
        migrations.CreateModel(
            name="Listed",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor", models.UUIDField(null=True)),
                ("request", models.TextField()),
                ("action", models.CharField(max_length=8)),
                ("table", models.TextField(db_column="table_name")),
                ("record", models.TextField(db_column="record_id")),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                (
                    "changed",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                ("why", models.TextField()),
                ("audience", models.CharField(max_length=16)),
                ("shown", models.BooleanField()),
            ],
            options={"db_table": "audit_listed", "managed": False},
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("made_by", models.UUIDField(help_text="Id of the user")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("filters", models.JSONField(help_text="Filter to value; empty: all events")),
                (
                    "last_event",
                    models.BigIntegerField(help_text="Newest event that could have been in it", null=True),
                ),
                ("format", models.CharField(max_length=8)),
                ("rows", models.IntegerField()),
                ("sha256", models.CharField(max_length=64)),
            ],
        ),
    ]
