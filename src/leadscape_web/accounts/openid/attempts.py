"""One attempt to sign in elsewhere: what the session keeps of it until the provider sends the person back."""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict
from typing import Any, Final

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from leadscape_web.accounts.openid import client
from leadscape_web.accounts.openid.identities import SignInRefused
from leadscape_web.accounts.openid.pages import address_back, not_reached, provider_or_404
from leadscape_web.accounts.openid.providers import Provider
from leadscape_web.accounts.sessions import PASSING_SECONDS, keep_briefly

ASKED: Final = "openid_asked"
"""Key of the session: attempts for which a provider was asked and has not answered yet."""
MOST_ASKED: Final = 5
LASTS_SECONDS: Final = PASSING_SECONDS
SIGN_IN, LINK, JOIN = "sign-in", "link", "join"


def send(request: HttpRequest, name: str, purpose: str, **more: str) -> HttpResponse:
    """To the provider; the session keeps what for, and the secrets of the attempt."""
    provider = provider_or_404(name)
    waiting = [one for one in request.session.get(ASKED, []) if time.time() - one["at"] < LASTS_SECONDS]
    # Whoever comes without a session, or with one that is none, is given one, which is a row.
    if request.session.session_key is None:
        limited = ratelimit.consume_or_429(request, action="openid", limit_get=True)
        if limited:
            return limited
    asked = client.ask()
    try:
        where = client.address_to_ask(provider, asked, address_back(request, name))
    except client.NotReached as error:
        return not_reached(request, provider, error)
    made = {"provider": name, "purpose": purpose, "at": time.time(), "secrets": asdict(asked), **more}
    request.session[ASKED] = [*waiting[1 - MOST_ASKED :], made]
    keep_briefly(request)
    return HttpResponseRedirect(where)


def taken(request: HttpRequest, provider: Provider) -> dict[str, Any]:
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
