"""Words by which entries are found, so that a slip in one word is found without comparing whole names."""

import django.db.models.deletion
from django.contrib.postgres.operations import CreateExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("register", "0001_initial")]

    operations = [
        # Counts the slips between two words; trusted, so that the owner of the database may add it.
        CreateExtension("fuzzystrmatch"),
        migrations.RemoveIndex(model_name="searchentry", name="search_text_trigrams"),
        migrations.AddField(
            model_name="searchentry",
            name="named",
            field=models.TextField(default="", help_text="The text as written"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="searchentry",
            name="rarity",
            field=models.FloatField(default=0.0, help_text="Sum of the rarity of the words of its name"),
        ),
        migrations.AlterField(
            model_name="searchentry",
            name="label",
            field=models.TextField(help_text="Its name today"),
        ),
        migrations.AlterField(
            model_name="searchentry",
            name="detail",
            field=models.TextField(help_text="Where it is, and what"),
        ),
        migrations.AlterField(
            model_name="searchentry",
            name="weight",
            field=models.FloatField(
                default=1.0, help_text="0-1: how much goes before others found as well: open, large"
            ),
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("id", models.IntegerField(primary_key=True, serialize=False)),
                ("word", models.TextField()),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("name", "A word of their name"),
                            ("place", "A word of where they are"),
                            ("joined", "Two words of their name, written as one"),
                        ],
                        max_length=8,
                    ),
                ),
                ("entries", models.IntegerField(help_text="Entries that have it")),
                (
                    "rarity",
                    models.FloatField(help_text="Natural logarithm of all entries over those that have it"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["word"], name="search_word", opclasses=["text_pattern_ops"])
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchOccurrence",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "word", "entry", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "word",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="register.searchword",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="register.searchentry",
                    ),
                ),
            ],
        ),
    ]
