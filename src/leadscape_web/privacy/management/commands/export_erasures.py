"""``export_erasures``: the ledger of erasures as a file, to be kept beside the backups."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from leadscape_web.accounts.context import acting
from leadscape_web.privacy.work.ledger import write_ledger


class Command(BaseCommand):
    """Run as the owner role, after every erasure or every night."""

    help = "Write the ledger of erasures, which holds no name, to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("ledger", type=Path, help="The file; one that is there is replaced")

    def handle(self, *_: Any, **options: Any) -> None:
        """Write it whole or not at all."""
        with acting(using="owner"):
            n = write_ledger(options["ledger"])
        self.stdout.write(f"Wrote {n} erasure{'s' * (n != 1)} to {options['ledger']}. Keep it like a secret.")
