"""What every page of signing in elsewhere needs: the provider, the way back, coming in, and saying why not."""

from __future__ import annotations

import logging

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from leadscape_web.accounts import second_factor
from leadscape_web.accounts.models import User
from leadscape_web.accounts.openid import client, identities
from leadscape_web.accounts.openid.identities import SignInRefused
from leadscape_web.accounts.openid.providers import Provider

log = logging.getLogger(__name__)


def come_in(
    request: HttpRequest, provider: Provider, claims: client.Claims, user: User, onward: str, *, counts: bool
) -> HttpResponse:
    """Sign in. ``counts``: whether a second factor that was given to the provider is one here."""
    record_authentication(request, user, method=identities.METHOD, provider=provider.name)
    if claims.second_factor and counts:
        second_factor.note_elsewhere(request, user)
    identities.remember(request, provider, claims, user)
    return perform_login(request, Login(user=user, email=user.email, redirect_url=onward or None))


def safe(request: HttpRequest, onward: str) -> str:
    """An address of this service; empty where it is none."""
    return (
        onward if url_has_allowed_host_and_scheme(onward, {request.get_host()}, request.is_secure()) else ""
    )


def refuse(request: HttpRequest, error: SignInRefused, first: str = "") -> HttpResponse:
    """Why nobody was signed in or nothing was linked. ``first``: where to go before it can be."""
    context = {
        "title": "You are not signed in",
        "what": error.what,
        "why": error.why,
        "next_step": error.next_step,
    }
    if request.user.is_authenticated:
        context["title"] = "Nothing was linked"
    return render(request, "accounts/openid_refused.html", {**context, "first": first}, status=403)


def not_reached(request: HttpRequest, provider: Provider, error: Exception) -> HttpResponse:
    """That a provider does not answer; which check failed goes into the log."""
    log.error("provider %s of accounts: %s", provider.name, error)
    context = {
        "title": f"{provider.label} does not answer",
        "what": f"{provider.label} could not be asked who you are.",
        "why": "It may be out of order, or this service may be set up wrongly for it.",
        "next_step": "Try again in a few minutes, or sign in with your e-mail address and password.",
    }
    return render(request, "accounts/openid_refused.html", context, status=503)


def provider_or_404(name: str) -> Provider:
    """A provider that this service is set up for."""
    found = identities.provider_named(name)
    if found is None:
        raise Http404
    return found


def address_back(request: HttpRequest, name: str) -> str:
    """Where the provider sends people back; registered there, letter for letter."""
    return request.build_absolute_uri(reverse("accounts:openid_back", args=[name]))
