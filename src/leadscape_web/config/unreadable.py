"""What no address or form may hold: the character NUL, which PostgreSQL cannot store and no person types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from leadscape_web.accounts.api_access import ROOT

NUL: Final = "\x00"
FORM: Final = "application/x-www-form-urlencoded"


class UnreadableMiddleware:
    """Answers 400 to a NUL in the path, the query or a form, before a page has to think of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on what can be read."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Refuse, as a page that says so. The API says itself which of its parameters cannot be read.

        Raises
        ------
        BadRequest
            Something holds the character NUL.
        """
        if request.path.startswith(ROOT):
            return
        asked = (request.GET, request.POST) if request.content_type == FORM else (request.GET,)
        texts = (text for values in asked for key, listed in values.lists() for text in (key, *listed))
        if NUL in request.path or any(NUL in text for text in texts):
            raise BadRequest("The address or the form holds a character that cannot be read.")
