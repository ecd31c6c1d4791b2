"""Names and keys of files are plain."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0001_initial"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(
                condition=models.Q(("file_name__regex", "[/\\\\]|^\\.{0,2}$"), _negated=True),
                name="upload_has_a_plain_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(
                condition=models.Q(("key__in", ["", "schools", "links", "groups", "returns", "frame"])),
                name="upload_has_a_known_key",
            ),
        ),
    ]
