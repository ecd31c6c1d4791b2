"""What a browser must not do with our pages: keep those of a user, and hand on what it could ask of the machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

NOT_NEEDED: Final = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class PrivateMiddleware:
    """Pages of a user are not kept, so that after signing out the next at the same machine finds none of them.

    A view that knows better (a drawing of the country, which everybody may see) says so itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with both headers."""
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", NOT_NEEDED)
        session = getattr(request, "session", None)
        # Not asked after a fault: reading a session could be the next.
        if response.status_code < 500 and session is not None and SESSION_KEY in session:
            response.setdefault("Cache-Control", "private, no-store")
        return response
