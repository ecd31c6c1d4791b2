"""A holding or support entered by mistake is withdrawn, and counts nowhere; researchers' view as a model."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import leadscape_web.survey.models
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("register", "0001_initial"),
        ("survey", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnonymousHolding",
            fields=[
                (
                    "holding",
                    models.TextField(help_text="Stands for the holding", primary_key=True, serialize=False),
                ),
                (
                    "leader",
                    models.TextField(
                        help_text="Stands for the leader in one wave: rows of one leader share it"
                    ),
                ),
                ("role", models.TextField(null=True)),
                ("role_status", models.TextField()),
                ("origin", models.TextField()),
                ("region", models.TextField(null=True)),
                ("phase", models.TextField(null=True)),
                (
                    "place",
                    models.TextField(help_text="How closely the place is told: authority, region, withheld"),
                ),
                ("started_year", models.IntegerField(null=True)),
                ("ended_year", models.IntegerField(null=True)),
                ("years_status", models.TextField()),
                (
                    "routes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
            ],
            options={
                "db_table": "survey_anonymousholding",
                "managed": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="roleholding",
            name="one_holding_of_a_role_at_a_time",
        ),
        migrations.RemoveConstraint(
            model_name="support",
            name="one_support_a_partner_school",
        ),
        migrations.AddField(
            model_name="roleholding",
            name="withdrawn_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When it was found to be entered by mistake; it no longer counts",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="support",
            name="version",
            field=models.IntegerField(default=1),
        ),
        migrations.AddField(
            model_name="support",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, help_text="As for a holding", null=True),
        ),
        migrations.AddConstraint(
            model_name="roleholding",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("withdrawn_at", None)),
                expressions=[
                    ("leader", "="),
                    ("role", "="),
                    (leadscape_web.survey.models.DateRange("started_on", "ended_on"), "&&"),
                ],
                name="one_holding_of_a_role_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="support",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("holding", "partner_school"),
                name="one_support_a_partner_school",
            ),
        ),
        migrations.AddConstraint(
            model_name="support",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("started_on", None),
                    ("ended_on", None),
                    ("ended_on__gte", models.F("started_on")),
                    _connector="OR",
                ),
                name="support_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="support",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("home_school", None),
                    models.Q(("partner_school", models.F("home_school")), _negated=True),
                    _connector="OR",
                ),
                name="partner_is_not_the_home_school",
            ),
        ),
    ]
