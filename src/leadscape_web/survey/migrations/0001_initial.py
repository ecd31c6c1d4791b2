"""The first tables of this app."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import leadscape_web.survey.models
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("register", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Wave",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("title", models.TextField()),
                ("system", models.TextField()),
                ("as_of", models.DateField()),
                ("codebook", models.TextField(help_text="Id of the codebook")),
                ("codebook_sha256", models.CharField(max_length=64)),
                ("codebook_text", models.TextField(help_text="The codebook as used, as TOML")),
                ("provenance", models.JSONField(help_text="What the library recorded about the run")),
                (
                    "inputs_sha256",
                    models.CharField(help_text="Of all inputs and parameters", max_length=64, unique=True),
                ),
                ("loaded_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="Leader",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("key", models.TextField(help_text="leader_id of the library", unique=True)),
                ("region", models.TextField(blank=True, null=True)),
                ("phase", models.TextField(blank=True, null=True)),
                (
                    "version",
                    models.IntegerField(
                        default=1, help_text="Grows with every change, so that two editors meet"
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leaders",
                        to="register.authority",
                    ),
                ),
                (
                    "home_school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leaders",
                        to="register.school",
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leader",
                        to="accounts.person",
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leaders",
                        to="survey.wave",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoleHolding",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "key",
                    models.TextField(
                        help_text="holding_id of the library, or of the form that added it", unique=True
                    ),
                ),
                ("role", models.TextField(help_text="Role id of the wave's codebook")),
                ("origin", models.TextField()),
                ("started_on", models.DateField(blank=True, null=True)),
                ("ended_on", models.DateField(blank=True, null=True)),
                (
                    "respondents",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, help_text="Who reported it", size=None
                    ),
                ),
                (
                    "routes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        default=list,
                        help_text="authority, agency, network, editor",
                        size=None,
                    ),
                ),
                ("version", models.IntegerField(default=1)),
                (
                    "authority",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="role_holdings",
                        to="register.authority",
                    ),
                ),
                (
                    "home_school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="role_holdings",
                        to="register.school",
                    ),
                ),
                (
                    "leader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="role_holdings",
                        to="survey.leader",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="role_holdings",
                        to="accounts.person",
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="role_holdings",
                        to="survey.wave",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Response",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("respondent", models.TextField()),
                ("respondent_name", models.TextField()),
                ("kind", models.TextField()),
                ("region", models.TextField(null=True)),
                ("response", models.TextField()),
                ("nominations", models.IntegerField()),
                (
                    "authority",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="responses",
                        to="register.authority",
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="responses",
                        to="survey.wave",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Support",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("role", models.TextField()),
                ("started_on", models.DateField(null=True)),
                ("ended_on", models.DateField(null=True)),
                (
                    "holding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supports",
                        to="survey.roleholding",
                    ),
                ),
                (
                    "home_school",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supports_given",
                        to="register.school",
                    ),
                ),
                (
                    "leader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supports",
                        to="survey.leader",
                    ),
                ),
                (
                    "partner_school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supports_received",
                        to="register.school",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supports",
                        to="accounts.person",
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supports",
                        to="survey.wave",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("holding", "partner_school"), name="one_support_a_partner_school"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="roleholding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("started_on", None),
                    ("ended_on", None),
                    ("ended_on__gte", models.F("started_on")),
                    _connector="OR",
                ),
                name="holding_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleholding",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("leader", "="),
                    ("role", "="),
                    (leadscape_web.survey.models.DateRange("started_on", "ended_on"), "&&"),
                ],
                name="one_holding_of_a_role_at_a_time",
            ),
        ),
    ]
