"""What the service adds to the command line. Imported by every ``leadscape`` command, so it imports nothing heavy."""

from __future__ import annotations

import typer


def add_commands(app: typer.Typer) -> None:
    """Add ``serve``."""
