"""Where attempts are counted, so that a refused request does not take its own count back."""

from __future__ import annotations

import hmac
from typing import Any, Final

from django.conf import settings

COUNTERS: Final = "counters"
"""A second connection of the plain role to the same database, outside the transaction of the request.

A request that is refused is undone; what it was counted for must not be. It also lets go of the row at once, so that
one worker's slow check of a password does not hold up another's."""


class CounterRouter:
    """Sends Django's cache table, and nothing else, through :data:`COUNTERS`."""

    def db_for_read(self, model: Any, **_: Any) -> str | None:
        """The connection to read from; null where this router has nothing to say."""
        return COUNTERS if model._meta.app_label == "django_cache" else None

    db_for_write = db_for_read


def cache_key(key: str, prefix: str, version: int) -> str:
    """What Django's cache calls an entry: a hash, since what it counts may be the address of somebody's machine."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"{prefix}:{version}:{key}".encode(), "sha256").hex()
