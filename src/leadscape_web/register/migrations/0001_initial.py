"""The first tables of this app."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Authority",
            fields=[
                ("code", models.TextField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("region", models.TextField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Group",
            fields=[
                ("uid", models.TextField(primary_key=True, serialize=False)),
                ("group_id", models.TextField(null=True)),
                ("name", models.TextField()),
                ("group_type", models.TextField()),
                ("status", models.TextField(default="unknown")),
                ("opened_on", models.DateField(null=True)),
                ("closed_on", models.DateField(null=True)),
                ("companies_house_number", models.TextField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("purpose", models.TextField(help_text="schools, links, groups, returns, ...")),
                ("file_name", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("rows", models.IntegerField(null=True)),
                ("as_of", models.DateField(help_text="Date the file describes", null=True)),
                ("loaded_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="School",
            fields=[
                ("urn", models.TextField(primary_key=True, serialize=False)),
                ("name", models.TextField(null=True)),
                ("status", models.TextField()),
                ("opened_on", models.DateField(null=True)),
                ("closed_on", models.DateField(null=True)),
                ("phase", models.TextField(null=True)),
                ("type", models.TextField(null=True)),
                ("type_group", models.TextField(null=True)),
                ("district", models.TextField(null=True)),
                ("region", models.TextField(null=True)),
                ("town", models.TextField(null=True)),
                ("postcode", models.TextField(null=True)),
                ("easting", models.FloatField(null=True)),
                ("northing", models.FloatField(null=True)),
                ("longitude", models.FloatField(null=True)),
                ("latitude", models.FloatField(null=True)),
                ("low_age", models.IntegerField(null=True)),
                ("high_age", models.IntegerField(null=True)),
                ("gender", models.TextField(null=True)),
                ("religious_character", models.TextField(null=True)),
                ("capacity", models.FloatField(null=True)),
                ("capacity_status", models.TextField(default="unknown")),
                ("pupils", models.FloatField(null=True)),
                ("pupils_status", models.TextField(default="unknown")),
                ("fsm_pct", models.FloatField(null=True)),
                ("fsm_pct_status", models.TextField(default="unknown")),
                (
                    "authority",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schools",
                        to="register.authority",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="register.source"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SchoolName",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.TextField()),
                ("first_seen", models.DateField(help_text="First dated file that gives it", null=True)),
                ("last_seen", models.DateField(help_text="Last dated file that gives it", null=True)),
                (
                    "sources",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, help_text="Files that give it", size=None
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="other_names",
                        to="register.school",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.TextField(help_text="school, authority, trust")),
                ("key", models.TextField()),
                ("label", models.TextField()),
                ("detail", models.TextField()),
                (
                    "text",
                    models.TextField(
                        help_text="What is searched: lower case, without accents and punctuation"
                    ),
                ),
                ("because", models.TextField(help_text="name, former name, number, postcode")),
                ("weight", models.FloatField(default=1.0)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["text"], name="search_text_trigrams", opclasses=["gin_trgm_ops"]
                    ),
                    models.Index(fields=["text"], name="search_text", opclasses=["text_pattern_ops"]),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("joined_on", models.DateField(null=True)),
                ("left_on", models.DateField(null=True)),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="register.group",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="register.school",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="register.source"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("urn", models.TextField(db_index=True)),
                ("link_urn", models.TextField(db_index=True)),
                ("relation", models.TextField()),
                ("link_name", models.TextField(null=True)),
                ("link_type", models.TextField()),
                ("established_on", models.DateField(null=True)),
                (
                    "source",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="register.source"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Headship",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("job_title", models.TextField(null=True)),
                ("seen_on", models.DateField(null=True)),
                ("ended_on", models.DateField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="headships",
                        to="accounts.person",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="headships",
                        to="register.school",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="register.source"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="group",
            name="source",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="register.source"
            ),
        ),
        migrations.AddField(
            model_name="authority",
            name="source",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="register.source"
            ),
        ),
        migrations.AddIndex(
            model_name="school",
            index=models.Index(fields=["status", "phase"], name="school_status_phase"),
        ),
    ]
