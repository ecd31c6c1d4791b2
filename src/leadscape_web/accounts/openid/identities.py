"""Which user does an account of a provider belong to? Told by issuer and subject, the first time by its owner.

Whoever has a password, a second factor or another linked account here is asked for it once, and then links. Only
where there is none of these does a verified address link by itself.
Nobody is signed up: without an account here, made by answering an invitation, an account elsewhere opens nothing. What
its owner has unlinked is not linked again by an address alone.
"""

from __future__ import annotations

from typing import Any, Final

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from leadscape.core.errors import LeadscapeError
from leadscape_web.accounts import second_factor
from leadscape_web.accounts.context import because, set_context
from leadscape_web.accounts.letters import send_letter
from leadscape_web.accounts.models import Access, Identity, Organisation, User
from leadscape_web.accounts.openid.claims import Claims
from leadscape_web.accounts.openid.providers import Provider

METHOD: Final = "openid"
"""How somebody proved who they are, among allauth's records."""
FOUND: Final = "openid_found"
"""Key of the session: the account of a provider with which somebody is signing in, until they are in."""
BY_PASSWORD: Final = "Sign in with your e-mail address and password here"


class SignInRefused(LeadscapeError):
    """An account of a provider that opens nothing here."""


class SignInHereFirst(SignInRefused):
    """An account of a provider that opens nothing here until its owner, signed in otherwise, has linked it."""


def provider_named(name: str) -> Provider | None:
    """The provider of that name."""
    return next((one for one in settings.ENVIRONMENT.openid_providers if one.name == name), None)


def user_for(provider: Provider, claims: Claims) -> User:
    """The user to whom an account of a provider belongs.

    Raises
    ------
    SignInRefused
        Nobody; with the reason.
    """
    linked = _link_of(claims)
    if linked is not None:
        _check_organisation(provider, claims, linked.user)
        return linked.user
    if not claims.address:
        raise SignInRefused(
            f"{provider.label} did not say that your e-mail address is verified.",
            "Only a verified address shows which account here is yours.",
            f"{BY_PASSWORD}, or have the address verified at {provider.label}.",
        )
    user = User.objects.filter(email=claims.address).first()
    if user is None:
        raise SignInRefused(
            f"There is no account here for the address that {provider.label} knows you by.",
            "People come to this service by invitation; nobody is signed up by signing in elsewhere.",
            "Ask an administrator of your organisation to invite that address, or use the one that was invited.",
        )
    _check_free(provider, claims, user)
    if _has_way_in(user):
        raise SignInHereFirst(
            f"Your account of {provider.label} is not linked to your account here yet.",
            "An e-mail address does not show that both are yours: whoever gives out addresses could open your account.",
            "Sign in once as you do otherwise, by password or with an account that is linked; then link this one.",
        )
    _check_organisation(provider, claims, user)
    return user


def link_as(provider: Provider, claims: Claims, user: User) -> bool:
    """Link an account of a provider to the user who is signed in; whether it was not linked yet.

    Raises
    ------
    SignInRefused
        It is somebody else's, or for another address.
    """
    linked = _link_of(claims)
    if linked is not None and linked.user_id == user.pk:
        return False
    if linked is not None or claims.address != user.email:
        raise SignInRefused(
            f"That account of {provider.label} is not for {user.email}.",
            "It is linked to another account here, has another address, or an address that is not verified.",
            f"Sign out at {provider.label}, then try again with the account for your own address.",
        )
    if Identity.objects.filter(user=user, issuer=claims.issuer, unlinked_at=None).exists():
        raise _another(provider)
    _link(provider.name, claims.issuer, claims.subject, user)
    return True


def remember(request: HttpRequest, provider: Provider, claims: Claims, user: User) -> None:
    """Keep what is to be linked until its owner is in: a second factor may still be asked for."""
    request.session[FOUND] = [provider.name, claims.issuer, claims.subject, str(user.pk)]


def is_linked(claims: Claims) -> bool:
    """Whether the account elsewhere belongs to a user already."""
    return _link_of(claims) is not None


