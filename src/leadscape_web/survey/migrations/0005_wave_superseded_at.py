"""A wave that a later run of its study superseded."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("survey", "0004_anonymous_leader_may_be_withheld"),
    ]

    operations = [
        migrations.AddField(
            model_name="wave",
            name="superseded_at",
            field=models.DateTimeField(
                help_text="When the same study was run again; the later wave counts", null=True
            ),
        ),
    ]
