"""The gate in front of every view: without a rule, nobody; with one, whoever it names, with a second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from leadscape_web.accounts import second_factor
from leadscape_web.accounts.models import Access
from leadscape_web.accounts.rules import operations_of, rules_of


def accesses_of(user: Any) -> frozenset[tuple[str, str]]:
    """Pairs of right and kind of organisation that the user holds now."""
    return frozenset((right, kind) for right, kind, _ in _held_by(user))


def _held_by(user: Any) -> frozenset[tuple[str, str, str]]:
    """Rights with kind and name of the organisation that each is held for."""
    if not user.is_authenticated:
        return frozenset()
    held = Access.objects.filter(user_id=user.pk, ended_at=None)
    return frozenset(held.values_list("right", "organisation__kind", "organisation__label"))


class GateMiddleware:
    """Checks the rule of the view that was found, before it runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Give the request what its user holds, read once and only when asked for."""
        held = SimpleLazyObject(lambda: _held_by(request.user))
        request.accesses = SimpleLazyObject(lambda: frozenset((right, kind) for right, kind, _ in held))  # type: ignore[attr-defined]
        request.organisation_labels = SimpleLazyObject(lambda: tuple(sorted({label for *_, label in held})))  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuse, send to sign in, or let through. A method that was not declared is refused before anything else."""
        rules = rules_of(view)
        if not rules:
            raise PermissionDenied("This page has no rule that says who may see it.")
        rule = rules.get(request.method or "")
        if rule is None:
            return HttpResponseNotAllowed(sorted(rules), _not_that_way(request, view))
        if not rule.signed_in and not (rule.second_factor and request.user.is_authenticated):
            return None
        if not request.user.is_authenticated:
            if operations_of(view):
                return JsonResponse({"detail": "Send a key in the header Authorization."}, status=401)
            return redirect_to_login(request.get_full_path())
        if rule.second_factor and second_factor.is_demanded(request):
            if operations_of(view):
                return JsonResponse({"detail": "Set up a second factor first: open the service."}, status=403)
            query = urlencode({"next": request.get_full_path()})
            # One that was set up elsewhere is asked for, never taken as proved.
            asks = "mfa_reauthenticate" if second_factor.has_one(request.user) else "mfa_activate_totp"
            return HttpResponseRedirect(f"{reverse(asks)}?{query}")
        if not rule.allows(request.accesses):  # type: ignore[attr-defined]
            raise PermissionDenied(rule.sentence)
        return None


def _not_that_way(request: HttpRequest, view: Callable[..., Any]) -> str:
    """What is said about a method that the address does not answer to: a page, or a sentence to a program."""
    what = "This address does not answer to that method."
    if operations_of(view):
        return what
    said = {
        "title": "This page cannot be used like that",
        "what": what,
        "why": "It can be read, or takes a form that another page shows; nothing was changed.",
        "next_step": "Open the page again from where you came, and use its buttons and links.",
    }
    return render_to_string("govuk/problem.html", said, request)
