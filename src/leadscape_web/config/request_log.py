"""One line a request: what was asked for, how it went, how long it took; never by whom, from where, or with what.

A path may hold the id of a person or a link that works once, so the line names the pattern of the address and not the
path; what was typed into a search or a form is in neither. Whoever needs to know who did something asks the history.
The number of the request ties the line to the history's events and to the page that told of a fault.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.http import HttpRequest, HttpResponse

log = logging.getLogger(__name__)


class _Counter:
    """Counts and times what the database is asked."""

    def __init__(self) -> None:
        self.queries = 0
        self.seconds = 0.0

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        started = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.queries += 1
            self.seconds += perf_counter() - started


class RequestLogMiddleware:
    """Numbers, times and logs every request that is not for a static file."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and tell how it went."""
        # Never one that came along: what the history groups by it must not be for the sender to choose.
        number = str(uuid.uuid4())
        request.number = number  # type: ignore[attr-defined]
        counter, started = _Counter(), perf_counter()
        with connection.execute_wrapper(counter):
            response = self.get_response(request)
        seconds = perf_counter() - started
        response["X-Request-ID"] = number
        if _signed_in(request, response):
            response["Server-Timing"] = (
                f'db;dur={1000 * counter.seconds:.1f};desc="{counter.queries} queries",'
                f" total;dur={1000 * seconds:.1f}"
            )
        match = request.resolver_match
        log.log(
            logging.ERROR if response.status_code >= 500 else logging.INFO,
            "request",
            extra={
                "fields": {
                    "request": number,
                    "method": request.method,
                    "route": match.route if match else None,
                    "status": response.status_code,
                    "milliseconds": round(1000 * seconds, 1),
                    "database_milliseconds": round(1000 * counter.seconds, 1),
                    "queries": counter.queries,
                }
            },
        )
        return response


def _signed_in(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the timing may be told: to users, who may see why a page is slow, not to whoever probes from outside."""
    session = getattr(request, "session", None)
    # The session was read by now unless something failed; asking then could fail again.
    return session is not None and response.status_code < 500 and SESSION_KEY in session
