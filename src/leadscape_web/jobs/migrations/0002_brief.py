"""Jobs that are over in a moment go beside longer ones."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="brief",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Whether it goes beside longer work, never behind it",
            ),
        ),
    ]
