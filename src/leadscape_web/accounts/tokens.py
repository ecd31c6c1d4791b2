"""Keys with which programs act for a user: made, shown once, checked, revoked."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from leadscape_web.accounts.context import because, set_context
from leadscape_web.accounts.models import ApiToken, User

PREFIX: Final = "ls_"
SCOPES: Final[dict[str, str]] = {
    "register:read": "Schools, authorities and trusts",
    "people:read": "People and the roles they hold, in your area",
    "landscape:read": "Published counts and estimates",
    "anonymous:read": "Role-holdings without names or schools, for researchers",
    "audit:read": "The history of changes that you may see",
    "review:read": "Questions that returns leave open, and what was decided, in your area",
    "survey:write": "Role-holdings, support and home schools, in the area you edit",
    "review:write": "Decisions on questions, in the area you edit",
}
"""What a key may be used for. It never opens more than its user's own rights."""
WRITING: Final = frozenset({"survey:write", "review:write"})
"""Those that change something. They are asked for apart from reading, and a session never has them."""
LONGEST_DAYS: Final = 365


def hash_of(secret: str) -> str:
    """What is kept of a key or of a link: its sha256, as hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make_token(user: User, label: str, scopes: list[str], days: int) -> tuple[ApiToken, str]:
    """A new key of the user who acts, and its text, which is not kept.

    Parameters
    ----------
    days
        How long it works, 1 to :data:`LONGEST_DAYS`.

    Raises
    ------
    ValueError
        A scope is unknown, none is given, or it would work for too long.
    """
    if not scopes or set(scopes) - set(SCOPES):
        raise ValueError(f"no such scopes: {sorted(set(scopes) - set(SCOPES)) or 'none given'}")
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueError(f"a key works for 1 to {LONGEST_DAYS} days")
    raw = PREFIX + secrets.token_urlsafe(32)
    because("API key made by its owner")
    token = ApiToken.objects.create(
        user=user,
        label=label,
        token_hash=hash_of(raw),
        scopes=sorted(set(scopes)),
        expires_at=timezone.now() + timedelta(days=days),
    )
    return token, raw


def revoke_token(token: ApiToken) -> None:
    """End a key of the user who acts. Ending it twice changes nothing."""
    if token.revoked_at is None:
        because("API key revoked by its owner")
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])


@dataclass(frozen=True)
class KnownToken:
    """A key that works: which, whose, and what for."""

    id: UUID
    user: User
    scopes: frozenset[str]


def known_token(raw: str) -> KnownToken | None:
    """The key of that text; null when it is unknown, over, revoked, or its user is switched off.

    A key ends with the sessions of its user: what locks a thief out of the pages locks their keys out, too.

    Call it in the request's transaction: from then on the transaction acts for the key's user, and for nobody when
    the answer is null.
    """
    set_context(user="", purpose="", link=hash_of(raw) if raw.startswith(PREFIX) else "")
    token = ApiToken.objects.filter(token_hash=hash_of(raw), revoked_at=None).first()
    user = None
    if token is not None and token.expires_at > timezone.now():
        set_context(user=str(token.user_id), link="")
        user = User.objects.filter(pk=token.user_id, is_active=True).first()
        if user is not None and any(
            ended and token.created_at < ended for ended in (user.sessions_ended_at, user.password_changed_at)
        ):
            user = None
    if token is None or user is None:
        set_context(user="", link="")
        return None
    today = timezone.localdate()
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return KnownToken(token.pk, user, frozenset(token.scopes))
