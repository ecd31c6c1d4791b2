"""How a mistake, a refusal or a fault reaches the reader: one map from class to status, one page a kind.

A mistake of :mod:`leadscape.core.errors` already says what happened, why it matters and what to do next; the page shows
these three sentences. A program that asks (below ``/api/``) gets the same as a problem (RFC 9457). A page about a fault
must not cause the next: when it cannot be drawn, a plain one without any query is sent.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from html import escape
from typing import Any, Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from leadscape.core import errors
from leadscape.core.errors import LeadscapeError
from leadscape_web.accounts.api_problems import problem
from leadscape_web.accounts.rules import ANYONE, allow

STATUS: Final[dict[type[LeadscapeError], int]] = {
    errors.FileProblem: 422,
    errors.TableProblem: 422,
    errors.StudyProblem: 422,
    errors.CodebookProblem: 422,
    errors.NotFound: 404,
    errors.NotIdentified: 422,
    errors.NotComparable: 422,
    errors.Suppressed: 403,
    errors.OutputBlocked: 503,
    errors.StoreUnavailable: 503,
    errors.MigrationNeeded: 503,
    errors.ServiceBlocked: 503,
    errors.LeadscapeError: 400,
}
"""The one map from a user's mistake to the status of the response."""

TITLES: Final[dict[int, str]] = {
    400: "That did not work",
    403: "This cannot be shown",
    404: "Page not found",
    422: "That cannot be used as it is",
    500: "Something went wrong",
    503: "The service cannot answer now",
}
_PLAIN: Final = (
    '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title} – leadscape</title></head>'
    "<body><main><h1>{title}</h1>{sentences}</main></body></html>"
)
NO_DATABASE: Final = errors.StoreUnavailable(
    "The database does not answer.",
    "Nothing that you entered was saved, and nothing was changed.",
    "Try again in a few minutes; if it stays so, tell whoever runs the service.",
)


TOO_LONG: Final = errors.StoreUnavailable(
    "The database took too long over this page and was stopped.",
    "Nothing that you entered was saved, and nothing was changed.",
    "Ask for less at once: a smaller area, fewer filters left open, one page instead of the whole download.",
)
IN_USE: Final = errors.StoreUnavailable(
    "Somebody else is changing the same record.",
    "Nothing that you entered was saved, so that their change is not lost.",
    "Try again in a few seconds.",
)
BY_SQLSTATE: Final = {"57014": TOO_LONG, "55P03": IN_USE}
"""What PostgreSQL means when it ends a statement because of the limits in ``roles.py``."""


def status_of(error: BaseException) -> int:
    """Status of the nearest class of ``error`` in the map; 500 for anything that is not a user's mistake."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


class MistakeMiddleware:
    """Turns a mistake that a view raises into its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing of its own: mistakes arrive at :meth:`process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page of a user's mistake; a fault of ours goes on."""
        return explain(request, error) if isinstance(error, LeadscapeError) else None


def explain(request: HttpRequest, error: LeadscapeError) -> HttpResponse:
    """The page, or the JSON, that says what happened, why it matters and what to do next."""
    status = status_of(error)
    said = {"what": error.what, "why": error.why, "next_step": error.next_step}
    return _answer(request, status, "govuk/problem.html", {"title": TITLES[status], **said})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that no browser sends by itself."""
    return _answer(request, 400, "govuk/400.html", {
        "title": TITLES[400],
        "what": "The request cannot be read.",
        "why": "It was changed on its way, or is too large.",
        "next_step": "Go back, open the page again and repeat what you did.",
    })  # fmt: skip


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A page that the user's rights do not open; the rule's sentence says whose do."""
    return _answer(request, 403, "govuk/403.html", {
        "title": "You may not open this page",
        "rule": str(exception or ""),
        "what": "Your rights do not open this page.",
        "why": f"Who may: {exception}" if str(exception or "") else "It is open to other rights only.",
        "next_step": "Ask an administrator of your organisation for the right that you need.",
    })  # fmt: skip


@allow(ANYONE)
def forgery_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from a page of ours, or from one that was left open for too long."""
    return _answer(request, 403, "govuk/problem.html", {
        "title": "Please send the form again",
        "what": "The form could not be taken.",
        "why": "It was open for too long, somebody signed in or out meanwhile, or the browser refuses cookies.",
        "next_step": "Go back, load the page again and send the form once more; nothing was changed.",
    })  # fmt: skip


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such page, or a record outside the user's area: the two are not told apart."""
    return _answer(request, 404, "govuk/404.html", {
        "title": TITLES[404],
        "what": "There is no page at this address.",
        "why": "It was mistyped or has moved, or the record is outside the area that you may see.",
        "next_step": "Check the address, or look for the record by its name.",
    })  # fmt: skip


def failed(request: HttpRequest) -> HttpResponse:
    """A fault of ours, or a database that is gone."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        told = BY_SQLSTATE.get(getattr(error.__cause__, "sqlstate", None) or "", NO_DATABASE)
        said = {"what": told.what, "why": told.why, "next_step": told.next_step}
        return _answer(request, 503, "", {"title": TITLES[503], **said})
    return _answer(request, 500, "govuk/500.html", {
        "title": TITLES[500],
        "what": "A fault in leadscape stopped this page.",
        "why": "Nothing that you entered was saved, and nothing was changed.",
        "next_step": "Try again; if it stays so, tell whoever runs the service the number below.",
    })  # fmt: skip


def _answer(request: HttpRequest, status: int, template: str, said: dict[str, Any]) -> HttpResponse:
    said["number"] = getattr(request, "number", "")
    if request.path_info.startswith("/api/"):
        told = problem(status, f"{said['what']} {said['why']}", said["next_step"], number=said["number"])
        if status == 503:
            told["Retry-After"] = "60"
        return told
    try:
        page = render_to_string(template, said, request) if template else _plain(said)
    except Exception:
        page = _plain(said)
    response = HttpResponse(page, status=status)
    if status == 503:
        response["Retry-After"] = "60"
    response["Cache-Control"] = "no-store"
    return response


def _plain(said: dict[str, Any]) -> str:
    """Without styles, navigation or any query."""
    sentences = [said["what"], said["why"], said["next_step"]]
    if said["number"]:
        sentences.append(f"Number of this request: {said['number']}")
    return _PLAIN.format(
        title=escape(said["title"]), sentences="".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    )
