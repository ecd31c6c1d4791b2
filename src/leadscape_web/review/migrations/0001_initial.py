"""Questions, decisions, words, samples."""

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
        ("studies", "0001_initial"),
        ("survey", "0005_wave_superseded_at"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("role", "Which role"),
                            ("school", "Which school"),
                            ("person", "Whether one person"),
                        ]
                    ),
                ),
                (
                    "authorities",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        default=list,
                        help_text="In which its lines lie; none: not known, so of the nation",
                        size=None,
                    ),
                ),
                ("nominations", models.IntegerField(help_text="Lines that wait for the answer")),
                (
                    "candidates",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        default=list,
                        help_text="Possible answers as the library words them, best first",
                        size=None,
                    ),
                ),
                (
                    "probability_pct",
                    models.IntegerField(
                        help_text="Of the first candidate, or that both are one person; null: none is told",
                        null=True,
                    ),
                ),
                (
                    "carried_out",
                    models.TextField(help_text="The decision that the last run carried out", null=True),
                ),
                ("run_at", models.DateTimeField(help_text="When the run was stored that asked it last")),
                ("gone_at", models.DateTimeField(help_text="When a run did not ask it any more", null=True)),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="studies.study",
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
            name="Decision",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("answer", models.TextField(help_text="Role id, URN, none, same or different", null=True)),
                (
                    "origin",
                    models.TextField(
                        choices=[
                            ("page", "decided on its page"),
                            ("file", "from a review file"),
                            ("study", "came with the study"),
                            ("undo", "an earlier decision taken back"),
                        ]
                    ),
                ),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("superseded_at", models.DateTimeField(null=True)),
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
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="review.question",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QuestionLine",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("side", models.IntegerField(help_text="1 or 2 of two persons, else 0")),
                ("leader_key", models.TextField(help_text="leader_id of the library")),
                ("respondent", models.TextField()),
                (
                    "home_school_id",
                    models.TextField(help_text="URN of the school taken to be meant", null=True),
                ),
                ("role", models.TextField(help_text="Role id as coded; null: not decided", null=True)),
                ("started_on", models.DateField(null=True)),
                ("ended_on", models.DateField(null=True)),
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
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="review.question",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "strata",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), help_text="What the draw kept apart", size=None
                    ),
                ),
                ("size", models.IntegerField(help_text="Entries drawn")),
                ("drawn_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "drawn_by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="samples",
                        to="studies.study",
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
            name="Entry",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("holding_key", models.TextField(help_text="Key of the role-holding")),
                ("authority_id", models.TextField(null=True)),
                ("home_school_id", models.TextField(null=True)),
                ("role", models.TextField()),
                ("stratum", models.TextField()),
                (
                    "reported",
                    models.IntegerField(help_text="Holdings of the stratum when the sample was drawn"),
                ),
                ("drawn", models.IntegerField(help_text="Of those, how many were drawn")),
                ("inclusion_share", models.FloatField()),
                ("random_number", models.FloatField()),
                (
                    "partner_schools",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, help_text="URNs", size=None
                    ),
                ),
                ("started_on", models.DateField(null=True)),
                ("ended_on", models.DateField(null=True)),
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
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="review.sample",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Text",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "field",
                    models.TextField(
                        choices=[
                            ("key", "Id of the question, which for a role is its wording"),
                            ("as_written", "What the return says"),
                            ("context", "What else it says"),
                            ("note", "Note on a decision"),
                            ("decided_by", "Who decided, as a file says"),
                        ]
                    ),
                ),
                ("text", models.TextField()),
                ("blanked_at", models.DateTimeField(null=True)),
                (
                    "decision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="review.decision",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="review.question",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("field", models.TextField()),
                (
                    "said",
                    models.TextField(
                        choices=[
                            ("right", "Right"),
                            ("wrong", "Wrong"),
                            ("do_not_know", "The school does not know"),
                        ]
                    ),
                ),
                ("role", models.TextField(help_text="For a wrong role: which one it is instead", null=True)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("superseded_at", models.DateTimeField(null=True)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="review.entry"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None)),
                        fields=("entry", "field"),
                        name="one_current_answer_a_field",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role", None), ("role__regex", "^[A-Za-z0-9_.-]{1,80}$"), _connector="OR"
                        ),
                        name="a_role_is_no_free_text",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(fields=["study", "kind"], name="questions_of_study"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_at", None)),
                fields=("question",),
                name="one_current_decision_a_question",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answer", None), ("answer__regex", "^[A-Za-z0-9_.-]{1,80}$"), _connector="OR"
                ),
                name="a_decision_is_no_free_text",
            ),
        ),
        migrations.AddConstraint(
            model_name="text",
            constraint=models.UniqueConstraint(
                fields=("question", "decision", "field"), name="one_text_a_field", nulls_distinct=False
            ),
        ),
    ]
