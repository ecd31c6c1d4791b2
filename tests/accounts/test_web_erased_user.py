"""What is left of a user who is erased: an id, and nothing that opens anything or says who it was."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import ApiToken, Identity, Invitation, Organisation, User
from leadscape_web.accounts.tokens import hash_of
from leadscape_web.privacy.work.erasing import erase

from tests.support.own_database import own_database
from tests.support.signing_in import PASSWORD, give_second_factor

ADDRESS = "authority.reader@leadscape.example"
EDITOR = "authority.editor@leadscape.example"


def test_nothing_opens_anything_any_more(
    service_server: Any, django_db_setup: None, django_db_blocker: Any, settings: Any
) -> None:
    settings.SECOND_FACTOR = "offered"
    with own_database(service_server, django_db_blocker, f"erased_user_{uuid.uuid4().hex[:8]}"):
        user = User.objects.using("owner").get(email=ADDRESS)
        _ways_in(user)
        client, other = Client(), Client()
        with acting(user):
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert client.get("/account/").status_code == 200
        editor = User.objects.using("owner").get(email=EDITOR)
        with acting(editor):
            other.force_login(editor, backend="allauth.account.auth_backends.AuthenticationBackend")
        with acting(using="owner", why="Left"):
            User.objects.using("owner").filter(pk=user.pk).update(is_active=False)
        with acting(using="owner", why="A person was erased"):
            erase(user.person_id, "asked")
        left = User.objects.using("owner").get(pk=user.pk)
        assert (left.email, left.password) == (f"{user.pk}@erased.invalid", "")
        assert not left.check_password(PASSWORD)
        assert not Identity.objects.using("owner").filter(user=user).exists()
        assert not Authenticator.objects.using("owner").filter(user=user).exists()
        [token] = ApiToken.objects.using("owner").filter(user=user)
        assert (token.label, token.revoked_at is not None) == ("erased", True)
        assert not Invitation.objects.using("owner").filter(email=ADDRESS).exists()
        # Of the sessions only theirs is gone.
        assert [one.pk for one in Session.objects.using("owner").all()] == [other.session.session_key]
        # Switched on again by mistake, the account still opens by no session of before.
        with acting(using="owner", why="By mistake"):
            User.objects.using("owner").filter(pk=user.pk).update(is_active=True)
        assert client.get("/account/").status_code == 302


def _ways_in(user: User) -> None:
    now = timezone.now()
    with acting(using="owner", why="Ways in for a test"):
        user.set_password(PASSWORD)
        user.save(using="owner", update_fields=["password"])
        Identity.objects.using("owner").create(
            user=user,
            provider="entra",
            issuer="https://login.example",
            subject="somebody",
            last_used_on=now.date(),
        )
        ApiToken.objects.using("owner").create(
            user=user, label="Of Authority Reader", token_hash=hash_of("x"), scopes=["register:read"],
            expires_at=now + timedelta(days=9),
        )  # fmt: skip
        Invitation.objects.using("owner").create(
            email=ADDRESS, organisation=Organisation.objects.using("owner").first(), right="reader",
            token_hash=hash_of("y"), expires_at=now + timedelta(days=9),
        )  # fmt: skip
    give_second_factor(user)


@pytest.mark.django_db
def test_what_is_held_about_nobody_is_told_to_nobody(user_of: Any) -> None:
    with acting(user_of("nation.editor")), connection.cursor() as cursor:
        cursor.execute("select leadscape_held_about(null)")
        assert cursor.fetchone() == (None,)
