"""How does a program that asks twice for the same change make it once? By a key of its own in the request.

A program that got no answer does not know whether its change was saved. With the header ``Idempotency-Key`` it sends
the same again: within a day the record that was written is given instead of being written again. What was refused is
forgotten, so that it can be corrected and sent under the same key.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import HttpError

from leadscape_web.accounts.models import KeptWrite
from leadscape_web.accounts.tokens import hash_of

HEADER: Final = "Idempotency-Key"
LONGEST: Final = 200
KEPT: Final = timedelta(hours=24)


class OtherRequest(Exception):
    """The key was used for something else."""


def once(request: HttpRequest, status: int, write: Callable[[], UUID]) -> tuple[int, UUID]:
    """Write, or find what the same request wrote before: the status and the id of the record.

    Raises
    ------
    HttpError
        The key is too long.
    OtherRequest
        It was used for another change.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return status, write()
    if len(key) > LONGEST:
        raise HttpError(400, f"The header {HEADER} is longer than {LONGEST} characters.")
    mine = {"user_id": request.user.pk, "key_hash": hash_of(key)}
    # Whoever sends the same at the same time waits here until the first is saved or refused.
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{mine}"])
    KeptWrite.objects.filter(user_id=request.user.pk, made_at__lt=timezone.now() - KEPT).delete()
    asked = sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
    if found := KeptWrite.objects.filter(**mine).first():
        return _before(request, found, asked)
    record = write()
    KeptWrite.objects.create(**mine, request_hash=asked, status=status, record=record)
    return status, record


def _before(request: Any, found: KeptWrite, asked: str) -> tuple[int, UUID]:
    if found.request_hash != asked:
        raise OtherRequest
    request.replayed = True
    return found.status, found.record
