"""Survey rounds: who is asked, links, letters, answers."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_identity_kept_write_rate_count"),
        ("register", "0003_letters_of_words"),
        ("studies", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Asked",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "respondent",
                    models.TextField(help_text="Authority code, or the id of an agency or network"),
                ),
                ("name", models.TextField(help_text="Of the organisation")),
                ("kind", models.CharField(max_length=16)),
                ("authority_code", models.TextField(blank=True)),
                ("region", models.TextField(blank=True)),
                ("channel", models.CharField(default="email", max_length=16)),
                (
                    "heard",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Nothing"),
                            ("yes", "A file of theirs is among the returns of the study"),
                            ("none", "They have nobody to name"),
                            ("refused", "They do not want to answer"),
                            ("undeliverable", "They could not be reached"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(help_text="When the first letter was handed over", null=True),
                ),
                ("opened_at", models.DateTimeField(null=True)),
                ("saved_at", models.DateTimeField(help_text="When the answer was last worked on", null=True)),
                ("answered_at", models.DateTimeField(help_text="When it was first sent", null=True)),
                ("corrected_at", models.DateTimeField(help_text="When it was last sent again", null=True)),
                (
                    "has_none",
                    models.BooleanField(default=False, help_text="Whether the last answer names nobody"),
                ),
                ("reminders", models.IntegerField(default=0)),
                ("reminded_at", models.DateTimeField(null=True)),
                ("bounced_at", models.DateTimeField(null=True)),
                ("bounce", models.TextField(blank=True, help_text="Code of the mail server, or “by hand”")),
                (
                    "stopped_at",
                    models.DateTimeField(help_text="When they asked for no more letters", null=True),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(help_text="When an editor took them out of the round", null=True),
                ),
                ("version", models.IntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("position", models.IntegerField()),
                ("home_text", models.TextField(blank=True, help_text="The school as they wrote it")),
                (
                    "role",
                    models.TextField(blank=True, help_text="Id of the codebook; empty: in their own words"),
                ),
                ("role_text", models.TextField(blank=True, help_text="The role in their own words")),
                ("started_on", models.DateField(null=True)),
                ("ended_on", models.DateField(null=True)),
                ("partner_schools", models.TextField(blank=True, help_text="As written, one a line")),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "nominee_email",
                    models.EmailField(blank=True, help_text="Where the person can be told", max_length=254),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("removed_at", models.DateTimeField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "asked",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="rounds.asked"
                    ),
                ),
                (
                    "home_school",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="register.school",
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
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "asked",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="links", to="rounds.asked"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("title", models.TextField()),
                ("as_of", models.DateField(help_text="The date that the answers are for")),
                ("codebook", models.TextField(help_text="Id of the codebook whose roles are offered")),
                ("opens_on", models.DateField()),
                ("closes_on", models.DateField(help_text="Last day on which an answer is in time")),
                ("late_days", models.IntegerField(default=14)),
                (
                    "reminders_on",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(), default=list, size=None
                    ),
                ),
                ("subject", models.TextField(help_text="Subject of the letter")),
                ("letter", models.TextField(help_text="Words of the letter, before the link")),
                ("purpose", models.TextField(help_text="What it is for, on the respondent's first page")),
                ("contact", models.TextField(help_text="Whom respondents may ask, as they read it")),
                (
                    "address",
                    models.TextField(
                        blank=True, help_text="Address of the service when the round was started"
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("started_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("version", models.IntegerField(default=1)),
                (
                    "base",
                    models.ForeignKey(
                        help_text="Whose register the round is counted with",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="studies.study",
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
                    "study",
                    models.ForeignKey(
                        help_text="The study that counts the round",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="studies.study",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="asked",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="asked", to="rounds.round"
            ),
        ),
        migrations.CreateModel(
            name="Sending",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.IntegerField()),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("has_none", models.BooleanField(default=False)),
                (
                    "asked",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sendings",
                        to="rounds.asked",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SentLine",
            fields=[
                ("position", models.IntegerField()),
                ("home_text", models.TextField(blank=True, help_text="The school as they wrote it")),
                (
                    "role",
                    models.TextField(blank=True, help_text="Id of the codebook; empty: in their own words"),
                ),
                ("role_text", models.TextField(blank=True, help_text="The role in their own words")),
                ("started_on", models.DateField(null=True)),
                ("ended_on", models.DateField(null=True)),
                ("partner_schools", models.TextField(blank=True, help_text="As written, one a line")),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "asked",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rounds.asked"
                    ),
                ),
                (
                    "home_school",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="register.school",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rounds.line"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
                    ),
                ),
                (
                    "sending",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="rounds.sending"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Meant",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "person",
                    models.ForeignKey(
                        help_text="Of the leader",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="meant",
                        to="rounds.sentline",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "email",
                    models.EmailField(blank=True, help_text="Empty once it was blanked", max_length=254),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "asked",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="rounds.asked",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("asked",),
                        name="one_address_a_respondent",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("invitation", "Invitation"),
                            ("reminder", "Reminder"),
                            ("new_link", "New link"),
                            ("confirmation", "Confirmation"),
                        ],
                        max_length=16,
                    ),
                ),
                ("number", models.IntegerField(default=1)),
                ("wanted_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "refused_at",
                    models.DateTimeField(help_text="When the mail server refused it for good", null=True),
                ),
                (
                    "dropped_at",
                    models.DateTimeField(
                        help_text="When it was wanted no more before it was sent", null=True
                    ),
                ),
                (
                    "tried_at",
                    models.DateTimeField(
                        help_text="When the mail server last did not take it for now", null=True
                    ),
                ),
                ("answer", models.TextField(blank=True, help_text="What the mail server said, as a code")),
                (
                    "asked",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="letters", to="rounds.asked"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("asked", "kind", "number"), name="one_letter_of_a_number")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.UniqueConstraint(
                fields=("title", "as_of"), name="one_round_of_a_title_and_date"
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(("closes_on__gte", models.F("opens_on"))), name="closes_after_it_opens"
            ),
        ),
        migrations.AddConstraint(
            model_name="asked",
            constraint=models.UniqueConstraint(fields=("round", "respondent"), name="asked_once_a_round"),
        ),
        migrations.AddConstraint(
            model_name="sending",
            constraint=models.UniqueConstraint(fields=("asked", "number"), name="one_sending_of_a_number"),
        ),
    ]
