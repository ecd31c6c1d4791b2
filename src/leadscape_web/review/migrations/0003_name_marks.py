"""By what a note is refused that names somebody who is no leader yet. Lines get it with the next run of their study."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0002_decided_before"),
    ]

    operations = [
        migrations.AddField(
            model_name="questionline",
            name="name_marks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                default=list,
                help_text="Keyed hashes of the words of the name in the line, by which a note that names the person is refused",
                size=None,
            ),
        ),
    ]
