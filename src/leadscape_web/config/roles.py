"""The two roles of the database, and what holds for every connection of the plain one.

``deploy/roles.sql`` says the same for a server that somebody else runs; a test keeps the two equal. The limits belong
to the role and not to a connection's options, so that they hold whoever connects, with or without a pooler between.
"""

from __future__ import annotations

from typing import Final

OWNER: Final = "leadscape_owner"
SERVICE: Final = "leadscape_service"
DATABASE: Final = "leadscape"

SERVICE_SETTINGS: Final[dict[str, str]] = {
    # The slowest page answers within 0.3 s, the largest download within a few; a worker is given up after 30 s.
    "statement_timeout": "20s",
    # A change waits for another change of the same record, never for long.
    "lock_timeout": "5s",
    # One transaction a request: one that stands still this long was left by a worker that died.
    "idle_in_transaction_session_timeout": "60s",
    # Compiling a plan takes longer than any of our short queries.
    "jit": "off",
}
