"""Which providers are offered on a page, and where their buttons lead."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from leadscape_web.accounts.models import Identity, User


def to_sign_in(request: HttpRequest) -> list[dict[str, str]]:
    """Providers on the page for signing in; afterwards the page that was asked for."""
    onward = request.GET.get(REDIRECT_FIELD_NAME) or request.POST.get(REDIRECT_FIELD_NAME) or ""
    query = f"?{urlencode({REDIRECT_FIELD_NAME: onward})}" if onward else ""
    return [
        {"label": one.label, "href": reverse("accounts:openid", args=[one.name]) + query}
        for one in settings.ENVIRONMENT.openid_providers
    ]


def to_join(token: str) -> list[dict[str, str]]:
    """Providers with which an invitation can be accepted."""
    return [
        {"label": one.label, "href": reverse("accounts:join_with_openid", args=[token, one.name])}
        for one in settings.ENVIRONMENT.openid_providers
    ]


def to_link(user: User) -> list[dict[str, str]]:
    """Providers of which the user has linked no account."""
    linked = set(Identity.objects.filter(user=user, unlinked_at=None).values_list("issuer", flat=True))
    return [
        {"label": one.label, "href": reverse("accounts:link_openid", args=[one.name])}
        for one in settings.ENVIRONMENT.openid_providers
        if one.issuer not in linked
    ]


def with_offers(view: Any) -> Any:
    """Allauth's view for signing in, with the providers beside the password."""

    class SignInView(view):
        def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
            return {**super().get_context_data(**kwargs), "providers": to_sign_in(self.request)}

    return SignInView.as_view()
