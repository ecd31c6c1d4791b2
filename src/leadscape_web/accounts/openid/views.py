"""To a provider and back: signing in, linking one's account, accepting an invitation; and unlinking."""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import asdict
from typing import Any, Final

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache

from leadscape_web.accounts import second_factor
from leadscape_web.accounts.forms import NameForm
from leadscape_web.accounts.invitations import (
    OPEN,
    AlreadyThere,
    account_at,
    invitation_of,
    invitation_of_hash,
    join_as_new,
    state_of,
)
from leadscape_web.accounts.models import Identity, Invitation, Right, User
from leadscape_web.accounts.openid import client, identities
from leadscape_web.accounts.openid.identities import SignInHereFirst, SignInRefused
from leadscape_web.accounts.openid.providers import Provider
from leadscape_web.accounts.presenters import invitation_facts
from leadscape_web.accounts.rules import ANYONE, SIGNED_IN, allow
from leadscape_web.accounts.sessions import end_other_sessions, user_in
from leadscape_web.accounts.tokens import hash_of

log = logging.getLogger(__name__)
ASKED: Final = "openid_asked"
"""Key of the session: attempts for which a provider was asked and has not answered yet."""
JOINING: Final = "openid_joining"
"""Key of the session: who has proved the address of an invitation and has not accepted yet."""
MOST_ASKED: Final = 5
LASTS_SECONDS: Final = 600
SIGN_IN, LINK, JOIN = "sign-in", "link", "join"


@allow(ANYONE)
@never_cache
def openid(request: HttpRequest, name: str) -> HttpResponse:
    """Send somebody to a provider to sign in there."""
    if request.user.is_authenticated:
        return redirect("accounts:account")
    return _send(request, name, SIGN_IN, onward=_safe(request, request.GET.get("next", "")))


@allow(SIGNED_IN)
@never_cache
def link_openid(request: HttpRequest, name: str) -> HttpResponse:
    """Send the user to a provider to link an account there."""
    return _send(
        request, name, LINK, user=str(request.user.pk), onward=_safe(request, request.GET.get("next", ""))
    )


