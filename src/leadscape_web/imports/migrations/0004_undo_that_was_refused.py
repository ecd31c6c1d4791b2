"""What stood in the way when an import was to be undone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0003_jobs_may_be_forgotten")]

    operations = [
        migrations.AddField(
            model_name="import",
            name="undo_refused",
            field=models.JSONField(
                null=True, help_text="What stood in the way of an undo: what, why, next, ids of later imports"
            ),
        ),
    ]
