"""The letters of a word in order: two words that differ by two swapped letters have the same."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("register", "0002_search_words")]

    operations = [
        migrations.AddField(
            model_name="searchword",
            name="letters",
            field=models.TextField(
                default="", help_text="Its letters in order, the same for two that were swapped"
            ),
        ),
    ]
