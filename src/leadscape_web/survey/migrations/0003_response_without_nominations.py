"""How many people a respondent named is no longer kept where everybody who is signed in can read it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("survey", "0002_withdrawn")]

    operations = [migrations.RemoveField(model_name="response", name="nominations")]
