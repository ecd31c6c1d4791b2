"""What an administrator does to another user's account: each with a reason, none over somebody else's change.

The database decides who is seen and who may be changed; what is here puts its refusals into words before it has to.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db import connection
from django.utils import timezone

from leadscape_web.accounts.context import because
from leadscape_web.accounts.models import Access, Organisation, PersonName, Right, User
from leadscape_web.accounts.sessions import end_all_sessions


@dataclass(frozen=True)
class Standing:
    """How an account stands, as the administrator who acts may see it.

    Attributes
    ----------
    accesses
        Rights in the administrator's area, ended ones too, latest first.
    governed
        Whether all that the user does is in the area, so that the account itself may be switched off.
    own
        Whether it is the administrator's own.
    last
        Whether nobody else administers the nation.
    second_factor
        Whether one is set up.
    seen
        A fingerprint of all this, by which a change in between is noticed.
    """

    user: User
    name: str | None
    accesses: tuple[Access, ...]
    governed: bool
    own: bool
    last: bool
    second_factor: bool
    seen: str

    @property
    def current(self) -> tuple[Access, ...]:
        """Rights held now."""
        return tuple(access for access in self.accesses if access.ended_at is None)


class Refused(Exception):
    """A change that cannot be made; says what, why and what to do."""


def standing_of(user_id: object, by: User, *, lock: bool = False) -> Standing | None:
    """How an account stands; null when it is outside the area.

    Parameters
    ----------
    lock
        Wait for whoever is changing the same account, and keep others waiting until the transaction ends.
    """
    if lock:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"account {user_id}"])
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return None
    accesses = tuple(
        Access.objects.filter(user=user).select_related("organisation").order_by("-granted_at", "id")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "select %s in (select leadscape_governed_users()), array(select leadscape_national_administrators())",
            [user.pk],
        )
        row = cursor.fetchone()
        assert row is not None
    governed, national = row
    second = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    name = PersonName.objects.filter(person_id=user.person_id, superseded_at=None).first()
    stands = (user.is_active, user.sessions_ended_at, second, [(a.pk, a.ended_at) for a in accesses])
    return Standing(
        user=user,
        name=name.full_name if name else None,
        accesses=accesses,
        governed=governed,
        own=user.pk == by.pk,
        last=set(national) == {user.pk},
        second_factor=second,
        seen=hashlib.sha256(repr(stands).encode()).hexdigest()[:16],
    )


def grant(standing: Standing, organisation: Organisation, right: str, why: str) -> None:
    """Give a right on behalf of an organisation of the area.

    Raises
    ------
    Refused
        To oneself, to an account that is switched off, or what is held already.
    """
    if standing.own:
        raise Refused(
            "You cannot give yourself a right. Rights are given by somebody else, so that two people know of each."
            " Ask another administrator."
        )
    if not standing.user.is_active:
        raise Refused("The account is switched off. Switch it on first.")
    if any(a.organisation_id == organisation.pk and a.right == right for a in standing.current):
        raise Refused(f"The user is {Right(right).label.lower()} for {organisation.label} already.")
    because(why)
    Access.objects.create(user=standing.user, organisation=organisation, right=right)


def end(standing: Standing, access: Access, why: str) -> None:
    """End a right.

    Raises
    ------
    Refused
        It ended already, or is the last administrator's of the nation.
    """
    if access.ended_at is not None:
        raise Refused("The right has ended already. Nothing was changed.")
    if standing.last and _of_nation(access):
        raise Refused(_LAST)
    because(why)
    access.ended_at = timezone.now()
    access.save(update_fields=["ended_at"])


def switch_off(standing: Standing, why: str) -> None:
    """Deactivate an account. Whoever is signed in to it is out at once.

    Raises
    ------
    Refused
        One's own, the last administrator's of the nation, or one that acts outside the area too.
    """
    _check_governed(standing)
    if standing.last:
        raise Refused(_LAST)
    because(why)
    now = timezone.now()
    user = standing.user
    user.is_active, user.deactivated_at, user.sessions_ended_at = False, now, now
    user.save(update_fields=["is_active", "deactivated_at", "sessions_ended_at"])


def switch_on(standing: Standing, why: str) -> None:
    """Let somebody sign in again, with the rights that have not been ended.

    Raises
    ------
    Refused
        One's own, or one that acts outside the area too.
    """
    _check_governed(standing)
    because(why)
    user = standing.user
    user.is_active, user.deactivated_at = True, None
    user.save(update_fields=["is_active", "deactivated_at"])


def reset_second_factor(standing: Standing, why: str) -> None:
    """Take away a second factor that was lost, and end all sessions; the user sets up another at the next sign-in.

    Raises
    ------
    Refused
        One's own, or of an account that acts outside the area too.
    """
    _check_governed(standing)
    Authenticator.objects.filter(user=standing.user).delete()
    end_all_sessions(standing.user, why)


_LAST = (
    "This is the last administrator of the nation. Without one, nobody could let anybody in. Make somebody else an"
    " administrator of the nation first."
)


def _check_governed(standing: Standing) -> None:
    if standing.own:
        raise Refused("This is your own account. Another administrator must do this.")
    if not standing.governed:
        raise Refused(
            "The user acts for organisations outside your area too, so the account is not yours to change. End the"
            " rights in your area, or ask an administrator of a larger one."
        )


def _of_nation(access: Access) -> bool:
    return access.right == Right.ADMINISTRATOR and access.organisation.kind == Organisation.Kind.NATION
