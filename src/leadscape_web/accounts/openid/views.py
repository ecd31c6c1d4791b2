"""To a provider and back: signing in and linking one's account; and unlinking. Joining is in ``joining.py``."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from leadscape_web.accounts.models import Identity
from leadscape_web.accounts.openid import client, identities
from leadscape_web.accounts.openid.attempts import JOIN, LINK, SIGN_IN, send, taken
from leadscape_web.accounts.openid.identities import SignInHereFirst, SignInRefused
from leadscape_web.accounts.openid.joining import ask_to_join
from leadscape_web.accounts.openid.pages import (
    address_back,
    come_in,
    not_reached,
    provider_or_404,
    refuse,
    safe,
)
from leadscape_web.accounts.openid.providers import Provider
from leadscape_web.accounts.rules import ANYONE, SIGNED_IN, allow
from leadscape_web.accounts.sessions import end_other_sessions, user_in

log = logging.getLogger(__name__)


@allow(ANYONE)
@never_cache
def openid(request: HttpRequest, name: str) -> HttpResponse:
    """Send somebody to a provider to sign in there."""
    if request.user.is_authenticated:
        return redirect("accounts:account")
    return send(request, name, SIGN_IN, onward=safe(request, request.GET.get("next", "")))


@allow(SIGNED_IN)
@never_cache
def link_openid(request: HttpRequest, name: str) -> HttpResponse:
    """Send the user to a provider to link an account there."""
    return send(
        request, name, LINK, user=str(request.user.pk), onward=safe(request, request.GET.get("next", ""))
    )


@allow(ANYONE)
@never_cache
def openid_back(request: HttpRequest, name: str) -> HttpResponse:
    """The provider has sent somebody back."""
    provider = provider_or_404(name)
    try:
        asked = taken(request, provider)
        claims = client.claims_for(
            provider, asked["secrets"], request.GET.get("code", ""), address_back(request, name)
        )
        return {SIGN_IN: _sign_in, LINK: _link, JOIN: ask_to_join}[asked["purpose"]](
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
        return not_reached(request, provider, error)
    except SignInRefused as error:
        refused = error
    return refuse(request, refused)


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


def _sign_in(
    request: HttpRequest, provider: Provider, claims: client.Claims, asked: dict[str, Any]
) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("accounts:account")
    onward = asked.get("onward", "")
    try:
        user = identities.user_for(provider, claims)
    except SignInHereFirst as error:
        return refuse(request, error, first=_sign_in_to_link(provider, onward))
    # The word of an account that is being linked does not stand for the second factor as well.
    return come_in(request, provider, claims, user, onward, counts=identities.is_linked(claims))


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