@allow(ANYONE)
@never_cache
def join_with_openid(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """Send somebody who was invited to a provider, to accept with an account there."""
    found = invitation_of(token)
    if found is None or found.email == "" or state_of(found) != OPEN or request.user.is_authenticated:
        return redirect("accounts:answer_invitation", token)
    return _send(request, name, JOIN, link=hash_of(token))


@allow(ANYONE)
@never_cache
def openid_back(request: HttpRequest, name: str) -> HttpResponse:
    """The provider has sent somebody back."""
    provider = _provider(name)
    try:
        asked = _taken(request, provider)
        claims = client.claims_for(
            provider, asked["secrets"], request.GET.get("code", ""), _back(request, name)
        )
        return {SIGN_IN: _sign_in, LINK: _link, JOIN: _join}[asked["purpose"]](
            request, provider, claims, asked
        )
    except client.NotTrusted as error:
        log.warning("sign-in elsewhere refused: %s", error)
        refused = SignInRefused(
            f"The answer of {provider.label} could not be trusted.",
            "It was for another attempt, too old, or not signed as it must be. Nobody was signed in.",
            "Begin again from the page for signing in. If it stays so, tell whoever runs the service.",
        )
    except client.NotReached as error:
        return _not_reached(request, provider, error)
    except SignInRefused as error:
        refused = error
    return _refuse(request, refused)


@allow(SIGNED_IN, methods=("GET", "POST"))
def unlink_identity(request: HttpRequest, identity_id: Any) -> HttpResponse:
    """End the link to an account elsewhere. All other sessions end with it."""
    user = user_in(request)
    found = Identity.objects.filter(pk=identity_id, user=user, unlinked_at=None).first()
    if found is None:
        raise Http404
    provider = identities.provider_named(found.provider)
    label = provider.label if provider else found.provider
    if request.method == "POST":
        identities.unlink(found)
        end_other_sessions(request, "Account elsewhere unlinked by its owner")
        messages.success(request, f"{label} does not open your account any more.")
        return redirect("accounts:account")
    context = {"label": label, "password": user.has_usable_password()}
    return render(request, "accounts/openid_unlink.html", context)


def _send(request: HttpRequest, name: str, purpose: str, **more: str) -> HttpResponse:
    provider = _provider(name)
    asked = client.ask()
    try:
        where = client.address_to_ask(provider, asked, _back(request, name))
    except client.NotReached as error:
        return _not_reached(request, provider, error)
    waiting = [one for one in request.session.get(ASKED, []) if time.time() - one["at"] < LASTS_SECONDS]
    made = {"provider": name, "purpose": purpose, "at": time.time(), "secrets": asdict(asked), **more}
    request.session[ASKED] = [*waiting[1 - MOST_ASKED :], made]
    return HttpResponseRedirect(where)


def _taken(request: HttpRequest, provider: Provider) -> dict[str, Any]:
    """What this session asked the provider, under the state that came back. It works once."""
    state = request.GET.get("state", "")
    waiting = request.session.get(ASKED, [])
    fitting = [
        one for one in waiting if secrets.compare_digest(one["secrets"]["state"].encode(), state.encode())
    ]
    request.session[ASKED] = [one for one in waiting if one not in fitting]
    if not fitting or fitting[0]["provider"] != provider.name:
        raise client.NotTrusted("state")
    asked = fitting[0]
    if time.time() - asked["at"] > LASTS_SECONDS:
        raise client.NotTrusted("too late")
    if asked["purpose"] == LINK and asked["user"] != str(request.user.pk):
        raise client.NotTrusted("another session")
    if request.GET.get("iss", provider.issuer) != provider.issuer:
        raise client.NotTrusted("iss")
    if "error" in request.GET or "code" not in request.GET:
        raise SignInRefused(
            f"You did not sign in at {provider.label}.",
            "It was cancelled there, or the organisation does not let you use this service.",
            "Begin again, or sign in with your e-mail address and password.",
        )
    return {**asked, "secrets": client.Asked(**asked["secrets"])}


def _sign_in(
    request: HttpRequest, provider: Provider, claims: client.Claims, asked: dict[str, Any]
) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("accounts:account")
    onward = asked.get("onward", "")
    try:
        user = identities.user_for(provider, claims)
    except SignInHereFirst as error:
        return _refuse(request, error, first=_sign_in_to_link(provider, onward))
    # The word of an account that is being linked does not stand for the second factor as well.
    return _come_in(request, provider, claims, user, onward, counts=identities.is_linked(claims))


def _sign_in_to_link(provider: Provider, onward: str) -> str:
    """The page for signing in, and from there to the provider again, to link."""
    link = reverse("accounts:link_openid", args=[provider.name])
    if onward:
        link = f"{link}?{urlencode({REDIRECT_FIELD_NAME: onward})}"
    return f"{reverse('account_login')}?{urlencode({REDIRECT_FIELD_NAME: link})}"


def _link(
    request: HttpRequest, provider: Provider, claims: client.Claims, asked: dict[str, Any]
) -> HttpResponse:
    linked = identities.link_as(provider, claims, user_in(request))
    messages.success(request, f"{provider.label} {'now opens' if linked else 'opened already'} your account.")
    return HttpResponseRedirect(asked.get("onward") or reverse("accounts:account"))


def _join(
    request: HttpRequest, provider: Provider, claims: client.Claims, asked: dict[str, Any]
) -> HttpResponse:
    """Ask whoever has proved the invited address for their name, and whether to accept."""
    found = _to_join(provider, claims, asked["link"])
    kept = {"link": asked["link"], "at": time.time(), **asdict(claims)}
    # Names of people are kept in one table and in no session; the form carries this one.
    del kept["name"], kept["organisation"]
    request.session[JOINING] = {"provider": provider.name, **kept}
    return _joining(request, provider, found, NameForm(initial={"full_name": claims.name}))


@allow(ANYONE, methods=("POST",))
@never_cache
def join_by_openid(request: HttpRequest, name: str) -> HttpResponse:
    """Accept the invitation: the account is made, with a link to the one elsewhere."""
    provider = _provider(name)
    kept = request.session.get(JOINING, {})
    if (
        kept.get("provider") != name
        or time.time() - kept["at"] > LASTS_SECONDS
        or request.user.is_authenticated
    ):
        return _refuse(request, _too_late())
    link, claims = (
        kept["link"],
        client.Claims(
            name="",
            organisation={},
            **{key: kept[key] for key in ("issuer", "subject", "address", "second_factor")},
        ),
    )
    try:
        found = _to_join(provider, claims, link, lock=True)
        form = NameForm(request.POST)
        if not form.is_valid():
            return _joining(request, provider, found, form, status=422)
        user = join_as_new(found, found.email, form.cleaned_data["full_name"], None, [found.right])
    except AlreadyThere:
        return _refuse(request, _has_account(provider))
    except SignInRefused as error:
        return _refuse(request, error)
    del request.session[JOINING]
    place = f"{Right(found.right).label.lower()} for {found.organisation.label}"
    messages.success(request, f"You are now {place}.")
    return _come_in(request, provider, claims, user, reverse("accounts:account"), counts=True)


def _to_join(provider: Provider, claims: client.Claims, link: str, *, lock: bool = False) -> Invitation:
    """The open invitation of a link, for whoever has proved its address."""
    found = invitation_of_hash(link, lock=lock)
    if found is None or state_of(found) != OPEN:
        raise _too_late()
    if claims.address != found.email:
        raise SignInRefused(
            f"{provider.label} does not know you by the address that was invited.",
            f"The invitation is for {found.email} only, and that address must be verified there.",
            "Sign in there with the account for that address, accept with a password, or ask for another invitation.",
        )
    if account_at(found) or identities.is_linked(claims):
        raise _has_account(provider)
    return found


def _joining(
    request: HttpRequest, provider: Provider, found: Invitation, form: NameForm, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "about": invitation_facts(found),
        "label": provider.label,
        "action": reverse("accounts:join_by_openid", args=[provider.name]),
    }
    return render(request, "accounts/openid_join.html", context, status=status)


def _too_late() -> SignInRefused:
    return SignInRefused(
        "The invitation is not open any more, or it took too long.",
        "It was answered or withdrawn, or is too old; or you began more than 10 minutes ago.",
        "Open the link of the invitation again, or ask whoever sent it to you for a new one.",
    )


def _has_account(provider: Provider) -> SignInRefused:
    return SignInRefused(
        "There is an account here already, for this address or for this sign-in.",
        "An invitation adds a right to it; it does not make another.",
        f"Sign in first, with a password or with {provider.label}, then open the link of the invitation again.",
    )


def _come_in(
    request: HttpRequest, provider: Provider, claims: client.Claims, user: User, onward: str, *, counts: bool
) -> HttpResponse:
    """Sign in. ``counts``: whether a second factor that was given to the provider is one here."""
    record_authentication(request, user, method=identities.METHOD, provider=provider.name)
    if claims.second_factor and counts:
        second_factor.note_elsewhere(request, user)
    identities.remember(request, provider, claims, user)
    return perform_login(request, Login(user=user, email=user.email, redirect_url=onward or None))


def _safe(request: HttpRequest, onward: str) -> str:
    """An address of this service; empty where it is none."""
    return (
        onward if url_has_allowed_host_and_scheme(onward, {request.get_host()}, request.is_secure()) else ""
    )


def _refuse(request: HttpRequest, error: SignInRefused, first: str = "") -> HttpResponse:
    context = {
        "title": "You are not signed in",
        "what": error.what,
        "why": error.why,
        "next_step": error.next_step,
    }
    if request.user.is_authenticated:
        context["title"] = "Nothing was linked"
    return render(request, "accounts/openid_refused.html", {**context, "first": first}, status=403)


def _not_reached(request: HttpRequest, provider: Provider, error: Exception) -> HttpResponse:
    log.error("provider %s of accounts: %s", provider.name, error)
    context = {
        "title": f"{provider.label} does not answer",
        "what": f"{provider.label} could not be asked who you are.",
        "why": "It may be out of order, or this service may be set up wrongly for it.",
        "next_step": "Try again in a few minutes, or sign in with your e-mail address and password.",
    }
    return render(request, "accounts/openid_refused.html", context, status=503)


def _provider(name: str) -> Provider:
    found = identities.provider_named(name)
    if found is None:
        raise Http404
    return found


def _back(request: HttpRequest, name: str) -> str:
    """Where the provider sends people back; registered there, letter for letter."""
    return request.build_absolute_uri(reverse("accounts:openid_back", args=[name]))
