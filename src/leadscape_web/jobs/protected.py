"""Who may read and write which rows of the tables of ``jobs``. PostgreSQL enforces it."""

from __future__ import annotations

from typing import Final

from leadscape_web.accounts.table_rules import TableRule

TABLES: Final[dict[str, TableRule]] = {}
SQL: Final[tuple[tuple[str, str], ...]] = ()
