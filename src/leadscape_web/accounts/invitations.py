"""Inviting somebody to act for an organisation: a link that works once, for a week."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from leadscape_web.accounts.context import because, set_context
from leadscape_web.accounts.letters import send_letter
from leadscape_web.accounts.models import Access, Invitation, Organisation, Person, PersonName, User
from leadscape_web.accounts.tokens import hash_of

DAYS: Final = 7
OPEN, ACCEPTED, WITHDRAWN, EXPIRED = "Open", "Accepted", "Withdrawn", "Expired"


@dataclass(frozen=True)
class Issued:
    """An invitation just made. The link cannot be had again.

    Attributes
    ----------
    link
        Where it is answered.
    sent
        Whether the letter with it could be handed over.
    """

    invitation: Invitation
    link: str
    sent: bool


class AlreadyThere(Exception):
    """An account with the address exists."""


def state_of(invitation: Invitation) -> str:
    """Open, accepted, withdrawn or expired."""
    if invitation.accepted_at:
        return ACCEPTED
    if invitation.withdrawn_at:
        return WITHDRAWN
    return OPEN if invitation.expires_at > timezone.now() else EXPIRED


def invite(by: User, organisation: Organisation, address: str, right: str, base_url: str) -> Issued:
    """Invite an address to act for an organisation of the area of ``by``, and write to it."""
    raw = secrets.token_urlsafe(32)
    because("Invited")
    made = Invitation.objects.create(
        email=address.strip().lower(),
        organisation=organisation,
        right=right,
        token_hash=hash_of(raw),
        invited_by=by,
        expires_at=timezone.now() + timedelta(days=DAYS),
    )
    link = base_url.rstrip("/") + reverse("accounts:answer_invitation", args=[raw])
    sent = send_letter(
        "invitation",
        made.email,
        link=link,
        right=made.get_right_display(),  # type: ignore[attr-defined]
        organisation=organisation.label,
        until=made.expires_at,
        days=DAYS,
    )
    return Issued(made, link, sent)


def withdraw(invitation: Invitation) -> bool:
    """Take an invitation back; whether it was still to be answered."""
    because("Invitation withdrawn")
    open_ones = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
    return open_ones.update(withdrawn_at=timezone.now()) == 1


def reissue(invitation: Invitation, by: User, base_url: str) -> Issued | None:
    """Withdraw an invitation and make it again, with a new link; null when it was answered meanwhile."""
    if not withdraw(invitation):
        return None
    return invite(by, invitation.organisation, invitation.email, invitation.right, base_url)


def invitation_of(raw: str, *, lock: bool = False) -> Invitation | None:
    """The invitation of a link, answered or not. From here on the transaction may do what the link is for."""
    return invitation_of_hash(hash_of(raw), lock=lock)


def invitation_of_hash(token_hash: str, *, lock: bool = False) -> Invitation | None:
    """The same, by what is kept of the link."""
    set_context(link=token_hash)
    found = Invitation.objects.select_related("organisation").filter(token_hash=token_hash)
    invitation = (found.select_for_update(of=("self",)) if lock else found).first()
    if invitation is not None and state_of(invitation) == OPEN and not _may_still_invite(invitation):
        # As good as withdrawn, though nobody has done so: the organisation has left the area of whoever invited.
        invitation.withdrawn_at = timezone.now()
    return invitation


def _may_still_invite(invitation: Invitation) -> bool:
    """Whether whoever made an invitation administers its organisation now."""
    with connection.cursor() as cursor:
        asked = [invitation.invited_by_id, invitation.organisation_id]
        cursor.execute("select leadscape_may_invite(%s, %s)", asked)
        return cursor.fetchone() == (True,)


def account_at(invitation: Invitation) -> User | None:
    """The account that the invited address already has."""
    return User.objects.filter(email=invitation.email).first() if invitation.email else None


def join_as_new(
    invitation: Invitation, address: str, name: str, password: str | None, rights: list[str]
) -> User:
    """Make the account and its rights; from here on the transaction is its owner's.

    Parameters
    ----------
    name
        Empty: not known yet.
    password
        Null: its owner signs in with an account elsewhere.

    Raises
    ------
    AlreadyThere
        The address has an account.
    """
    because("Account made by answering an invitation")
    user = User(email=address.strip().lower(), person=Person.objects.create())
    user.set_password(password)
    user.password_changed_at = timezone.now() if password else None
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyThere from error
    set_context(user=str(user.pk))
    if name.strip():
        PersonName.objects.create(person_id=user.person_id, full_name=name.strip())
    _answer(invitation, user, rights)
    return user


def join_with_account(invitation: Invitation, user: User) -> bool:
    """Give the signed-in user the right; whether they did not have it yet."""
    held = Access.objects.filter(
        user=user, organisation=invitation.organisation, right=invitation.right, ended_at=None
    ).exists()
    _answer(invitation, user, [] if held else [invitation.right])
    return not held


def _answer(invitation: Invitation, user: User, rights: list[str]) -> None:
    because("Invitation accepted")
    for right in rights:
        Access.objects.create(user=user, organisation=invitation.organisation, right=right)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
