"""Sending of a round stops when the mail server refuses many letters in a row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rounds", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="round",
            name="halted_at",
            field=models.DateTimeField(
                help_text="When so many were refused that no more are sent", null=True
            ),
        ),
        migrations.AddField(
            model_name="round",
            name="refused_in_a_row",
            field=models.IntegerField(
                db_default=0,
                default=0,
                help_text="Letters that the mail server refused since it last took one",
            ),
        ),
        migrations.AlterField(
            model_name="letter",
            name="answer",
            field=models.TextField(blank=True, help_text="What the mail server last said, as a code"),
        ),
    ]
