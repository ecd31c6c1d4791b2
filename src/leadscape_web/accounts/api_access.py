"""How does a program prove for whom it acts, and what may its key open?

A key in the header ``Authorization: Bearer …`` stands before a session: from then on the transaction acts for the key's
user. What that user may do is asked by the gate, as for any page; here only what the key is for. A session may be used
as well, for reading only: a page elsewhere can make a browser send its cookie, and no header of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, set_response_etag
from ninja.security import HttpBearer

from leadscape_web.accounts import limits
from leadscape_web.accounts.api_problems import as_problem, problem
from leadscape_web.accounts.rules import operations_of
from leadscape_web.accounts.tokens import SCOPES, KnownToken, known_token

View = TypeVar("View", bound=Callable[..., Any])
ROOT: Final = "/api/v1/"
ANY_SCOPE: Final = ""
"""What no scope is needed for: what a key may know about itself."""
KEPT: Final = frozenset({"register:read", "landscape:read"})
"""Answers to these may be kept by the program that asked, and asked for again with their tag; others by nobody."""
_SCOPE: Final = "leadscape_scope"
READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def needs(scope: str) -> Callable[[View], View]:
    """Declare which scope a key must have for an operation. An operation without one is closed to every key.

    Raises
    ------
    ValueError
        When there is no such scope.
    """
    if scope != ANY_SCOPE and scope not in SCOPES:
        raise ValueError(f"no such scope: {scope}")

    def declare(view: View) -> View:
        setattr(view, _SCOPE, scope)
        return view

    return declare


def scope_of(operation: Any) -> str | None:
    """The scope that an operation needs; null: none was declared."""
    return getattr(operation.view_func, _SCOPE, None)


def may_use(request: HttpRequest, scope: str) -> bool:
    """Whether whoever asks may have this scope's part of an answer: a session always, a key if it has the scope."""
    scopes: frozenset[str] | None = getattr(request, "scopes", None)
    return scopes is None or scope in scopes


class KeyOrSession(HttpBearer):
    """Declares to programs how to prove themselves; by the time it is asked the gate has let the user through."""

    openapi_description = "A key that a user made on the pages of their account, with scopes and an end."

    def __call__(self, request: HttpRequest) -> Any:
        """The user, or null."""
        return request.user if request.user.is_authenticated else None

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Not asked: see ``ApiMiddleware``."""
        return self(request)


class ApiMiddleware:
    """Lets keys act for their users below ``/api/v1/``, and tells every problem there in one form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer for the key's user, or for the session's where there is no key."""
        if not request.path_info.startswith(ROOT):
            return self.get_response(request)
        number = getattr(request, "number", "")
        header = request.headers.get("Authorization")
        session = request.session
        key = _act_for_key(request, header) if header is not None else None
        refused = problem(401) if header is not None and key is None else None
        standing = limits.stand_of(_counted(request, key, known=refused is None))
        try:
            if standing is not None and standing.over:
                refused = problem(429)
            response = _finished(request, refused or self.get_response(request), number)
        finally:
            request.session = session
        return limits.told(response, standing)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuse a key without the scope, and a parameter that the operation does not know."""
        operations = {method: each for each in operations_of(view) for method in each.methods}
        operation = operations.get(request.method or "")
        if operation is None:
            return None
        scope = scope_of(operation)
        request.kept = scope in KEPT  # type: ignore[attr-defined]
        scopes = getattr(request, "scopes", None)
        if scopes is None and request.method not in READS:
            return problem(
                403,
                "Being signed in is not enough to change something here: it takes a key.",
                f"Make a key with the scope {scope}, on the pages of your account, and send it with the request.",
            )
        if scopes is not None and scope != ANY_SCOPE and scope not in scopes:
            return problem(
                403,
                f"The key is not for this: it would need the scope {scope}."
                if scope
                else "Keys do not open this.",
                "Make a key with the scope, on the pages of your account.",
            )
        unknown = sorted(set(request.GET) - known_parameters(operation))
        if unknown:
            errors = [
                {"parameter": name[:100], "detail": "There is no such parameter."} for name in unknown[:20]
            ]
            return problem(422, errors=errors)
        return None


def known_parameters(operation: Any) -> frozenset[str]:
    """Names of an operation's parameters in the address."""
    queries = (model for model in operation.models if model.__ninja_param_source__ == "query")
    return frozenset(name for model in queries for name in model.__ninja_flatten_map__)


def _act_for_key(request: HttpRequest, header: str) -> KnownToken | None:
    """The key, for whose user the request acts from here on; null: it is none that works."""
    kind, _, raw = header.partition(" ")
    known = known_token(raw.strip()) if kind.lower() == "bearer" else None
    if known is not None:
        request.user, request.scopes = known.user, known.scopes  # type: ignore[attr-defined]
        # What is remembered about a session's user must not be taken for the key's, nor the other way round.
        request.session = {}  # type: ignore[assignment]
    return known


def _counted(request: HttpRequest, key: KnownToken | None, *, known: bool) -> dict[str, str]:
    """What counts this request: its key, its user, and writing; or the place, where nobody is known."""
    if not known or not request.user.is_authenticated:
        return {limits.PLACE: get_adapter().get_client_ip(request)}
    subjects = {limits.USER: str(request.user.pk)}
    if key is not None:
        # By its id: the same key is written in the header in more ways than one.
        subjects[limits.KEY] = str(key.id)
    if request.method not in READS:
        subjects[limits.WRITES] = str(request.user.pk)
    return subjects


def _finished(request: HttpRequest, response: HttpResponse, number: str) -> HttpResponse:
    response = as_problem(response, number)
    response["Vary"] = "Authorization, Cookie"
    if response.status_code >= 400:
        return response
    if getattr(request, "replayed", False):
        response["Idempotency-Replayed"] = "true"
    if not getattr(request, "kept", False):
        response["Cache-Control"] = "private, no-store"
        return response
    response["Cache-Control"] = "private, no-cache"
    set_response_etag(response)
    return get_conditional_response(request, etag=response.get("ETag"), response=response) or response
