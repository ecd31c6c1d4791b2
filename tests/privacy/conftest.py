"""A database of each test's own, in which jobs commit, with Alice Ash in the invented system."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.own_database import own_database


@pytest.fixture
def committed(service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with own_database(service_server, django_db_blocker, f"privacy_{uuid.uuid4().hex[:8]}"):
        record_basis()
        yield


@pytest.fixture
def signed_in(committed: None) -> Callable[[str], Any]:
    """``signed_in("nation.editor")``: a client; ``""``: signed out."""
    from django.test import Client

    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.models import User

    def sign_in(name: str) -> Any:
        client = Client()
        if name:
            user = User.objects.using("owner").get(email=f"{name}@leadscape.example")
            with acting(user):
                client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            session = client.session
            session["second_factor"] = True
            session.save()
        return client

    return sign_in


def record_basis(**more: Any) -> Any:
    """What must be recorded before anybody is told, for the first wave."""
    from leadscape_web.accounts.context import acting
    from leadscape_web.privacy.models import Basis
    from leadscape_web.survey.models import Wave

    given = {"basis": "public_task", "explained": "A duty of the invented system", "controller": "The invented system",
             "purpose": "Knowing who leads", "recipients": "Editors"}  # fmt: skip
    with acting(why="The basis of the tests", using="owner"):
        wave = Wave.objects.using("owner").order_by("loaded_at").first()
        return Basis.objects.using("owner").create(wave=wave, **(given | more))


def end_bases() -> None:
    """As if nobody had recorded any."""
    from django.utils import timezone

    from leadscape_web.accounts.context import acting
    from leadscape_web.privacy.models import Basis

    with acting(why="The tests want none", using="owner"):
        Basis.objects.using("owner").update(ended_at=timezone.now())


def alice() -> Any:
    """Alice Ash's record as a leader, as the owner sees it."""
    from leadscape_web.survey.models import Leader

    return Leader.objects.using("owner").get(key="leader-alice")


def link_of(person: Any, **more: Any) -> str:
    """A link that works, as a notice would give it."""
    from datetime import timedelta

    from django.utils import timezone

    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.links import make_link
    from leadscape_web.privacy.models import Notice
    from leadscape_web.survey.models import Wave

    token, hashed = make_link()
    now = timezone.now()
    with acting(why="A notice of the tests", using="owner"):
        wave = Wave.objects.using("owner").order_by("loaded_at").first()
        given = {"wave": wave, "channel": "letter", "token_hash": hashed, "sent_at": now,
                 "expires_at": now + timedelta(days=9)}  # fmt: skip
        Notice.objects.using("owner").create(person_id=person, **(given | more))
    return token
