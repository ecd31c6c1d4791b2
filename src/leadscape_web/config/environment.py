"""What the machine tells the service: the only place where environment variables are read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

DEVELOPMENT_KEY: Final = "only for a laptop; production refuses to start with it"


@dataclass(frozen=True)
class Environment:
    """Everything that differs between a laptop, a test run and production.

    Attributes
    ----------
    database_url
        The plain role that serves; row-level security applies to it. ``DATABASE_URL``.
    owner_url
        The role that owns the tables: migrates and loads. ``LEADSCAPE_OWNER_URL``; the same as the other when unset,
        which ``check --deploy`` refuses.
    secret_key
        Signs sessions and links. ``LEADSCAPE_SECRET_KEY``.
    hosts
        Names under which the service is reached. ``LEADSCAPE_HOSTS``, separated by commas.
    production
        Secure cookies, HTTPS and a real secret are demanded. ``LEADSCAPE_PRODUCTION`` = 1.
    demonstration
        The data are invented, and the pages say so. ``LEADSCAPE_DEMONSTRATION`` = 1.
    second_factor
        Whether everybody must set up a second factor before anything else. ``LEADSCAPE_SECOND_FACTOR``: required
        (default) or offered.
    tile_url
        Template of an outside tile server for the map's background; none by default. ``LEADSCAPE_TILE_URL``.
    email_url
        SMTP server, ``smtp://user:password@host:port``; messages go to the log when unset. ``LEADSCAPE_EMAIL_URL``.
    """

    database_url: str
    owner_url: str
    secret_key: str
    hosts: tuple[str, ...]
    production: bool
    demonstration: bool
    second_factor: str
    tile_url: str
    email_url: str


def read_environment() -> Environment:
    """Read it once, when settings are loaded."""
    database_url = os.environ.get("DATABASE_URL", "")
    return Environment(
        database_url=database_url,
        owner_url=os.environ.get("LEADSCAPE_OWNER_URL") or database_url,
        secret_key=os.environ.get("LEADSCAPE_SECRET_KEY") or DEVELOPMENT_KEY,
        hosts=tuple(
            host.strip()
            for host in os.environ.get("LEADSCAPE_HOSTS", "127.0.0.1,localhost").split(",")
            if host.strip()
        ),
        production=os.environ.get("LEADSCAPE_PRODUCTION") == "1",
        demonstration=os.environ.get("LEADSCAPE_DEMONSTRATION") == "1",
        second_factor=os.environ.get("LEADSCAPE_SECOND_FACTOR", "required"),
        tile_url=os.environ.get("LEADSCAPE_TILE_URL", ""),
        email_url=os.environ.get("LEADSCAPE_EMAIL_URL", ""),
    )
