"""``prepare``: everything between an empty database and one that can be served, as often as one likes."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser, OutputWrapper

from leadscape_web.accounts.first_administrator import make_link


class Command(BaseCommand):
    """What ``leadscape serve`` does to the database before it serves."""

    help = "Migrate, load a demonstration, and print the link for the first administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to load, and where the service will be."""
        parser.add_argument("--load", choices=["small", "national", "none"], default="none")
        parser.add_argument("--address", required=True, help="Where the service is reached, for the link")

    def handle(self, *_: Any, **options: Any) -> None:
        """Say steps on standard error; standard output holds the link and nothing else."""
        steps = OutputWrapper(self.stderr._out)
        steps.write("Bringing the database to this release …")
        call_command("migrate", verbosity=0, stdout=steps)
        if options["load"] != "none":
            call_command("load_demo", options["load"], stdout=steps)
        link = make_link(options["address"])
        if link:
            self.stdout.write(link)
