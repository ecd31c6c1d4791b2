"""People, users, organisations, and what a user may do on behalf of which organisation.

The name of every person, be they head, leader or user, is in :class:`PersonName` and nowhere else, so that it can be
erased from everything at once.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac


class Person(models.Model):
    """One row is one person whom any other table means. It says nothing about them: names are in PersonName."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)


class PersonName(models.Model):
    """One row is one name of one person, current while ``superseded_at`` is null. The only table with names of people.

    A missing row means that the name was erased or never known.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="names")
    full_name = models.TextField()
    recorded_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(superseded_at=None), name="one_current_name_a_person"
            )
        ]


class UserManager(BaseUserManager["User"]):
    """Makes users; an e-mail address is the name they sign in with."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> User:
        """A user with a person of their own."""
        if "person" not in more and "person_id" not in more:
            more["person"] = Person.objects.using(self.db).create()
        user = self.model(email=self.normalize_email(email).lower(), **more)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """One row is one person who can sign in. A missing row means that the person has no account.

    Nobody is deleted: a user who leaves is deactivated, so that history keeps its actors.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    person_id: uuid.UUID
    person = models.OneToOneField(Person, models.PROTECT, related_name="user")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    sessions_ended_at = models.DateTimeField(
        null=True, blank=True, help_text="Whoever signed in before is signed out"
    )

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []  # type: ignore[misc]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What every session of the user carries: it ends with a new password, and when all sessions are ended."""
        ended = self.sessions_ended_at.isoformat() if self.sessions_ended_at else ""
        made = salted_hmac("leadscape.session", f"{self.password}|{ended}", secret, algorithm="sha256")  # type: ignore[call-arg]
        return made.hexdigest()


class Organisation(models.Model):
    """One row is one body that users act for. Its ``key`` is the one the register uses for it.

    A missing row means that nobody acts for the body, not that it does not exist.
    """

    class Kind(models.TextChoices):
        """How large the area is that the organisation answers for."""

        NATION = "nation", "Nation"
        REGION = "region", "Region"
        AUTHORITY = "authority", "Authority"
        TRUST = "trust", "Trust"
        SCHOOL = "school", "School"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    key = models.TextField(help_text="Name of the region, code of the authority, unique id of the trust, URN")
    label = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], name="one_organisation_a_key")
        ]


class Right(models.TextChoices):
    """What somebody may do on behalf of an organisation. Each stands alone: an administrator sees no leaders."""

    READER = "reader", "Reader"
    EDITOR = "editor", "Editor"
    BROKER = "broker", "Broker"
    APPROVER = "approver", "Approver"
    RESEARCHER = "researcher", "Researcher"
    ADMINISTRATOR = "administrator", "Administrator"


class Access(models.Model):
    """One row is one user's right on behalf of one organisation, from when to when. Ended, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_id: uuid.UUID
    user = models.ForeignKey(User, models.PROTECT, related_name="accesses")
    organisation_id: uuid.UUID
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="accesses")
    right = models.CharField(max_length=16, choices=Right.choices)
    granted_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "organisation", "right"],
                condition=Q(ended_at=None),
                name="one_access_at_a_time",
            )
        ]


class Invitation(models.Model):
    """One row is one invitation to act for an organisation, answered by a link that works once.

    The link itself is not kept, only its hash. Without an address it is the first administrator's, for whoever has it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(blank=True)
    organisation_id: uuid.UUID
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invitations")
    right = models.CharField(max_length=16, choices=Right.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by_id: uuid.UUID | None
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="invited")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)


class ApiToken(models.Model):
    """One row is one key with which a program acts for a user, never with more than the user's own rights."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_id: uuid.UUID
    user = models.ForeignKey(User, models.PROTECT, related_name="api_tokens")
    label = models.TextField()
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.TextField())
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)


class Identity(models.Model):
    """One row is one account of somebody else's service with which a user signs in here. Unlinked, never deleted.

    It is known by issuer and subject, which stay when an address changes. No token is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_id: uuid.UUID
    user = models.ForeignKey(User, models.PROTECT, related_name="identities")
    provider = models.TextField(help_text="Name of the provider in the settings when it was linked")
    issuer = models.TextField()
    subject = models.TextField()
    linked_at = models.DateTimeField(default=timezone.now, editable=False)
    unlinked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], condition=Q(unlinked_at=None), name="one_user_an_identity"
            ),
            models.UniqueConstraint(
                fields=["user", "issuer"], condition=Q(unlinked_at=None), name="one_identity_an_issuer"
            ),
        ]


class KeptWrite(models.Model):
    """One row is one write of a program that named it, kept for a day so that asking twice does it once.

    It holds which record the write was about and nothing that is in it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_id: uuid.UUID
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    key_hash = models.CharField(max_length=64, help_text="Of the header Idempotency-Key")
    request_hash = models.CharField(max_length=64, help_text="Of method, path and body")
    status = models.IntegerField()
    record = models.UUIDField(help_text="Id of the record that was written")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key_hash"], name="one_write_a_key"),
        ]
