"""``load_demo small|national``: invent a school system and load it as a study."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from leadscape.actions.write_demo_files import write_demo_files
from leadscape.core.errors import LeadscapeError
from leadscape_web.landscape.loading.telling import Steps, say_loaded
from leadscape_web.studies.running import load_study


class Command(BaseCommand):
    """Loads the demonstration: everybody in it is invented."""

    help = "Load an invented school system: about 600 schools (small) or 22,000 (national)."

    def add_arguments(self, parser: CommandParser) -> None:
        """How large, and from which seed."""
        parser.add_argument("size", choices=["small", "national"])
        parser.add_argument("--seed", type=int, default=2006, help="Same seed, same system")

    def handle(self, *_: Any, **options: Any) -> None:
        """Write the files of the system into a folder that is removed afterwards, and load them."""
        progress = Steps(self, options["verbosity"])
        with TemporaryDirectory(prefix="leadscape-demo-") as folder:
            try:
                study = write_demo_files(
                    Path(folder) / "demo", size=options["size"], seed=options["seed"], progress=progress
                )
                loaded = load_study(study, progress=progress)
            except LeadscapeError:
                self.stderr.write("The database is as it was.")
                raise
        for line in say_loaded(loaded):
            self.stdout.write(line)
