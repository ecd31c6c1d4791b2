"""What the service keeps for a while by itself, and deletes once a day when it is over: sessions and counters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connections

if TYPE_CHECKING:
    from leadscape_web.jobs.performing import Running


def perform_clear(running: Running) -> dict[str, int]:
    """The job ``service.clear``: delete sessions and counters of attempts that are over; how many of each."""
    running.because("Deleted what was over")
    with connections["owner"].cursor() as cursor:
        cursor.execute("delete from django_session where expire_date < now()")
        sessions = cursor.rowcount
        cursor.execute("delete from accounts_cache where expires < now()")
        return {"sessions": sessions, "counters": cursor.rowcount}
