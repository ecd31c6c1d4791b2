"""The commands of whoever runs the service, with its settings and its ways of telling what went wrong."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence

from leadscape.core.errors import StoreUnavailable


def run_command(arguments: Sequence[str]) -> None:
    """Run one of Django's or our own commands (``migrate``, ``check``, …).

    Raises
    ------
    ServiceBlocked
        The environment is unfit.
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
