"""Candidates in columns, decisions of earlier studies, and what stands again after a later one was taken back."""

import re

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

CANDIDATE = {
    "role": re.compile(r"^(?P<answer>\S+) \((?P<pct>\d+) %(?:; (?P<evidence>.*))?\)$"),
    "school": re.compile(r"^(?P<answer>\S+) \| .* \| (?P<pct>\d+) % \| (?P<evidence>.*)$"),
}


def fill_columns(apps, schema_editor):
    """What a run before this one told in words alone."""
    rows = apps.get_model("review", "Question").objects.using(schema_editor.connection.alias)
    for question in rows.exclude(candidates=[]).iterator():
        if question.kind == "person":
            same = question.probability_pct or 0
            question.answers = list(question.candidates)
            question.chances_pct = [same if one == "same" else 100 - same for one in question.candidates]
            question.evidence = ["" for _ in question.candidates]
        else:
            found = [CANDIDATE[question.kind].match(text) for text in question.candidates]
            if not all(found):
                continue
            question.answers = [one["answer"] for one in found]
            question.chances_pct = [int(one["pct"]) for one in found]
            question.evidence = [one["evidence"] or "" for one in found]
        question.save(update_fields=["answers", "chances_pct", "evidence"])


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="question",
            name="answers",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                default=list,
                help_text="What each candidate answers",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="chances_pct",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(),
                default=list,
                help_text="How likely each candidate is",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="evidence",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                default=list,
                help_text="What speaks for each candidate; empty: nothing more",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="not_used",
            field=models.TextField(
                default="",
                help_text="Decision of an earlier study that this one could not carry out, and why; empty: none",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="restores",
            field=models.ForeignKey(
                help_text="The decision that stands again, with who made it and their note, after a later one was taken back",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="review.decision",
            ),
        ),
        migrations.AlterField(
            model_name="decision",
            name="origin",
            field=models.TextField(
                choices=[
                    ("page", "decided on its page"),
                    ("file", "from a review file"),
                    ("study", "came with the study"),
                    ("earlier", "decided in an earlier study"),
                    ("undo", "an earlier decision taken back"),
                ]
            ),
        ),
        migrations.AlterField(
            model_name="text",
            name="field",
            field=models.TextField(
                choices=[
                    ("key", "Id of the question, which for a role is its wording"),
                    ("as_written", "What the return says"),
                    ("context", "What else it says"),
                    ("note", "Note on a decision"),
                    ("decided_by", "Who decided, as a file says"),
                    ("decided_in", "Earlier study in which it was decided"),
                ]
            ),
        ),
        migrations.RunPython(fill_columns, migrations.RunPython.noop, elidable=True),
    ]
