"""Rows of one leader are joined only where at least six leaders hold the same roles."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("survey", "0003_response_without_nominations")]

    operations = [
        migrations.AlterField(
            model_name="anonymousholding",
            name="leader",
            field=models.TextField(
                help_text="Stands for the leader in one wave: rows of one leader share it;"
                " null where that would tell who",
                null=True,
            ),
        ),
    ]
