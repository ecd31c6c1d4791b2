"""Notices, requests, bases, who stays out, erasures, retention."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_sessions"),
        ("survey", "0005_wave_superseded_at"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportedLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("study_id", models.UUIDField()),
                ("nomination", models.TextField()),
                ("leader_key", models.TextField(help_text="Key of the leader")),
                ("respondent", models.TextField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RetentionDone",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.TextField()),
                ("done_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("records", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="RetentionPeriod",
            fields=[
                ("code", models.TextField(primary_key=True, serialize=False)),
                ("days", models.IntegerField()),
                ("source", models.TextField(help_text="Who decided it, or which rule says so")),
                ("changed_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="RetentionPlan",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.TextField()),
                ("due_on", models.DateField()),
                ("records", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Secret",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("value", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="WithdrawnLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("person_id", models.UUIDField()),
                ("nomination", models.TextField(unique=True)),
                ("leader_key", models.TextField()),
                ("respondent", models.TextField(null=True)),
                ("withdrawn_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("person_id", models.UUIDField(unique=True)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("asked", "The person asked to be erased"),
                            ("objected", "The person objected, and nothing outweighs it"),
                            ("consent", "The person took back the consent on which they were held"),
                            ("unlawful", "They should not have been held"),
                            ("law", "A law demands it"),
                            ("retention", "They were kept as long as was said"),
                        ],
                        max_length=16,
                    ),
                ),
                ("erased_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "digests",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        help_text="Objection ids of the ledger, one a secret",
                        size=None,
                    ),
                ),
                (
                    "erased_by",
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
            name="Exclusion",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("objection", "Objected"),
                            ("withdrawal", "Took back consent"),
                            ("erasure", "Erased"),
                        ],
                        max_length=16,
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
                    ),
                ),
                (
                    "recorded_by",
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
            name="Notice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "channel",
                    models.CharField(choices=[("email", "E-mail"), ("letter", "Letter")], max_length=8),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("token_hash", models.CharField(max_length=64, null=True, unique=True)),
                (
                    "sent_at",
                    models.DateTimeField(
                        help_text="When it was handed to the mail server, or the letter printed", null=True
                    ),
                ),
                ("bounced_at", models.DateTimeField(help_text="When it came back", null=True)),
                ("opened_at", models.DateTimeField(help_text="When the link was opened first", null=True)),
                ("expires_at", models.DateTimeField(help_text="Until when the link works", null=True)),
                (
                    "ended_at",
                    models.DateTimeField(
                        help_text="When the link was ended: made again, withdrawn, or erased", null=True
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="survey.wave"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ObjectionKey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("person_id", models.UUIDField()),
                ("objection", models.TextField(help_text="Of one person and secret")),
                ("key", models.CharField(max_length=32)),
                ("rule", models.TextField()),
                ("kind", models.TextField()),
                ("recorded_on", models.DateField()),
                (
                    "secret",
                    models.CharField(
                        help_text="Which secret it was made with: the start of its sha256", max_length=16
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("objection", "key", "secret"), name="one_key_an_objection"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("correction", "Put something right"),
                            ("objection", "Object to being in the study"),
                            ("withdrawal", "Take back consent"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "about",
                    models.CharField(
                        choices=[
                            ("name", "My name"),
                            ("home_school", "My school"),
                            ("holding", "A role"),
                            ("support", "A school that I support"),
                            ("other", "Something else"),
                        ],
                        default="other",
                        max_length=16,
                    ),
                ),
                (
                    "record_id",
                    models.UUIDField(help_text="The role-holding or support that is wrong", null=True),
                ),
                ("text", models.TextField(blank=True, help_text="What the person wrote")),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To be answered"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                        ],
                        default="open",
                        max_length=16,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(blank=True, help_text="What the person is told")),
                ("blanked_at", models.DateTimeField(help_text="When the texts were emptied", null=True)),
                ("version", models.IntegerField(default=1)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="privacy.notice",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Address",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("email", models.EmailField(max_length=254)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("editor", "An editor entered it"),
                            ("file", "It stood in a file of addresses"),
                            ("round", "It was given in a survey round"),
                        ],
                        max_length=16,
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "ended_at",
                    models.DateTimeField(
                        help_text="When another took its place, or mail came back", null=True
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("person",),
                        name="one_current_address_a_person",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Basis",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("basis", models.TextField(help_text="Key of leadscape.actions.tell_rights.LAWFUL_BASES")),
                (
                    "explained",
                    models.TextField(help_text="Which task, interest or law it is, or how consent was given"),
                ),
                ("controller", models.TextField(blank=True, help_text="Who answers for the study")),
                ("purpose", models.TextField(blank=True)),
                ("recipients", models.TextField(blank=True, help_text="Who sees the data")),
                ("given_on", models.DateField(help_text="When consent was given", null=True)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "ended_at",
                    models.DateTimeField(
                        help_text="When another took its place, or consent was withdrawn", null=True
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="survey.wave"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("wave", "person"),
                        name="one_basis_a_wave_and_person",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("person", "wave"),
                name="one_live_notice_a_wave",
            ),
        ),
    ]
