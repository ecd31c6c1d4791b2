"""``load_study STUDY.toml``: run a study and store everything of it, in one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from leadscape.core.errors import LeadscapeError
from leadscape_web.landscape.loading.load import LoadedStudy
from leadscape_web.landscape.loading.telling import Steps, say_loaded
from leadscape_web.studies.running import load_study


class Command(BaseCommand):
    """Loads one study as the owner role. Run again with the same inputs, it does nothing."""

    help = "Run a study and store its register, leaders, tables and report. The same inputs again change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """One study file."""
        parser.add_argument("study", type=Path, help="Path of a study file (study.toml)")

    def handle(self, *_: Any, **options: Any) -> None:
        """Load it, and say what changed."""
        try:
            loaded = load_study(options["study"], progress=Steps(self, options["verbosity"]))
        except LeadscapeError:
            self.stderr.write("The database is as it was.")
            raise
        self.report(loaded)

    def report(self, loaded: LoadedStudy) -> None:
        """Print it."""
        for line in say_loaded(loaded):
            self.stdout.write(line)
