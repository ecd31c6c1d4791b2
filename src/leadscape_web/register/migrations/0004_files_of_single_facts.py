"""Where a newer file of fewer columns leaves a fact as it was, the fact keeps naming the file that states it."""

from django.db import migrations, models

WORDS = (
    "Columns that another file than source states, each with that file's id, or 'missing from' and the id of a file"
    " that does not list it, where somebody answered so; null: none"
)


class Migration(migrations.Migration):
    dependencies = [("register", "0003_letters_of_words")]

    operations = [
        migrations.AddField(
            model_name=model, name="stated_by", field=models.JSONField(null=True, help_text=WORDS)
        )
        for model in ("authority", "school", "group", "membership", "headship")
    ]