def note_sign_in(request: HttpRequest, user: User) -> None:
    """Link the account with which somebody has just signed in, or note when it was used. As that user.

    What was begun with a provider and ended with a password links nothing.
    """
    name, issuer, subject, owner = request.session.pop(FOUND, ("", "", "", ""))
    records = get_authentication_records(request, user)
    begun = [one["method"] for one in records if one["method"] in (METHOD, "password")]
    if owner != str(user.pk) or begun[-1:] != [METHOD]:
        return
    today = timezone.localdate()
    found = Identity.objects.filter(issuer=issuer, subject=subject, user=user, unlinked_at=None)
    if not found.update(last_used_on=today):
        _link(name, issuer, subject, user)


def unlink(identity: Identity) -> bool:
    """End a link; whether there still was one."""
    because("Account elsewhere unlinked by its owner")
    return Identity.objects.filter(pk=identity.pk, unlinked_at=None).update(unlinked_at=timezone.now()) == 1


def _link(name: str, issuer: str, subject: str, user: User) -> None:
    because("Account elsewhere linked by signing in with it")
    Identity.objects.create(
        user=user, provider=name, issuer=issuer, subject=subject, last_used_on=timezone.localdate()
    )
    provider = provider_named(name)
    send_letter("openid_linked", user.email, at=timezone.now(), provider=provider.label if provider else name)


def _link_of(claims: Claims) -> Identity | None:
    linked = Identity.objects.filter(issuer=claims.issuer, subject=claims.subject, unlinked_at=None)
    return linked.select_related("user").first()


def _check_free(provider: Provider, claims: Claims, user: User) -> None:
    """An address alone links neither what was unlinked nor a second account: addresses are given to others in time."""
    known = Identity.objects.filter(user=user, issuer=claims.issuer)
    if known.filter(unlinked_at=None).exists():
        raise _another(provider)
    if known.filter(subject=claims.subject).exists():
        raise SignInRefused(
            f"Your account of {provider.label} was unlinked.",
            "An e-mail address alone does not link it again, so that unlinking holds.",
            f"{BY_PASSWORD}, and link {provider.label} again on the page of your account.",
        )


def _has_way_in(user: User) -> bool:
    """Whether its owner has something of their own to prove that an account is theirs."""
    issuers = [one.issuer for one in settings.ENVIRONMENT.openid_providers]
    linked = Identity.objects.filter(user=user, unlinked_at=None, issuer__in=issuers)
    return user.has_usable_password() or second_factor.has_one(user) or linked.exists()


def _another(provider: Provider) -> SignInRefused:
    return SignInRefused(
        f"Another account of {provider.label} is linked for this address.",
        "An address can be given to somebody else in time, so it does not link a second account.",
        f"{BY_PASSWORD}, unlink the former account on the page of your account, then link this one.",
    )


def _check_organisation(provider: Provider, claims: Claims, user: User) -> None:
    if not provider.own_organisation:
        return
    # Who it is has been proved; only its owner may see which rights a user holds.
    set_context(user=str(user.pk))
    held = set(
        Access.objects.filter(user=user, ended_at=None).values_list("organisation__kind", "organisation__key")
    )
    set_context(user="")
    if not held & bodies_in(claims.organisation):
        raise SignInRefused(
            f"The organisation that you chose at {provider.label} is none that you act for here.",
            "This service takes a sign-in for an organisation of yours only.",
            "Sign in again and choose another organisation, or ask its administrator to invite you.",
        )


def bodies_in(organisation: Any) -> set[tuple[str, str]]:
    """Kinds and keys of the bodies that a claim ``organisation`` of DfE Sign-in names: a school, trust or authority."""
    authority = organisation.get("localAuthority") or {}
    category = str((organisation.get("category") or {}).get("id") or "")
    found = {(Organisation.Kind.SCHOOL.value, str(organisation.get("urn") or "").strip())}
    found.add((Organisation.Kind.TRUST.value, str(organisation.get("uid") or "").strip()))
    if category == "002":
        code = organisation.get("establishmentNumber") or authority.get("code")
        found.add((Organisation.Kind.AUTHORITY.value, str(code or "").strip()))
    return {(kind, key) for kind, key in found if key}
