"""``replay_erasures``: erase again, in a restored database, everybody who was erased since its backup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from leadscape_web.accounts.context import acting
from leadscape_web.privacy.work.ledger import replay_ledger


class Command(BaseCommand):
    """Run as the owner role, before anybody is let in."""

    help = "Erase again everybody in a ledger that export_erasures wrote."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which ledger."""
        parser.add_argument("ledger", type=Path)

    def handle(self, *_: Any, **options: Any) -> None:
        """All of them in one transaction, or none."""
        with acting(using="owner", why="Erased again after a restore"):
            done = list(replay_ledger(options["ledger"]))
        known = sum(known for _, known in done)
        self.stdout.write(f"Erased {known} of {len(done)} people again; the others are not in this database.")
