"""Accounts, rights and invitations as pages show them. From records to rows; no query of their own, no request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from leadscape_web.accounts.administering import Standing
from leadscape_web.accounts.forms import RIGHTS
from leadscape_web.accounts.invitations import OPEN, state_of
from leadscape_web.accounts.models import (
    Access,
    ApiToken,
    Identity,
    Invitation,
    Organisation,
    PersonName,
    Right,
    User,
)
from leadscape_web.accounts.tokens import SCOPES, WRITING
from leadscape_web.govuk.listing import Column, Filter, Listing
from leadscape_web.govuk.wording import written

NEVER = "Not yet"
SOURCE = "Accounts of this service"


def own_facts(user: User, name: PersonName | None) -> list[dict[str, Any]]:
    """What an account says about its owner."""
    return [
        {"label": "Name", "value": name.full_name if name else None, "missing": "Not given"},
        {"label": "E-mail address", "value": user.email,
         "note": "You sign in with it. An administrator invites a new address if yours changes."},
        {"label": "Password last changed", "value": user.password_changed_at, "missing": "Not known"},
        {"label": "Last signed in", "value": user.last_login, "missing": NEVER},
    ]  # fmt: skip


def own_rights(accesses: Iterable[Access]) -> list[list[Any]]:
    """Each right, for whom, what it opens, since when."""
    return [
        [Right(one.right).label, _place(one.organisation), RIGHTS[Right(one.right)], written(one.granted_at.date())]
        for one in accesses
    ]  # fmt: skip


def tokens(found: Iterable[ApiToken]) -> list[dict[str, Any]]:
    """Keys for programs, those that work first."""
    now = timezone.now()
    made = [
        {
            "label": one.label,
            "may": "; ".join(
                f"{'Change' if scope in WRITING else 'Read'}: {SCOPES.get(scope, scope)}"
                for scope in one.scopes
            ),
            "until": written(one.expires_at.date()),
            "used": written(one.last_used_on) if one.last_used_on else NEVER,
            "state": "Revoked" if one.revoked_at else "Over" if one.expires_at <= now else "Works",
            "end": reverse("accounts:end_token", args=[one.pk]),
        }
        for one in found
    ]
    return sorted(made, key=lambda row: (row["state"] != "Works", row["label"]))


def identities(found: Iterable[Identity]) -> list[dict[str, str]]:
    """Accounts elsewhere with which the user signs in."""
    labels = {provider.name: provider.label for provider in settings.ENVIRONMENT.openid_providers}
    return [
        {
            "label": labels.get(one.provider, f"{one.provider} (not offered any more)"),
            "since": written(one.linked_at.date()),
            "used": written(one.last_used_on) if one.last_used_on else NEVER,
            "unlink": reverse("accounts:unlink_identity", args=[one.pk]),
        }
        for one in sorted(found, key=lambda one: one.provider)
    ]


def users_listing(
    users: Iterable[User],
    names: Mapping[Any, str],
    held: Iterable[tuple[Any, str, str]],
    with_second: set[Any],
    about: str,
) -> Listing:
    """Users of an administrator's area, one a row. ``held``: user, right and label of organisation."""
    rights: dict[Any, list[tuple[str, str]]] = {}
    for user_id, right, label in held:
        rights.setdefault(user_id, []).append((Right(right).label, label))
    rows = [
        {
            "id": str(user.pk),
            "name": names.get(user.person_id),
            "email": user.email,
            "rights": [f"{right}, {label}" for right, label in rights.get(user.pk, [])],
            "right": sorted({right for right, _ in rights.get(user.pk, [])}),
            "seen": user.last_login.date() if user.last_login else None,
            "second": "Yes" if user.pk in with_second else "No",
            "state": "Active" if user.is_active else "Switched off",
        }
        for user in users
    ]
    return Listing(
        name="users",
        title="Users",
        about=about,
        columns=(
            Column("name", "Name", href="/administration/user/{id}/", missing="Not given"),
            Column("email", "E-mail address", href="/administration/user/{id}/"),
            Column("rights", "Rights", missing="None now"),
            Column("seen", "Last signed in", "date", missing=NEVER),
            Column("second", "Second factor"),
            Column("state", "Account"),
        ),
        rows=rows,
        source=SOURCE,
        filters=(
            Filter("email", "E-mail address", "text"),
            Filter("right", "Right"),
            Filter("second", "Second factor"),
            Filter("state", "Account"),
        ),
        sort="name",
        empty="Nobody acts for an organisation in your area yet. Invite somebody.",
    )


