"""Who uses a drill's service: users of every right with sessions and keys, written as its owner may write them."""

from __future__ import annotations

import os
import re
from typing import Any, Final

from soak.stage import Service

RIGHTS: Final = ("reader", "editor", "broker", "approver", "researcher", "administrator")
SESSION: Final = "sessionid"


def use_database(service: Service) -> None:
    """Let Django in this process use the service's database and key; called again, those of another service."""
    from leadscape_web.config.roles import OWNER, SERVICE

    os.environ |= {
        "DATABASE_URL": service.url(SERVICE),
        "LEADSCAPE_OWNER_URL": service.url(OWNER),
        "LEADSCAPE_SECRET_KEY": (service.folder / "secret-key").read_text(encoding="ascii"),
        "DJANGO_SETTINGS_MODULE": "leadscape_web.config.settings",
    }
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
        return
    import dj_database_url
    from django.conf import settings
    from django.db import connections

    settings.SECRET_KEY = os.environ["LEADSCAPE_SECRET_KEY"]
    for alias, role in (("default", SERVICE), ("counters", SERVICE), ("owner", OWNER), ("progress", OWNER)):
        connections[alias].close()
        connections[alias].settings_dict.update(dj_database_url.parse(service.url(role)))


def make_user(right: str, kind: str = "nation", key: str = "england", name: str = "Drill Person") -> Any:
    """A user with one right on behalf of one organisation."""
    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.models import Access, Organisation, PersonName, User

    address = re.sub(r"[^a-z0-9.@-]", "-", f"{kind}.{key}.{right}@leadscape.example".lower())
    with acting(why="A user for a drill", using="owner"):
        users = User.objects.using("owner")
        if found := users.filter(email=address).first():
            return found
        user = User.objects.db_manager("owner").create_user(address, None)
        PersonName.objects.using("owner").create(person_id=user.person_id, full_name=name)
        if right:
            organisation, _ = Organisation.objects.using("owner").get_or_create(
                kind=kind, key=key, defaults={"label": key}
            )
            Access.objects.using("owner").create(user=user, organisation=organisation, right=right)
    return user


def make_key(user: Any, *scopes: str) -> str:
    """A key for programs with these scopes; without any named, with everything that a user may have."""
    import secrets
    from datetime import timedelta

    from django.utils import timezone

    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.models import ApiToken
    from leadscape_web.accounts.tokens import PREFIX, SCOPES, hash_of

    raw = PREFIX + secrets.token_urlsafe(32)
    with acting(why="A key for a drill", using="owner"):
        ApiToken.objects.using("owner").create(
            user=user, label="drill", token_hash=hash_of(raw), scopes=sorted(scopes or SCOPES),
            expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
    return raw


def session_of(service: Service, user: Any) -> str:
    """The key of a new session of a user, second factor and all."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    key = os.urandom(16).hex()
    signed = SessionStore().encode(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            "second_factor": True,
        }
    )
    service.query(
        "insert into django_session (session_key, session_data, expire_date)"
        " values (%s, %s, now() + interval '1 day')",
        [key, signed],
    )
    return key
