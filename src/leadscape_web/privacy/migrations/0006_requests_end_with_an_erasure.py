"""A request that was open when its person was erased waits for nobody any more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("privacy", "0005_notice_answers_doubtfulrow")]

    operations = [
        migrations.AlterField(
            model_name="personrequest",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "To be answered"),
                    ("accepted", "Accepted"),
                    ("declined", "Declined"),
                    ("ended", "Ended when the person was erased"),
                ],
                default="open",
                max_length=16,
            ),
        ),
    ]
