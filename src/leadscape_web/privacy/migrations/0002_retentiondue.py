"""Which records stand in the plan of what is erased, and since when."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="RetentionDue",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.TextField()),
                ("key", models.TextField(help_text="Of the record; of a leader, the person’s")),
                ("announced_on", models.DateField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("code", "key"), name="announced_once")],
            },
        ),
    ]
