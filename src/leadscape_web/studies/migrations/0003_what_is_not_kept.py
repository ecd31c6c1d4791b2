"""How much of a file was not kept, because it is about people who stay out, and which rows may be."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("studies", "0002_files_are_called_as_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="studyinput",
            name="doubtful",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(),
                default=list,
                help_text="Rows that may name somebody who stays out: for a person to look at",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="studyinput",
            name="taken_out",
            field=models.IntegerField(
                default=0,
                help_text="Lines, heads and words about people who stay out that are not in the content any more",
            ),
        ),
        migrations.AlterField(
            model_name="studyinput",
            name="content",
            field=models.BinaryField(help_text="The file as it was brought, without people who stay out"),
        ),
    ]