def organisations_listing(organisations: Iterable[Organisation], counts: Mapping[Any, int]) -> Listing:
    """Organisations of an administrator's area, one a row."""
    rows = [
        {
            "id": str(one.pk),
            "label": one.label,
            "kind": Organisation.Kind(one.kind).label,
            "key": one.key,
            "users": counts.get(one.pk, 0),
        }
        for one in organisations
    ]
    return Listing(
        name="organisations",
        title="Organisations",
        about="A body that somebody acts for, or was invited to act for, in your area.",
        columns=(
            Column("label", "Organisation", href="/administration/organisation/{id}/"),
            Column("kind", "Kind"),
            Column("key", "Code"),
            Column("users", "Users now", "number"),
        ),
        rows=rows,
        source=SOURCE,
        filters=(Filter("label", "Name", "text"), Filter("kind", "Kind")),
        sort="label",
        empty="No organisation yet. One is made when somebody is invited to act for it.",
    )


def invitations_listing(invitations: Iterable[Invitation]) -> Listing:
    """Invitations of an administrator's area, one a row."""
    rows = [
        {
            "id": str(one.pk),
            "email": one.email or "Whoever has the first administrator’s link",
            "right": Right(one.right).label,
            "organisation": one.organisation.label,
            "state": state_of(one),
            "made": one.created_at.date(),
            "until": one.expires_at.date(),
            "answerable": one.email != "" and state_of(one) in (OPEN, "Expired"),
        }
        for one in invitations
    ]
    return Listing(
        name="invitations",
        title="Invitations",
        about="An invitation to act for an organisation in your area. A link works once, for 7 days.",
        columns=(
            Column("email", "E-mail address", href=_invitation_href),
            Column("right", "Right"),
            Column("organisation", "Organisation"),
            Column("state", "State"),
            Column("made", "Made", "date"),
            Column("until", "Works until", "date"),
        ),
        rows=rows,
        source=SOURCE,
        filters=(
            Filter("email", "E-mail address", "text"),
            Filter("state", "State"),
            Filter("right", "Right"),
        ),
        sort="-made",
        empty="Nobody was invited yet.",
    )


def _invitation_href(row: Mapping[str, Any]) -> str | None:
    return reverse("accounts:invitation", args=[row["id"]]) if row["answerable"] else None


def invitation_facts(invitation: Invitation) -> list[dict[str, Any]]:
    """What an invitation says."""
    return [
        {"label": "E-mail address", "value": invitation.email},
        {"label": "Right", "value": Right(invitation.right).label, "note": RIGHTS[Right(invitation.right)]},
        {"label": "Organisation", "value": _place(invitation.organisation)},
        {"label": "State", "value": state_of(invitation)},
        {"label": "Works until", "value": invitation.expires_at},
    ]


def user_facts(standing: Standing) -> list[dict[str, Any]]:
    """What an administrator sees of an account."""
    user = standing.user
    return [
        {"label": "Name", "value": standing.name, "missing": "Not given"},
        {"label": "E-mail address", "value": user.email},
        {
            "label": "Account",
            "value": "Active" if user.is_active else "Switched off",
            "on": user.deactivated_at,
        },
        {"label": "Second factor", "value": "Set up" if standing.second_factor else "Not set up"},
        {"label": "Last signed in", "value": user.last_login, "missing": NEVER},
        {"label": "Account made", "value": user.created_at},
    ]


def user_rights(standing: Standing) -> list[dict[str, Any]]:
    """Rights held now, each with where it is ended."""
    return [
        {
            "right": Right(one.right).label,
            "organisation": _place(one.organisation),
            "since": written(one.granted_at.date()),
            "end": reverse("accounts:end_right", args=[standing.user.pk, one.pk]),
        }
        for one in standing.current
    ]


def former_rights(standing: Standing) -> list[list[Any]]:
    """Rights that were ended."""
    return [
        [Right(one.right).label, _place(one.organisation), written(one.granted_at.date()), written(one.ended_at.date())]
        for one in standing.accesses
        if one.ended_at
    ]  # fmt: skip


def _place(organisation: Organisation) -> str:
    kind = Organisation.Kind(organisation.kind).label.lower()
    return f"{organisation.label} ({kind})"
