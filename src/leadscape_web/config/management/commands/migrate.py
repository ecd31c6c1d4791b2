"""``migrate`` as the owner: the role that serves may change no table, so Django's default would always fail."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate


class Command(migrate.Command):
    """Bring the database to this release, and apply the rules that protect it."""

    def add_arguments(self, parser: Any) -> None:
        """Django's own, with the owner in place of the role that serves."""
        super().add_arguments(parser)
        parser.set_defaults(database="owner")
