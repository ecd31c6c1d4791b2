"""Large requests: refused before they are read, or read before the database is asked anything.

Whoever is not signed in can send a little; nobody can send more than files of one import may have together. What is
sent is read before the transaction of the request begins, so that a slow line holds none open.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import Access
from leadscape_web.imports.files import MOST_BYTES_TOGETHER, size_sentence
from leadscape_web.imports.permissions import BRINGS_IN

AROUND: Final = 1_000_000
"""Bytes that a form may have beside its files."""
UNKNOWN: Final = 2_500_000
"""Most bytes of a request of somebody who is not signed in."""
KNOWN: Final = 10_000_000
"""Of somebody who is, elsewhere than where files are brought in."""
WHERE: Final = ("/imports/register/", "/imports/returns/")
"""Where files are brought in."""
MULTIPART: Final = "multipart/form-data"


class ArrivalMiddleware:
    """Stands between the session and the transaction of the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse what is too large; read what is not."""
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        if _length(request) > UNKNOWN and _length(request) > _most(request):
            return _too_large(request)
        if request.content_type == MULTIPART and request.session.get(SESSION_KEY):
            # What cannot be read is told to whoever asks for it next.
            with suppress(MultiPartParserError, OSError):
                request.FILES  # noqa: B018  (asking for it is what reads it)
        return self.get_response(request)


def _most(request: HttpRequest) -> int:
    """Most bytes that this request may have: many only where files are brought in, by somebody who may."""
    user = request.session.get(SESSION_KEY)
    if not user:
        return UNKNOWN
    if request.path_info not in WHERE:
        return KNOWN
    with acting(user):
        held = Access.objects.filter(user_id=user, ended_at=None)
        may = BRINGS_IN.allows(frozenset(held.values_list("right", "organisation__kind")))
    return MOST_BYTES_TOGETHER + AROUND if may else KNOWN


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _too_large(request: HttpRequest) -> HttpResponse:
    answer = render(
        request,
        "imports/too_large.html",
        {
            "title": "This is too large",
            "what": f"What you sent has {_length(request) / 1_000_000:,.0f} MB.",
            "why": size_sentence(),
            "next_step": "Pack the files (.csv.gz), or bring them in one after the other.",
        },
        status=413,
    )
    # The rest of the request is not read.
    answer["Connection"] = "close"
    return answer
