"""The gate in front of every view: without a rule, nobody; with one, whoever it names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from leadscape_web.accounts.models import Access
from leadscape_web.accounts.rules import ATTRIBUTE, Rule


def accesses_of(user: Any) -> frozenset[tuple[str, str]]:
    """Pairs of right and kind of organisation that the user holds now."""
    if not user.is_authenticated:
        return frozenset()
    held = Access.objects.filter(user_id=user.pk, ended_at=None)
    return frozenset(held.values_list("right", "organisation__kind"))


class GateMiddleware:
    """Checks the rule of the view that was found, before it runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Give the request what its user holds, read once and only when asked for."""
        request.accesses = SimpleLazyObject(lambda: accesses_of(request.user))  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuse, send to sign in, or let through."""
        rule: Rule | None = getattr(view, ATTRIBUTE, None)
        if rule is None:
            raise PermissionDenied("This page has no rule that says who may see it.")
        if not rule.signed_in:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not rule.allows(request.accesses):  # type: ignore[attr-defined]
            raise PermissionDenied(rule.sentence)
        return None
