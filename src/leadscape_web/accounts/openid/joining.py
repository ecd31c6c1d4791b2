"""Accepting an invitation with an account elsewhere: whoever proves the invited address is asked for their name."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

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
from leadscape_web.accounts.models import Invitation, Right
from leadscape_web.accounts.openid import client, identities
from leadscape_web.accounts.openid.attempts import JOIN, LASTS_SECONDS, send
from leadscape_web.accounts.openid.identities import SignInRefused
from leadscape_web.accounts.openid.pages import come_in, provider_or_404, refuse
from leadscape_web.accounts.openid.providers import Provider
from leadscape_web.accounts.presenters import invitation_facts
from leadscape_web.accounts.rules import ANYONE, allow
from leadscape_web.accounts.tokens import hash_of

JOINING: Final = "openid_joining"
"""Key of the session: who has proved the address of an invitation and has not accepted yet."""


@allow(ANYONE)
@never_cache
def join_with_openid(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """Send somebody who was invited to a provider, to accept with an account there."""
    found = invitation_of(token)
    if found is None or found.email == "" or state_of(found) != OPEN or request.user.is_authenticated:
        return redirect("accounts:answer_invitation", token)
    return send(request, name, JOIN, link=hash_of(token))


def ask_to_join(
    request: HttpRequest, provider: Provider, claims: client.Claims, asked: dict[str, Any]
) -> HttpResponse:
    """Ask whoever has proved the invited address for their name, and whether to accept."""
    found = _to_join(provider, claims, asked["link"])
    kept = {"link": asked["link"], "at": time.time(), **asdict(claims)}
    # Names and addresses of people are kept in their tables and in no session; the form carries the name.
    del kept["name"], kept["organisation"], kept["address"]
    request.session[JOINING] = {"provider": provider.name, **kept}
    return _joining(request, provider, found, NameForm(initial={"full_name": claims.name}))


@allow(ANYONE, methods=("POST",))
@never_cache
def join_by_openid(request: HttpRequest, name: str) -> HttpResponse:
    """Accept the invitation: the account is made, with a link to the one elsewhere."""
    provider = provider_or_404(name)
    kept = request.session.get(JOINING, {})
    if (
        kept.get("provider") != name
        or time.time() - kept["at"] > LASTS_SECONDS
        or request.user.is_authenticated
    ):
        return refuse(request, _too_late())
    link, claims = (
        kept["link"],
        client.Claims(
            name="",
            organisation={},
            address="",
            **{key: kept[key] for key in ("issuer", "subject", "second_factor")},
        ),
    )
    try:
        found = _to_join(provider, claims, link, proved=True)
        form = NameForm(request.POST)
        if not form.is_valid():
            return _joining(request, provider, found, form, status=422)
        user = join_as_new(found, found.email, form.cleaned_data["full_name"], None, [found.right])
    except AlreadyThere:
        return refuse(request, _has_account(provider))
    except SignInRefused as error:
        return refuse(request, error)
    del request.session[JOINING]
    place = f"{Right(found.right).label.lower()} for {found.organisation.label}"
    messages.success(request, f"You are now {place}.")
    return come_in(request, provider, claims, user, reverse("accounts:account"), counts=True)


def _to_join(provider: Provider, claims: client.Claims, link: str, *, proved: bool = False) -> Invitation:
    """The open invitation of a link, for whoever proves its address, or has ``proved`` it before and now accepts."""
    found = invitation_of_hash(link, lock=proved)
    if found is None or state_of(found) != OPEN:
        raise _too_late()
    if not proved and claims.address != found.email:
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
