"""A job that is over may be forgotten before its import is."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0002_upload_upload_has_a_plain_name_and_more"),
        ("jobs", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="import",
            name="job",
            field=models.ForeignKey(
                db_constraint=False,
                help_text="What it waits for",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="jobs.job",
            ),
        ),
    ]
