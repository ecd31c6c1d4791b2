"""How the first administrator comes in: by a link that whoever runs the service is shown, once."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from django.urls import reverse
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.invitations import DAYS
from leadscape_web.accounts.models import Access, Invitation, Organisation, Right
from leadscape_web.accounts.tokens import hash_of

OWNER: Final = "owner"
NATION_KEY, NATION_LABEL = "nation", "The nation"


def make_link(base_url: str, key: str = NATION_KEY, label: str = NATION_LABEL) -> str | None:
    """A new link for the first administrator; null once somebody administers the nation. Former links stop working.

    For commands: it writes as the owner of the tables, because nobody has a right yet.

    Parameters
    ----------
    base_url
        Where the service is reached, such as ``http://127.0.0.1:8000``.
    key, label
        Of the nation, where no organisation stands for it yet.
    """
    now = timezone.now()
    with acting(why="Link for the first administrator", using=OWNER):
        here = Access.objects.using(OWNER).filter(
            organisation__kind=Organisation.Kind.NATION,
            right=Right.ADMINISTRATOR,
            ended_at=None,
            user__is_active=True,
        )
        if here.exists():
            return None
        organisations = Organisation.objects.using(OWNER)
        nation = organisations.filter(kind=Organisation.Kind.NATION).order_by("created_at").first()
        nation = nation or organisations.create(kind=Organisation.Kind.NATION, key=key, label=label)
        links = Invitation.objects.using(OWNER)
        links.filter(email="", accepted_at=None, withdrawn_at=None).update(withdrawn_at=now)
        raw = secrets.token_urlsafe(32)
        links.create(
            organisation=nation,
            right=Right.ADMINISTRATOR,
            token_hash=hash_of(raw),
            expires_at=now + timedelta(days=DAYS),
        )
    return base_url.rstrip("/") + reverse("accounts:first_administrator", args=[raw])
