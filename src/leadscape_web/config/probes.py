"""Is the process alive, and may people be sent to it? Answered to anybody, about the service and about nobody."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse

from leadscape_web.accounts.rules import ANYONE, allow
from leadscape_web.config.readiness import reasons_against

log = logging.getLogger(__name__)
PATHS: Final = ("/health", "/ready")


@allow(ANYONE)
def health(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return _told({"healthy": True}, 200)


@allow(ANYONE)
def ready(request: HttpRequest) -> HttpResponse:
    """The database answers, is of this release and protects what it must; else 503 and a sentence a reason."""
    reasons = reasons_against()
    if reasons:
        log.warning("not ready", extra={"fields": {"reasons": reasons}})
    return _told({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)


class ProbeMiddleware:
    """Answers both before sessions and transactions begin: these need the database, whose absence is to be told."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """One of the two, or whatever follows."""
        if request.path_info not in PATHS or request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        return health(request) if request.path_info == "/health" else ready(request)


def _told(content: dict[str, object], status: int) -> HttpResponse:
    response = JsonResponse(content, status=status)
    response["Cache-Control"] = "no-store"
    return response
