"""Notices that the mail server did not take for now."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("privacy", "0002_retentiondue")]

    operations = [
        migrations.AddField(
            "notice",
            "tried_at",
            models.DateTimeField(
                help_text="When the mail server last did not take it, for a reason that may pass", null=True
            ),
        ),
        migrations.AddField(
            "notice",
            "trouble",
            models.CharField(
                blank=True, default="", help_text="What it answered then: a code", max_length=64
            ),
        ),
    ]
