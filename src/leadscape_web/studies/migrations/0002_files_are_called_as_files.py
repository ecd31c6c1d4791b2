"""Keys and names of files cannot lead out of the folder that a study is written into."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("studies", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="studyinput",
            constraint=models.CheckConstraint(
                condition=models.Q(("key__regex", "^[a-z_]+$")), name="study_input_key_is_a_word"
            ),
        ),
        migrations.AddConstraint(
            model_name="studyinput",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("file_name__regex", "^[^/\\\\]+$"),
                    models.Q(("file_name__in", [".", ".."]), _negated=True),
                ),
                name="study_input_is_called_as_a_file",
            ),
        ),
    ]
