"""Accounts elsewhere, writes of programs that are done once, and how much was asked within a minute."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_sessions")]

    operations = [
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "provider",
                    models.TextField(help_text="Name of the provider in the settings when it was linked"),
                ),
                ("issuer", models.TextField()),
                ("subject", models.TextField()),
                ("linked_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("unlinked_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_on", models.DateField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("unlinked_at", None)),
                        fields=("issuer", "subject"),
                        name="one_user_an_identity",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("unlinked_at", None)),
                        fields=("user", "issuer"),
                        name="one_identity_an_issuer",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="KeptWrite",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("key_hash", models.CharField(help_text="Of the header Idempotency-Key", max_length=64)),
                ("request_hash", models.CharField(help_text="Of method, path and body", max_length=64)),
                ("status", models.IntegerField()),
                ("record", models.UUIDField(help_text="Id of the record that was written")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "key_hash"), name="one_write_a_key")]
            },
        ),
        # Nothing is lost with it, so it is not written to the log of the database: counting must be cheap.
        migrations.RunSQL(
            "create unlogged table accounts_ratecount (subject text not null, began timestamptz not null,"
            " asked integer not null, primary key (subject, began))",
            "drop table accounts_ratecount",
        ),
    ]
