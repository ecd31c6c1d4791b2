"""The commands of whoever runs the service, with its settings and its ways of telling what went wrong."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence

from leadscape.core.errors import ServiceBlocked, StoreUnavailable


def run_command(arguments: Sequence[str]) -> None:
    """Run one of Django's or our own commands (``migrate``, ``check``, …).

    Raises
    ------
    ServiceBlocked
        No database is named, or the command does not exist.
    StoreUnavailable
        The database does not answer.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadscape_web.config.settings")
    from django.core.management import execute_from_command_line
    from django.db import InterfaceError, OperationalError

    # A database that does not answer is told once, by us.
    warnings.filterwarnings("ignore", "Got an error checking a consistent migration history", RuntimeWarning)
    try:
        execute_from_command_line(["leadscape service", *(arguments or ["help"])])
    except (OperationalError, InterfaceError) as error:
        raise StoreUnavailable(
            "The database does not answer, or refuses the role.",
            "Nothing was done.",
            "Check DATABASE_URL and LEADSCAPE_OWNER_URL, and whether PostgreSQL runs there.",
        ) from error


def missing_part(error: ImportError) -> ServiceBlocked:
    """What to say when a package of the service is not installed."""
    return ServiceBlocked(
        f"The service is not installed: there is no package {error.name or 'of that name'}.",
        "The library and its other commands work without it.",
        "Install leadscape with its extra 'web' (pip install 'leadscape[web]'), or run 'make serve' in a clone.",
    )
