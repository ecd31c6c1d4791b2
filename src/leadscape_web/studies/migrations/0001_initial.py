"""Studies and their files."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("survey", "0005_wave_superseded_at"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Study",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("title", models.TextField()),
                ("system", models.TextField()),
                ("as_of", models.DateField()),
                (
                    "codebook",
                    models.TextField(help_text="Id of the codebook, or the name of a file of the study"),
                ),
                (
                    "settings",
                    models.JSONField(
                        help_text="The study file's sections without what is above and without its files"
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "wave",
                    models.ForeignKey(
                        help_text="What its last run gave",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="survey.wave",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StudyInput",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "key",
                    models.TextField(
                        help_text="Key of the study file: schools, links, groups, frame, returns, …"
                    ),
                ),
                ("file_name", models.TextField()),
                ("content", models.BinaryField(help_text="The file as it was brought")),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.IntegerField(help_text="Bytes")),
                (
                    "position",
                    models.IntegerField(
                        default=0, help_text="Order in which the study reads files of one key"
                    ),
                ),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "blanked_at",
                    models.DateTimeField(help_text="When the content was emptied for good", null=True),
                ),
                (
                    "added_by",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="inputs", to="studies.study"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="study",
            constraint=models.UniqueConstraint(
                fields=("system", "as_of", "title"), name="one_study_of_a_title_and_date"
            ),
        ),
        migrations.AddConstraint(
            model_name="studyinput",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at", None)),
                fields=("study", "key", "file_name"),
                name="one_file_of_a_name_a_key",
            ),
        ),
    ]
